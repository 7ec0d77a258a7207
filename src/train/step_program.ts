// One training step as one recorded program, for one group and one shape of batch: forward and losses, gradients, their norm and clip, the
// update. Marks between those parts let a step stop there and go on: a batch too large for memory goes through in passes, whose gradients
// are added up before the update.

import { bug } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { SlotPool, Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import { Graph } from '../ops/graph.js'
import { type LossScale, readLossScale } from './loss_scale.js'
import type { PendingReport } from './pending_step.js'
import type { HostArrays, PassReports, RecordedLosses } from './task.js'
import { recordHalves, recordUpdate, type TrainedWeights, type UpdateOptions } from './update.js'

/** The places where a step can be cut: before them the gradients of a pass, the global norm, and the clip's factor are done. */
export const stepMarks = ['gradients', 'norm', 'clip'] as const

/** Sets the seeds of a step's passes apart from each other and from those of other steps: 2^32 over the golden ratio. */
const PASS_SPREAD = 0x9e3779b1

/** What a pass draws by. */
export const passSeed = (seed: Uint32Array, pass: number): Uint32Array => seed.with(1, seed[1]! ^ Math.imul(pass, PASS_SPREAD))

export type StepMark = (typeof stepMarks)[number]

/** What changes from step to step besides the batch. */
export interface StepSettings {
  /** u32 [4], of which kernels draw by the first two; each pass has a second of its own. */
  readonly seed: Uint32Array
  /** rate, beta1, beta2, epsilon, 1-beta1^step, 1-beta2^step */
  readonly hyper: readonly number[]
}

/** Which pass over a batch it is; default the only one. */
export interface PassOptions {
  readonly pass?: number
  /** Whether gradients begin from 0, instead of those of the pass before. Default: in pass 0. */
  readonly first?: boolean
  /** Whether the update follows. */
  readonly last?: boolean
  /** Marks, or numbers of dispatches done, to stop at and go on from: the bits are the same with and without. */
  readonly cuts?: readonly (StepMark | number)[]
  /** Called where it stopped, with everything before submitted: what is submitted now comes in between. */
  readonly onCut?: (cut: StepMark | number) => void
}

export interface PassReport {
  readonly reports: PassReports
  /** Global gradient norm before clipping, of the last pass. */
  readonly gradientNorm: number
  /** In f16, of the last pass. */
  readonly lossScale: LossScale | undefined
}

/** A training step, recorded. */
export class StepProgram {
  readonly program: Program
  readonly #recorded: RecordedLosses
  readonly #seed: Tensor
  readonly #hyper: Tensor
  readonly #names: readonly string[]
  readonly #grads: readonly GPUBuffer[]

  private constructor(
    program: Program,
    recorded: RecordedLosses,
    seed: Tensor,
    hyper: Tensor,
    names: readonly string[],
    grads: readonly GPUBuffer[],
  ) {
    this.program = program
    this.#recorded = recorded
    this.#seed = seed
    this.#hyper = hyper
    this.#names = names
    this.#grads = grads
  }

  /** @param record the forward pass and the losses */
  static async record(
    gpu: Gpu,
    weights: TrainedWeights,
    record: (graph: Graph) => RecordedLosses,
    options: UpdateOptions,
    pool?: SlotPool,
  ): Promise<StepProgram> {
    const recorder = new Recorder()
    const seed = recorder.feed('seed', [4], 'u32')
    const hyper = recorder.feed('hyper', [8])
    recorder.scope('halves', () => recordHalves(recorder, weights))
    const { dummy, scaling } = weights
    const graph = new Graph(recorder, { training: { seed, dummy, scaling } })
    const recorded = record(graph)
    graph.backward()
    recorder.mark('gradients')
    const clip = recorder.scope('update', () => recordUpdate(recorder, weights, hyper, options))
    const reports = { ...recorded.reports, clip, ...(scaling && { scaling }) }
    for (const tensor of Object.values(reports)) recorder.report(tensor)
    return new StepProgram(await Program.build(gpu, recorder, pool), recorded, seed, hyper, Object.keys(reports), gradientBuffers(weights))
  }

  /** Runs the step and waits for its report. */
  async run(arrays: HostArrays, settings: StepSettings, options?: PassOptions): Promise<PassReport> {
    return (await this.start(arrays, settings, options)).read()
  }

  /** Submits a pass over a batch behind whatever runs. Gradients of the passes before it are added to; after the last comes the update. */
  async start(
    arrays: HostArrays,
    { seed, hyper }: StepSettings,
    { pass = 0, first = pass === 0, last = true, cuts = [], onCut }: PassOptions = {},
  ): Promise<PendingReport<PassReport>> {
    const { program } = this
    writeFeeds(program, this.#recorded, arrays)
    program.write(this.#seed, passSeed(seed, pass))
    this.#writeHyper(hyper)
    const ends = last ? [...cuts, undefined] : [...cuts, 'gradients' as const]
    let from: StepMark | number | undefined
    let pending: PendingReports | undefined
    for (const to of ends) {
      pending?.drop()
      pending = await program.start({ from, to, clear: first && from === undefined ? this.#grads : [] })
      if (to !== undefined) onCut?.(to)
      from = to
    }
    return { read: async () => this.#reported(await pending!.read()) }
  }

  /** Submits the update alone, by the gradients as they are: for passes that were made elsewhere too. Reports of passes are those of the last one here. */
  async update({ hyper }: Pick<StepSettings, 'hyper'>): Promise<PendingReport<PassReport>> {
    this.#writeHyper(hyper)
    const pending = await this.program.start({ from: 'gradients' })
    return { read: async () => this.#reported(await pending.read()) }
  }

  destroy(): void {
    this.program.destroy()
  }

  #writeHyper(hyper: readonly number[]): void {
    this.program.write(
      this.#hyper,
      Float32Array.from({ length: 8 }, (_, i) => hyper[i] ?? 0),
    )
  }

  #reported(buffers: readonly ArrayBuffer[]): PassReport {
    const reports = Object.fromEntries(buffers.map((buffer, i) => [this.#names[i]!, buffer]))
    return { reports, gradientNorm: new Float32Array(reports.clip!)[0]!, lossScale: readLossScale(reports.scaling) }
  }
}

/** Where gradients are. */
const gradientBuffers = ({ ranges }: TrainedWeights): GPUBuffer[] => ranges.map(({ grad }) => grad.region!.buffer)

/** Writes what a pass is recorded to be fed. */
export function writeFeeds(program: Program, { feeds }: Pick<RecordedLosses, 'feeds'>, arrays: HostArrays): void {
  for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrayNamed(arrays, name))
}

function arrayNamed(arrays: HostArrays, name: string): Float32Array | Uint32Array {
  const array = arrays[name]
  if (!array) throw bug(name, 'a feed that the batch has no array for')
  return array
}
