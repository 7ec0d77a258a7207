import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { resampleMotion } from '../data/motion_resample.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { keypointClip } from '../formats/detections.testing.js'
import { keypointHdf5Writer } from '../formats/hdf5/keypoints.js'
import { motionHdf5Writer, readMotionHdf5 } from '../formats/hdf5/motions.js'
import { readNpz } from '../formats/npz.js'
import { readPose } from '../formats/pose/pose.js'
import { poseOfMotion, writePose } from '../formats/pose/write.js'
import { writeSkels } from '../formats/skels/write.js'
import type { NamedMotion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { all, silent, writeDetections } from './clips.testing.js'
import { type DataConvertOptions, dataConvert } from './data_convert.js'

let folder: string
const at = (name: string): string => join(folder, name)
const FRAMES = 13
const [signed] = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, framesPerSign: 24, seed: 1 }).train
const motion: NamedMotion = { name: 'a', joints: signed!.joints.slice(0, FRAMES * COORDS), frames: FRAMES, fps: 30 }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rates-'))
  await writeDetections(at('json'), { a: FRAMES })
  const keypoints = await keypointHdf5Writer(at('keypoints.h5'))
  await keypoints.add({ ...keypointClip('a', FRAMES, 1), fps: 30 })
  await keypoints.close()
  const joints = await motionHdf5Writer(at('joints.h5'))
  await joints.add(motion)
  await joints.close()
  const pose = poseOfMotion(motion)
  await writePose(at('a.pose'), pose)
  const components = pose.components.map((part) => ({ ...part, format: 'XYC' }))
  await writePose(at('flat.pose'), { ...pose, components, dims: 2, data: pose.data.filter((_, i) => i % 3 < 2) })
  await saveCorpus(at('corpus'), [{ ...motion, text: 'x', language: 'ASL' }])
  await saveCorpus(at('silent'), [{ ...motion, text: '', language: 'ASL' }])
  await writeSkels(at('bare.skels'), [motion])
})
afterAll(() => rm(folder, { recursive: true }))

let outputs = 0
async function converted(
  input: string,
  rates: Partial<DataConvertOptions>,
): Promise<{ frames: number; fps: number; notes: readonly string[] }> {
  const out = at(`out/${outputs++}.npz`)
  const { notes } = await dataConvert({ in: at(input), out, iterations: 2, stream: silent, ...rates })
  const { joints, fps } = await readNpz(out)
  return { frames: joints!.shape[0]!, fps: Number(fps!.data[0]), notes }
}

/** What each input tells of its rate, or the default where it tells nothing. */
const inputs: [string, { told?: number; assumed?: number }][] = [
  ['json', { assumed: 24 }],
  ['keypoints.h5', { told: 30 }],
  ['joints.h5', { told: 30 }],
  ['a.pose', { told: 30 }],
  ['flat.pose', { told: 30 }],
  ['corpus', { told: 30 }],
  ['silent', { told: 30 }],
  ['bare.skels', { assumed: 25 }],
]

describe.each(inputs)('the rate of %s', (input, { told, assumed }) => {
  const own = (told ?? assumed)!

  it('stays as it is told, or is the default', async () => {
    expect(await converted(input, {})).toEqual({ frames: FRAMES, fps: own, notes: [] })
  })

  it('is brought to --fps, up and down', async () => {
    for (const fps of [10, 60])
      expect(await converted(input, { fps })).toMatchObject({ frames: Math.floor((12 * fps) / own + 1e-6) + 1, fps })
  })

  it('too low for two frames leaves a still picture, with a note', async () => {
    const note = `${FRAMES} frames at ${own} a second became only one frame at 0.001, so no motion`
    const { notes, ...rest } = await converted(input, { fps: 0.001 })
    expect(rest).toEqual({ frames: 1, fps: expect.closeTo(0.001) })
    expect(notes).toEqual([expect.stringContaining(note)])
  })

  it('is what --video-fps says, with a note where the file says otherwise', async () => {
    const { notes, ...rest } = await converted(input, { videoFps: 50 })
    expect(rest).toEqual({ frames: FRAMES, fps: 50 })
    expect(notes).toEqual(told ? [expect.stringMatching(/the file says 30 frames per second, --video-fps says 50: 50 is used$/)] : [])
    expect(await converted(input, { videoFps: 50, fps: 25 })).toMatchObject({ frames: 7, fps: 25 })
  })
})

describe('the rate of a motion', () => {
  it.each<[string, (path: string) => Promise<number>]>([
    ['npz', async (path) => Number((await readNpz(path)).fps!.data[0])],
    ['pose', async (path) => (await readPose(path)).fps],
    ['bvh', async (path) => 1 / Number(/Frame Time: (\S+)/.exec(await readFile(path, 'utf8'))![1])],
    ['json', async (path) => JSON.parse(await readFile(path, 'utf8')).fps],
    ['h5', async (path) => (await all(readMotionHdf5(path)))[0]!.fps],
    [
      'parquet',
      async (path) => {
        const { buffer, byteOffset, length } = await readFile(path)
        return (await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + length) as ArrayBuffer }))[0]!.fps
      },
    ],
    [
      'glb',
      async (path) => {
        const bytes = await readFile(path)
        const { accessors, animations } = JSON.parse(bytes.subarray(20, 20 + bytes.readUInt32LE(12)).toString())
        return (FRAMES - 1) / accessors[animations[0].samplers[0].input].max[0]
      },
    ],
    ['html', async (path) => Number(/"fps":([\d.]+)/.exec(await readFile(path, 'utf8'))![1])],
  ])('is in the .%s file', async (ending, rateIn) => {
    const out = at(`rate.${ending}`)
    await dataConvert({ in: at('a.pose'), out, lang: 'ASL', stream: silent })
    expect(await rateIn(out)).toBeCloseTo(30, 4)
  })

  it('is in the manifest of a corpus', async () => {
    await dataConvert({ in: at('a.pose'), out: at('again'), lang: 'ASL', stream: silent })
    expect(JSON.parse(await readFile(at('again.json'), 'utf8')).fps).toBe(30)
  })
})

describe('resampleMotion', () => {
  it('keeps the moments of both ends, and goes in straight lines between', () => {
    const half = resampleMotion(motion, 60)
    expect(half.frames).toBe(25)
    for (const i of [0, 40, 149]) {
      expect(half.joints[24 * COORDS + i]).toBe(motion.joints[12 * COORDS + i])
      expect(half.joints[5 * COORDS + i]).toBeCloseTo((motion.joints[2 * COORDS + i]! + motion.joints[3 * COORDS + i]!) / 2, 6)
    }
    expect(resampleMotion(motion, 30)).toBe(motion)
    const back = resampleMotion(resampleMotion(motion, 90), 30).joints
    expect(back.length).toBe(motion.joints.length)
    expect(back.every((value, i) => value === motion.joints[i])).toBe(true)
  })

  it('names what is no rate, and one that would never end', () => {
    expect(() => resampleMotion(motion, 0)).toThrow(/^fps: wanted frames per second, above 0 and below 100000, got 0/)
    expect(() => resampleMotion({ ...motion, fps: 1e-9 }, 25, 'x.pose')).toThrow(
      /^x\.pose: wanted at most 200000 frames at 25 a second, got /,
    )
  })
})
