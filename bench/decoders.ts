// What the ways to make frames cost: a training step and generation of the same sizes, all ways by turns in one process. On software drivers
// the time is this process's CPU time, which other work on the machine does not move.
//
//   npm run bench:decoders -- --out bench/results/decoders-lavapipe.json
//   npm run bench:decoders -- --preset pt-base --turns 4

import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { Generator } from '../src/infer/generator.js'
import { type ModelConfig, presets } from '../src/model/config.js'
import { SignModel } from '../src/model/sign_model.js'
import { openGpu } from '../src/platform/node/open.js'
import { summarise } from '../src/profile/timing.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { clockOf, stopwatch } from './stopwatch.js'
import { noiseGroup, noiseStep, noiseWords } from './training_step.js'

const { values } = benchArguments(
  'decoders',
  {
    adapter: common.adapter,
    preset: { type: 'string', default: 'tiny', help: '<name> sizes of the models: tiny or pt-base' },
    turns: { type: 'string', default: '9', help: '<n> how often the ways alternate' },
    out: { type: 'string', help: '<file> where to save the results as JSON' },
    json: common.json,
  },
  { about: 'Measures training steps and generation of each way to make frames, alternately.' },
)

const turns = atLeastOne('decoders', '--turns', values.turns)
const sizes = values.preset === 'pt-base' ? presets['pt-base'] : presets.tiny
const [BATCH, FRAMES, TOKENS, WORDS] = [8, 96, 12, 200]
const losses = { bones: 0.5, velocity: 0.5 }
const counter = { justCounter: true, durations: true }

interface Way {
  readonly name: string
  readonly config: Partial<ModelConfig>
  readonly losses?: typeof losses
}

const ways: readonly Way[] = [
  { name: 'joints', config: counter },
  { name: 'bones', config: { ...counter, head: 'bones' } },
  { name: 'joints, losses on bones and velocity', config: counter, losses },
  { name: 'bones, losses on bones and velocity', config: { ...counter, head: 'bones' }, losses },
  { name: 'published: joints from the frame before', config: {} },
]

const { gpu } = await openGpu({ adapter: values.adapter })
const clock = clockOf(gpu.software)
const measured = await Promise.all(
  ways.map(async ({ name, config, losses }) => {
    const description = noiseGroup({ ...sizes, ...config, maxFrames: FRAMES, maxTokens: TOKENS }, WORDS)
    const step = await noiseStep(gpu, description, { batch: BATCH, target: FRAMES, source: TOKENS }, losses)
    const model = new SignModel(gpu)
    const generator = new Generator(gpu, model.addLanguage(description))
    const sentence = noiseWords(WORDS)
      .slice(0, TOKENS - 1)
      .join(' ')
    const generate = () => generator.generate([sentence], { policy: 'oracle', lengths: [FRAMES], bones: 'free' })
    return { name, works: { step: () => step.run(), generate }, times: { step: [] as number[], generate: [] as number[] } }
  }),
)
// The first turn compiles and warms up.
for (let turn = 0; turn <= turns; turn++)
  for (const work of ['step', 'generate'] as const)
    for (const { works, times } of measured) {
      const elapsed = stopwatch(clock)
      await works[work]()
      if (turn > 0) times[work].push(elapsed())
    }

const rows = measured.map(({ name, times }) => ({
  name,
  stepMs: summarise(times.step).median,
  framesPerSecond: (1000 * FRAMES) / summarise(times.generate).median,
}))
const [first] = rows
const result = { preset: values.preset, adapter: gpu.label, clock, turns, batch: BATCH, frames: FRAMES, rows }
if (values.out) await writeWhole(values.out, `${JSON.stringify(result, null, 2)}\n`)
console.log(
  values.json
    ? JSON.stringify(result)
    : `${formatTable([
        ['', 'step, ms', 'against joints', 'frames/s', 'against joints'],
        ...rows.map(({ name, stepMs, framesPerSecond }) => [
          name,
          stepMs.toFixed(1),
          `× ${(stepMs / first!.stepMs).toFixed(3)}`,
          framesPerSecond.toFixed(0),
          `× ${(framesPerSecond / first!.framesPerSecond).toFixed(3)}`,
        ]),
      ])}\n${clock}, ${gpu.label}`,
)
process.exit()
