// What the passes over a batch make of its examples, gathered before any of them is trained on: a loss that compares examples sees a batch of any size at once,
// while memory holds the activations of one pass (Gao et al. 2021 call it gradient caching).

import type { Gpu } from '../device/gpu.js'
import type { SlotPool, Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import type { BatchPlan } from './batches.js'
import type { PassMaker } from './passes.js'
import { passShape } from './passes.js'
import type { PendingReport } from './pending_step.js'
import { passSeed, type StepSettings, writeFeeds } from './step_program.js'
import type { HostArrays, RecordedLosses } from './task.js'
import { recordHalves, type TrainedWeights } from './update.js'

/** The way there of a pass as far as its features, recorded: as training makes it, but that nothing moves. */
export class FeatureProgram {
  readonly program: Program
  readonly #recorded: RecordedLosses
  readonly #seed: Tensor

  private constructor(program: Program, recorded: RecordedLosses, seed: Tensor) {
    this.program = program
    this.#recorded = recorded
    this.#seed = seed
  }

  static async record(
    gpu: Gpu,
    weights: TrainedWeights,
    record: (graph: Graph) => RecordedLosses,
    pool?: SlotPool,
  ): Promise<FeatureProgram> {
    const recorder = new Recorder()
    const seed = recorder.feed('seed', [4], 'u32')
    recorder.scope('halves', () => recordHalves(recorder, weights))
    const { dummy, scaling } = weights
    const recorded = record(new Graph(recorder, { training: { seed, dummy, scaling, rehearsal: true } }))
    for (const tensor of Object.values(recorded.reports)) recorder.report(tensor)
    return new FeatureProgram(await Program.build(gpu, recorder, pool), recorded, seed)
  }

  /** Submits a pass behind whatever runs. */
  async start(arrays: HostArrays, { seed }: Pick<StepSettings, 'seed'>, pass: number): Promise<PendingReport<HostArrays>> {
    const { feeds, reports } = this.#recorded
    writeFeeds(this.program, { feeds }, arrays)
    this.program.write(this.#seed, passSeed(seed, pass))
    const pending = await this.program.start()
    const names = Object.keys(reports)
    return {
      read: async () => Object.fromEntries((await pending.read()).map((buffer, i) => [names[i]!, new Float32Array(buffer)])),
    }
  }

  destroy(): void {
    this.program.destroy()
  }
}

/** Passes over a batch. */
export interface PassesOver {
  readonly batch: BatchPlan
  readonly passes: readonly (readonly number[])[]
  /** Which of the batch's passes the first one is. */
  readonly first: number
  readonly feedsOf: (pass: readonly number[]) => HostArrays
  readonly settings: StepSettings
}

/** What each pass makes of its examples, by name; undefined where the batch's loss compares none. Waits for the GPU. */
export async function featuresOfPasses(
  { training, features }: Pick<PassMaker, 'training' | 'features'>,
  { batch, passes, first, feedsOf, settings }: PassesOver,
): Promise<HostArrays[] | undefined> {
  if (training.compared?.group !== batch.group) return undefined
  const programs = await Promise.all(passes.map((pass) => features(passShape(batch, pass))))
  const pending: PendingReport<HostArrays>[] = []
  for (const [i, pass] of passes.entries()) pending.push(await programs[i]!.start(feedsOf(pass), settings, first + i))
  const found: HostArrays[] = []
  for (const one of pending) found.push(await one.read())
  return found
}

/** The features of all passes, as a pass is fed them: rows behind each other, and zeros up to a multiple of 4. */
export function wholeBatch(passes: readonly HostArrays[], { examples }: Pick<BatchPlan, 'examples'>): HostArrays {
  const names = Object.keys(passes[0] ?? {})
  return Object.fromEntries(
    names.map((name) => {
      const parts = passes.map((pass) => pass[name]!)
      const width = parts.reduce((sum, { length }) => sum + length, 0) / examples.length
      const whole = new Float32Array(padded(examples.length) * width)
      let at = 0
      for (const part of parts) {
        whole.set(part, at)
        at += part.length
      }
      return [name, whole]
    }),
  )
}
