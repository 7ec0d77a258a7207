// A batch that several ranks go through together: each makes its share of the passes, gradients are added up over all, and each makes the same
// update. Every rank gets the reports of all passes, so that what it remembers is what one rank alone would.

import { type Communicator, gatherValues } from '../../base/communicator.js'
import type { Gpu } from '../../device/gpu.js'
import type { BatchPlan } from '../batches.js'
import { featuresOfPasses, wholeBatch } from '../features.js'
import { type BatchPasses, type PassMaker, passShape, type StepOrder, type StepReport } from '../passes.js'
import type { PendingReport } from '../pending_step.js'
import type { PassReport, StepProgram } from '../step_program.js'
import type { HostArrays, PassReports } from '../task.js'
import { PART_BYTES } from './gradient_parts.js'
import { RankSums } from './rank_sums.js'
import { type Share, sharesOf } from './shares.js'

export class SharedPasses implements BatchPasses {
  readonly #gpu: Gpu
  readonly #communicator: Communicator
  readonly #maker: PassMaker
  readonly #passSize: number
  readonly #partBytes: number
  readonly #sums = new Map<string, RankSums>()
  /** A batch is fetched ahead under the very object that it is taken under. */
  readonly #parts = new WeakMap<BatchPlan, BatchPlan>()

  /**
   * @param passSize examples in a pass, as `passSize` of shares.ts has it
   * @param partBytes fewest bytes of gradients that are sent at once
   */
  constructor(gpu: Gpu, communicator: Communicator, maker: PassMaker, passSize: number, partBytes = PART_BYTES) {
    this.#gpu = gpu
    this.#communicator = communicator
    this.#maker = maker
    this.#passSize = passSize
    this.#partBytes = partBytes
  }

  async prepare(batch: BatchPlan): Promise<void> {
    const part = this.#parts.get(batch) ?? { ...batch, examples: this.#shares(batch)[this.#communicator.rank]!.passes.flat() }
    this.#parts.set(batch, part)
    if (part.examples.length > 0) await this.#maker.training.prepare?.(part)
  }

  async start({ batch, step, settings }: StepOrder): Promise<PendingReport<StepReport>> {
    const { training, program } = this.#maker
    const shares = this.#shares(batch)
    const { first, passes } = shares[this.#communicator.rank]!
    // A rank that has no pass makes the update all the same, by a step of the shape of the first rank's.
    const shapes = passes.length > 0 ? passes : [shares[0]!.passes[0]!]
    const programs = await Promise.all(shapes.map((pass) => program(passShape(batch, pass))))
    await this.prepare(batch)
    const last = programs.at(-1)!
    const sums = await this.#sumsOf(batch.group, programs[0]!)

    const feedsOf = (pass: readonly number[]): HostArrays => training.feedsOf(pass, batch, { step })
    const features = await featuresOfPasses(this.#maker, { batch, passes, first, feedsOf, settings })
    // Those of all ranks, in the order of the batch.
    const compared = features && wholeBatch((await gatherValues(this.#communicator, features)).flat(), batch)
    const pending: PendingReport<PassReport>[] = []
    for (const [i, pass] of passes.entries()) {
      const ends = i === passes.length - 1
      const cuts = ends ? { cuts: sums.cutsOf(last), onCut: (cut: unknown) => sums.copyAt(last, cut as number) } : {}
      const arrays = { ...feedsOf(pass), ...compared }
      pending.push(await programs[i]!.start(arrays, settings, { pass: first + i, first: i === 0, last: false, ...cuts }))
    }
    if (passes.length === 0) this.#clear(batch.group, sums)
    sums.copyRunning()
    await sums.add()

    const own: PassReports[] = []
    for (const one of pending) own.push((await one.read()).reports)
    const all = (await gatherValues(this.#communicator, own)).flat()
    // Nothing is asked of other ranks from here on: a step that is begun is finished.
    const updated = await last.update(settings)
    return {
      read: async () => {
        const { gradientNorm, lossScale } = await updated.read()
        return { passes: all, gradientNorm, lossScale }
      },
    }
  }

  destroy(): void {
    for (const sums of this.#sums.values()) sums.destroy()
    this.#sums.clear()
  }

  #shares(batch: BatchPlan): readonly Share[] {
    return sharesOf(batch, this.#passSize, this.#communicator.size)
  }

  #weights(group: string) {
    return this.#maker.training.groups.find(({ name }) => name === group)!.weights
  }

  /** Gradients of no pass. */
  #clear(group: string, sums: RankSums): void {
    const encoder = this.#gpu.device.createCommandEncoder()
    for (const buffer of this.#weights(group).grads!.buffers) encoder.clearBuffer(buffer)
    this.#gpu.device.queue.submit([encoder.finish()])
    sums.copyAll()
  }

  async #sumsOf(group: string, program: StepProgram): Promise<RankSums> {
    const known = this.#sums.get(group)
    if (known) return known
    const sums = await RankSums.of(this.#gpu, this.#communicator, this.#weights(group), program, this.#partBytes)
    this.#sums.set(group, sums)
    return sums
  }
}
