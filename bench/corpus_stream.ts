// Does memory stay flat while a corpus goes through? Makes a few clip folders of OpenPose JSON and reads them again and again, under a new name each time, until
// so many MiB of JSON have passed: each clip is cleaned and written into one HDF5 file. Then streams that file back. Prints resident memory along the way.
//
//   npx tsx bench/corpus_stream.ts          1 GiB
//   npx tsx bench/corpus_stream.ts 64       64 MiB

import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../src/base/random.js'
import { cleanKeypoints } from '../src/data/keypoints/clean.js'
import { keypointQuality } from '../src/data/keypoints/quality.js'
import { detectionFolders, readDetections } from '../src/formats/detections.js'
import { openPoseJson, person } from '../src/formats/detections.testing.js'
import { keypointHdf5Writer, readKeypointHdf5 } from '../src/formats/hdf5/keypoints.js'
import type { DetectedClip } from '../src/formats/signer.js'
import type { KeypointClip } from '../src/motion/keypoints.js'
import { atLeastOne, benchArguments } from './arguments.js'

const MIB = 2 ** 20
const FRAMES = 100
const FOLDERS = 16
/** How often memory is printed. */
const MARKS = 32
const { names } = benchArguments(
  'corpus_stream',
  {},
  {
    about:
      'Streams a corpus of OpenPose JSON through cleaning into one HDF5 file and prints memory. Argument: its size in MiB (default 1024).',
  },
)
const target = atLeastOne('corpus_stream', 'a size in MiB', names[0] ?? '1024') * MIB
const folder = await mkdtemp(join(tmpdir(), 'corpus-stream-'))

/** Different people, made once: what is measured is the reading, not the making. */
const random = new Random(1)
const frames = Array.from({ length: 64 }, (_, i) => Buffer.from(openPoseJson([person(random, 600 + i, 350, 200)])))

const start = process.cpuUsage()
let marks: number[] = []
function report(what: string, bytes: number, clips: number): void {
  const resident = process.memoryUsage().rss
  marks.push(resident)
  const cpu = (process.cpuUsage(start).user + process.cpuUsage(start).system) / 1e6
  const peak = process.resourceUsage().maxRSS / 1024
  const columns = [
    `${(bytes / MIB).toFixed(0).padStart(6)} MiB`,
    `${clips} clips`,
    `resident ${(resident / MIB).toFixed(0)} MiB`,
    `peak ${peak.toFixed(0)} MiB`,
  ]
  console.log(`${what}  ${columns.join('   ')}   CPU ${cpu.toFixed(1)} s`)
}

/** Growth from the mean of the second eighth to the mean of the last, in MiB: the first is warming up. */
function growth(): number {
  const eighth = Math.max(1, Math.floor(marks.length / 8))
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  return (mean(marks.slice(-eighth)) - mean(marks.slice(eighth, 2 * eighth))) / MIB
}

/** Writes a clip's folder; returns its bytes. */
async function makeClip(path: string, index: number): Promise<number> {
  await mkdir(path, { recursive: true })
  let bytes = 0
  for (let t = 0; t < FRAMES; t++) {
    const frame = frames[(index * 7 + t) % frames.length]!
    await writeFile(join(path, `clip_${String(t).padStart(12, '0')}_keypoints.json`), frame)
    bytes += frame.length
  }
  return bytes
}

function cleaned({ clip, detection }: DetectedClip): KeypointClip {
  const { outliers } = cleanKeypoints(clip, { fps: 25 })
  keypointQuality(clip, { detection, outliers })
  return clip
}

try {
  const root = join(folder, 'json')
  let round = 0
  for (let k = 0; k < FOLDERS; k++) round += await makeClip(join(root, `clip-${k}`), k)

  const path = join(folder, 'corpus.h5')
  const writer = await keypointHdf5Writer(path)
  let clips = 0
  for (let bytes = 0; bytes < target; ) {
    for await (const detected of readDetections(await detectionFolders(root))) {
      await writer.add({ ...cleaned(detected), name: `clip-${clips}` })
      clips += 1
    }
    const before = bytes
    bytes += round
    if (Math.floor((bytes * MARKS) / target) > Math.floor((before * MARKS) / target)) report('JSON to HDF5', bytes, clips)
  }
  await writer.close()
  console.log(`JSON to HDF5: ${growth().toFixed(1)} MiB more at the end than at the beginning`)

  marks = []
  const size = (await stat(path)).size
  let read = 0
  for await (const clip of readKeypointHdf5(path)) {
    read += 1
    if (clip.frames < FRAMES) throw new Error(`${clip.name} has lost frames: ${clip.frames}`)
    if (read % Math.ceil(clips / MARKS) === 0) report('HDF5 read back', (size * read) / clips, read)
  }
  console.log(`HDF5 read back: ${growth().toFixed(1)} MiB more at the end than at the beginning; ${read} of ${clips} clips`)
} finally {
  await rm(folder, { recursive: true })
}
