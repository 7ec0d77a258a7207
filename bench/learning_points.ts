// Do real DWPose frames go all the way? Converts those of Prompt2Sign, cuts them into clips, trains a model of DWPose's points on these, generates each again, and draws it below
// the detections, in the colours that DWPose's own pictures have: `poses.png`, to be looked at.
//
//   npm run learning:points   where ../shared/data has the frames; passes if each clip's DTW is at most a quarter of the mean pose's, and its length within 10 %
//
// --help tells the options.

import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatTable } from '../src/base/table.js'
import { dataConvert } from '../src/commands/data_convert.js'
import { generateSplit } from '../src/commands/eval_motions.js'
import { motionSource } from '../src/commands/motion_source.js'
import { train } from '../src/commands/train.js'
import { saveCorpus } from '../src/data/corpus/save.js'
import { heldFrame, meanFrame } from '../src/metrics/baselines.js'
import { scorePair } from '../src/metrics/scores.js'
import type { Clip, Motion } from '../src/motion/clip.js'
import { coordinatesOf } from '../src/motion/layout/layout.js'
import { layoutOfMotion } from '../src/motion/layout/layouts.js'
import { writePng } from '../src/outputs/png.js'
import { openGpu } from '../src/platform/node/open.js'
import { benchArguments, common } from './arguments.js'

const { values } = benchArguments(
  'learning:points',
  {
    frames: { type: 'string', default: '../shared/data/prompt2sign', help: '<folder> with a folder of DWPose frames' },
    clip: { type: 'string', default: 'dwpose_human_signer', help: '<name> that folder' },
    out: { type: 'string', default: 'runs/learning/points', help: '<folder> for the corpus, the run and the picture' },
    adapter: common.adapter,
  },
  { about: 'Learns real DWPose frames by heart, as points in the picture, and draws what was generated below what was detected.' },
)
const { frames: source, clip: name, out, adapter } = values
if (!existsSync(join(source, name))) {
  console.log(`learning:points is skipped: there are no DWPose frames in ${join(source, name)}`)
  process.exit(0)
}

/** Each is a sentence of its own. */
const words = ['one', 'two', 'three', 'four', 'five'] as const

await mkdir(out, { recursive: true })
const whole = join(out, 'whole')
// The frames hold fractions of a picture whose size nobody tells: that of the usual video.
await dataConvert({
  in: source,
  clip: name,
  out: whole,
  layout: 'dwpose-128',
  lang: 'ASL',
  videoFps: 24,
  picture: { width: 1280, height: 720 },
  overwrite: true,
})
const stored = await motionSource(whole, 'ASL', { layout: 'dwpose-128' })
const clips: Clip[] = []
const refuse = (_: string, error: Error): never => {
  throw error
}
for await (const motion of stored.read(stored.names, refuse)) clips.push(...words.map((word, k) => piece(motion, k, word)))
await saveCorpus(join(out, 'clips'), clips)

const runFile = join(out, 'points.yaml')
const data = `{ language: ASL, train: ${join(out, 'clips')}, dev: ${join(out, 'clips')} }`
const run = [
  'name: points',
  `out: ${join(out, 'run')}`,
  `data: [${data}]`,
  'model: { preset: tiny, layout: dwpose-128, maxFrames: 64, maxTokens: 4, dropout: 0 }',
]
const long = ['schedule: { kind: warmup-cosine, warmup: 50, steps: 1000 }', 'stop: { steps: 1000 }', 'validate: { every: 500 }']
await writeFile(runFile, `${[...run, ...long].join('\n')}\n`)
await train(runFile, { overwrite: true, adapter })

const { gpu } = await openGpu({ adapter })
const asked = clips.map((clip) => ({ clip, source: 'text' as const }))
const { motions } = await generateSplit(gpu, join(out, 'run', 'best.safetensors'), asked, { policy: 'auto' })
await gpu.destroy()

const still = meanFrame(clips)
const rows = clips.map((clip, i) => {
  const of = (hypothesis: Motion) => scorePair({ reference: clip, hypothesis })
  const { dtw, handDtw, durationRatio } = of(motions[i]!)
  return { text: clip.text, dtw, handDtw, durationRatio, meanPose: of(heldFrame(still, clip)).dtw }
})
console.log(
  formatTable([
    ['clip', 'DTW', "mean pose's", 'hand DTW', 'duration'],
    ...rows.map(({ text, ...own }) => [text, ...[own.dtw, own.meanPose, own.handDtw, own.durationRatio].map((value) => value.toFixed(2))]),
  ]),
)
const picture = join(out, 'poses.png')
await writePng(picture, motions[0]!, { reference: clips[0]!, frames: 4, columns: 4, size: 320 })
const failed = rows.filter(({ dtw, meanPose, durationRatio }) => dtw > meanPose / 4 || Math.abs(durationRatio - 1) > 0.1)
console.log(
  `${failed.length === 0 ? 'passed' : `FAILED: ${failed.map(({ text }) => text).join(', ')}`}; detections above, generated below: ${picture}`,
)
process.exitCode = failed.length === 0 ? 0 : 1

/** One of as many equal pieces of a motion as there are words. */
function piece({ joints, confidence, frames, fps, layout: called }: Motion, k: number, text: string): Clip {
  const layout = layoutOfMotion({ layout: called })
  const [from, to] = [k, k + 1].map((edge) => Math.floor((edge * frames) / words.length)) as [number, number]
  const cut = (numbers: Float32Array, each: number) => numbers.slice(from * each, to * each)
  return {
    ...{ name: text, text, language: 'ASL', frames: to - from, fps, layout: layout.name },
    joints: cut(joints, coordinatesOf(layout)),
    ...(confidence && { confidence: cut(confidence, layout.points) }),
  }
}
