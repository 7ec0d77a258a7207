// A batch in passes, and a step cut at its marks, for both tasks.

import { describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import type { HostTensor } from '../nn/host_tensor.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { type BatchPlan, passesOf } from '../train/batches.js'
import type { TrainingConfig } from '../train/config/parts.js'
import type { PassOptions } from '../train/step_program.js'
import { type TaskRun, type Training, taskRun } from '../train/task.js'
import { recordStep, Trainer } from '../train/trainer.js'
import { textToGloss } from './text_to_gloss/task.js'
import { textToPose } from './text_to_pose/task.js'

const sizes = 'width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0'
const data = 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 3] } }]'
const poseFile = `
name: passes
${data}
model: { ${sizes}, lengthHead: true, maxFrames: 60, maxTokens: 8 }
noise: { rate: 0 }
batch: { size: 8 }
`
const glossFile = `
name: passes
task: text-to-gloss
${data}
model: { ${sizes}, maxTokens: 40 }
batch: { size: 8 }
`

const tasks: Readonly<Record<string, TaskRun>> = {
  'text to pose': taskRun(textToPose, textToPose.parse(poseFile, 'test')),
  'text to gloss': taskRun(textToGloss, textToGloss.parse(glossFile, 'test')),
}

interface Opened {
  readonly training: Training
  readonly config: TrainingConfig
  readonly weights: ParameterSet
  /** Of eight examples. */
  readonly batch: BatchPlan
}

type Grads = ReadonlyMap<string, HostTensor>

async function open({ task, config }: TaskRun, changes: Partial<TrainingConfig> = {}): Promise<Opened> {
  const whole = { ...config, ...changes }
  const { training } = await (await task.load(whole, { resumed: false })).begin(await lentGpu())
  const batch = training.planEpoch(0).find(({ examples }) => examples.length === 8)!
  return { training, config: whole, weights: training.groups[0]!.weights, batch }
}

const settings = { seed: Uint32Array.of(1, 1, 0, 0), hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001] }
const gradsOf = ({ weights }: Opened): Promise<Grads> => weights.save(weights.grads!)

/** What one example adds to the gradients of a batch, at first weights. */
async function exampleGrads(opened: Opened, example: number): Promise<Grads> {
  const { training, config, batch } = opened
  const program = await recordStep(await lentGpu(), training, { ...batch, batch: 1 }, config)
  await program.run(training.feedsOf([example], batch, { step: 1 }), settings, { last: false })
  program.destroy()
  return gradsOf(opened)
}

/** A step over a batch in passes of so many examples; the last one with these options. */
async function step({ training, config, batch }: Opened, microBatch: number | null, options: PassOptions = {}) {
  const gpu = await lentGpu()
  const passes = passesOf(batch, microBatch)
  const reports = []
  for (const [i, pass] of passes.entries()) {
    const program = await recordStep(gpu, training, { ...batch, batch: pass.length }, config)
    const last = i === passes.length - 1
    reports.push(await program.run(training.feedsOf(pass, batch, { step: 1 }), settings, { pass: i, last, ...(last && options) }))
    program.destroy()
  }
  const report = training.reportStep(
    batch,
    reports.map((report) => report.reports),
  )
  return { ...report, gradientNorm: reports.at(-1)!.gradientNorm }
}

interface Difference {
  readonly apart: number
  /** The largest sum of the magnitudes that examples add to one of its numbers. */
  readonly scale: number
}

/**
 * How far each tensor's gradients lie apart. Left out are the biases of keys: softmax takes away what is added to all keys alike, so
 * their gradient is 0 but for rounding.
 */
function differences(one: Grads, other: Grads, ofExamples: readonly Grads[]): Difference[] {
  const compared = [...one].filter(([name]) => !name.endsWith('key/bias'))
  return compared.map(([name, { data }]) => {
    const added = (i: number) => ofExamples.reduce((sum, grads) => sum + Math.abs(grads.get(name)!.data[i]!), 0)
    const most = (of: (i: number) => number) => data.reduce((found, _, i) => Math.max(found, of(i)), 0)
    return { apart: most((i) => Math.abs(data[i]! - other.get(name)!.data[i]!)), scale: most(added) }
  })
}

const ulp = (scale: number): number => 2 ** (Math.floor(Math.log2(scale)) - 23)

describe.each(Object.entries(tasks))('a batch of %s', (_, run) => {
  it('in four passes of two has the gradients, loss and norm of one pass of eight', async () => {
    const [whole, parts, single] = [await open(run), await open(run), await open(run)]
    const one = await step(whole, null)
    const four = await step(parts, 2)
    const ofExamples: Grads[] = []
    for (const example of single.batch.examples) ofExamples.push(await exampleGrads(single, example))
    const found = differences(await gradsOf(whole), await gradsOf(parts), ofExamples)
    const largest = Math.max(...found.map(({ scale }) => scale))
    expect(Math.max(...found.map(({ apart }) => apart / ulp(largest)))).toBeLessThanOrEqual(2)
    // Of a tensor's own scale a few more: hundreds of rows are added in another order, a rounding error for each level of the sum's tree.
    expect(Math.max(...found.map(({ apart, scale }) => apart / ulp(scale)))).toBeLessThanOrEqual(8)
    expect(four.loss).toBeCloseTo(one.loss, 6)
    expect(four.gradientNorm / one.gradientNorm).toBeCloseTo(1, 6)
    for (const { training } of [whole, parts, single]) await training.destroy()
  })

  it('cut at its marks has the bits of one that is not', async () => {
    const [whole, cut] = [await open(run), await open(run)]
    const one = await step(whole, null)
    expect(await step(cut, null, { cuts: ['gradients', 'norm', 'clip'] })).toEqual(one)
    for (const part of ['values', 'grads', 'first', 'second'] as const)
      expect(await cut.weights.save(cut.weights[part]!), part).toEqual(await whole.weights.save(whole.weights[part]!))
    await whole.training.destroy()
    await cut.training.destroy()
  })

  it('trained in passes learns as it does whole, the last pass of a batch smaller', async () => {
    const losses: number[][] = []
    for (const microBatch of [null, 3]) {
      const { training, config } = await open(run, { batch: { ...run.config.batch, microBatch } })
      await using trainer = new Trainer(config, training, { owns: true })
      const own: number[] = []
      for (let i = 0; i < 4; i++) own.push((await trainer.trainStep()).loss)
      losses.push(own)
    }
    expect(losses[1]!.map((loss, i) => loss / losses[0]![i]!)).toEqual(losses[0]!.map(() => expect.closeTo(1, 5)))
    expect(losses[0]![3]).toBeLessThan(losses[0]![0]!)
  })
})

it('draws numbers of its own in each pass of a step', async () => {
  const noisy = textToPose.parse(
    poseFile.replace('noise: { rate: 0 }', '').replace('lengthHead: true', 'futureFrames: 0').replace('dropout: 0', 'dropout: 0.5'),
    'test',
  )
  const opened = await open(taskRun(textToPose, noisy))
  const { training, config, batch } = opened
  const program = await recordStep(await lentGpu(), training, { ...batch, batch: 1 }, config)
  const gradsOfPass = async (pass: number) => {
    await program.run(training.feedsOf([batch.examples[0]!], batch, { step: 1 }), settings, { pass: 0, last: false })
    const first = await gradsOf(opened)
    if (pass === 0) return first
    // Gradients of later passes are added to those of the first.
    await program.run(training.feedsOf([batch.examples[0]!], batch, { step: 1 }), settings, { pass, last: false })
    return new Map(
      [...(await gradsOf(opened))].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((v, i) => v - first.get(name)!.data[i]!) },
      ]),
    )
  }
  const out = 'decoder.0/feed_forward/narrow/weight'
  const dropped = async (pass: number) => (await gradsOfPass(pass)).get(out)!.data.map((v) => (Math.abs(v) < 1e-9 ? 0 : 1))
  const [first, second, third] = [await dropped(0), await dropped(1), await dropped(2)]
  expect(first).not.toEqual(second)
  expect(second).not.toEqual(third)
  program.destroy()
  await training.destroy()
})
