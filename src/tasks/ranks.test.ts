// Ranks that train one model together: as one rank that goes through the same passes, whatever the task. Here they share a process and a GPU.

import { describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import type { Communicator } from '../base/communicator.js'
import { ranksInProcess } from '../base/communicator.testing.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { PART_BYTES } from '../train/ranks/gradient_parts.js'
import { SharedPasses } from '../train/ranks/shared_passes.js'
import type { StepProgram } from '../train/step_program.js'
import { type BatchShape, type TaskRun, taskRun } from '../train/task.js'
import { recordStep, Trainer } from '../train/trainer.js'
import { poseToText } from './pose_to_text/task.js'
import { signTextMatching } from './sign_text_matching/task.js'
import { textToGloss } from './text_to_gloss/task.js'
import { textToPose } from './text_to_pose/task.js'

const sizes = 'width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1'
const data = 'data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 3] } }]'
// A batch of 8 leaves the last of each language with fewer examples than there are ranks.
const poses = `
name: ranks
${data}
model: { ${sizes}, maxFrames: 60, maxTokens: 8 }
learning: { mode: rl+plc, warmup: 1, ramp: 1, refresh: 5 }
batch: { size: 8 }
`
const glosses = `
name: ranks
task: text-to-gloss
${data}
model: { ${sizes}, maxTokens: 40 }
batch: { size: 8 }
`
const judges = `
name: ranks
task: pose-to-text
${data}
model: { ${sizes}, maxFrames: 64, maxTokens: 8 }
batch: { size: 8 }
`
const matching = `
name: ranks
task: sign-text-matching
${data}
model: { width: 16, heads: 2, hidden: 32, features: 16, dropout: 0.1, maxFrames: 64, maxTokens: 8 }
restoring: { every: 2 }
batch: { size: 8 }
`

const runs: Readonly<Record<string, TaskRun>> = {
  'text to pose': taskRun(textToPose, textToPose.parse(poses, 'test')),
  'text to pose in f16': taskRun(textToPose, textToPose.parse(`${poses}precision: f16\n`, 'test')),
  'text to gloss': taskRun(textToGloss, textToGloss.parse(glosses, 'test')),
  'pose to text, with batch norms': taskRun(poseToText, poseToText.parse(judges, 'test')),
  'sign-text matching, which compares the batches of all ranks': taskRun(signTextMatching, signTextMatching.parse(matching, 'test')),
}

interface Trained {
  readonly losses: readonly number[]
  readonly norms: readonly number[]
  readonly weights: readonly HostTensors[]
  readonly state: object
}

/** Steps of a run on one rank, by itself or with others, each pass of so many examples. */
async function trained(
  { task, config }: TaskRun,
  { ranks, microBatch }: { ranks?: Communicator; microBatch: number | null },
  steps: number,
): Promise<Trained> {
  const own = { ...config, batch: { ...config.batch, microBatch } }
  const { training } = await (await task.load(own, { resumed: false })).begin(await lentGpu())
  await using trainer = new Trainer(own, training, { owns: true, ranks })
  const losses: number[] = []
  const norms: number[] = []
  for (let i = 0; i < steps; i++) {
    const { loss, gradientNorm } = await trainer.trainStep()
    losses.push(loss)
    norms.push(gradientNorm)
  }
  const state = await trainer.state()
  const weights = await Promise.all(training.groups.map(({ weights }) => weights.save()))
  return { losses, norms, weights, state }
}

const together = (run: TaskRun, size: number, steps: number, microBatch: number | null = null): Promise<Trained[]> =>
  Promise.all(ranksInProcess(size).ranks.map((ranks) => trained(run, { ranks, microBatch }, steps)))

const relative = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value / b[i]! - 1)))

describe.each(Object.entries(runs))('%s', (_, run) => {
  it.each([2, 4])('on %i ranks learns as on one that makes the same passes, and alike on all', async (size) => {
    const alone = await trained(run, { microBatch: 8 / size }, 8)
    const all = await together(run, size, 8)
    for (const { losses, norms } of all) {
      expect(relative(losses, alone.losses)).toBeLessThan(1e-5)
      expect(relative(norms, alone.norms)).toBeLessThan(1e-4)
    }
    for (const other of all.slice(1)) {
      expect(other.losses).toEqual(all[0]!.losses)
      expect(other.weights).toEqual(all[0]!.weights)
      expect(other.state).toEqual(all[0]!.state)
    }
  })
})

describe('training on ranks', () => {
  const run = runs['text to pose']!

  it('gives the same bits each time', async () => {
    const [once, again] = [await together(run, 3, 4), await together(run, 3, 4)]
    expect(again).toEqual(once)
  })

  it('makes smaller passes where the run file says so', async () => {
    const alone = await trained(run, { microBatch: 2 }, 4)
    const [first] = await together(run, 2, 4, 2)
    expect(relative(first!.losses, alone.losses)).toBeLessThan(1e-5)
  })

  it('goes on where more ranks than examples are', async () => {
    const alone = await trained(run, { microBatch: 1 }, 3)
    const all = await together(run, 9, 3)
    for (const { losses } of all) expect(relative(losses, alone.losses)).toBeLessThan(1e-5)
  })

  it('gives the same bits however many parts its gradients are sent in, while later ones are made', async () => {
    const { task, config } = run
    const gpu = await lentGpu()
    const updated = async (ranks: Communicator, partBytes: number) => {
      const { training } = await (await task.load(config, { resumed: false })).begin(gpu)
      const programs: StepProgram[] = []
      const program = async (shape: BatchShape) => {
        programs.push(await recordStep(gpu, training, shape, config))
        return programs.at(-1)!
      }
      const features = () => Promise.reject(new Error('nothing is compared'))
      const passes = new SharedPasses(gpu, ranks, { training, program, features }, 4, partBytes)
      const settings = { seed: Uint32Array.of(1, 1, 0, 0), hyper: [1e-3, 0.9, 0.999, 1e-8, 0.1, 0.001] }
      const [batch] = training.planEpoch(0)
      const { gradientNorm } = await (await passes.start({ batch: batch!, step: 1, settings })).read()
      const weights = await training.groups.find(({ name }) => name === batch!.group)!.weights.save()
      passes.destroy()
      for (const one of programs) one.destroy()
      await training.destroy()
      return { gradientNorm, weights }
    }
    const all = (partBytes: number) => Promise.all(ranksInProcess(2).ranks.map((ranks) => updated(ranks, partBytes)))
    expect(await all(1)).toEqual(await all(PART_BYTES))
  })

  it('leaves the weights of before the step where a rank is lost in its midst', async () => {
    const { ranks, lose } = ranksInProcess(2)
    const { task, config } = run
    const open = async (one: Communicator) => {
      const { training } = await (await task.load(config, { resumed: false })).begin(await lentGpu())
      return new Trainer(config, training, { owns: true, ranks: one })
    }
    const [first, second] = await Promise.all(ranks.map(open))
    await Promise.all([first!.trainStep(), second!.trainStep()])
    const before = { state: await first!.state(), weights: await first!.training.groups[0]!.weights.save() }
    const step = first!.trainStep()
    lose(1)
    await expect(step).rejects.toMatchObject({ code: 'ERR_RANKS' })
    expect(await first!.state()).toEqual(before.state)
    expect(await first!.training.groups[0]!.weights.save()).toEqual(before.weights)
    await first!.destroy()
    await second!.destroy()
  })
})
