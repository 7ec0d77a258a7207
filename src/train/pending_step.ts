// Steps that are with the GPU. The next one is submitted before the last one's report is read, so that the GPU finds work when it is done:
// the host learns of everything one step late, and in order.

import { SignError } from '../base/errors.js'
import { isOnlySkipped, type LossScale } from './loss_scale.js'

/** What a submitted step reports, once somebody asks. */
export interface PendingReport<Report> {
  read(): Promise<Report>
}

/** A step that was submitted. `Trained` is what is told of it. */
export class PendingStep<Trained> {
  readonly step: number
  /** Whether it is the last of its epoch. */
  readonly endsEpoch: boolean
  #take: (() => Promise<Trained>) | undefined
  #trained: Promise<Trained> | undefined

  /**
   * @param before the step submitted before this one: reports are taken in that order, whoever asks first
   * @param take reads the report and makes of it what training remembers; called once
   */
  constructor(
    { step, endsEpoch }: { readonly step: number; readonly endsEpoch: boolean },
    before: PendingStep<unknown> | undefined,
    take: () => Promise<Trained>,
  ) {
    this.step = step
    this.endsEpoch = endsEpoch
    this.#take = async () => {
      await before?.read()
      return take()
    }
  }

  /** Waits for the step, and tells what it did; asking again tells the same. Throws ERR_DIVERGED where it or one before it diverged. */
  read(): Promise<Trained> {
    this.#trained ??= this.#take!()
    // It holds the step before, which would hold the one before that.
    this.#take = undefined
    return this.#trained
  }
}

/**
 * Throws ERR_DIVERGED where a step's loss or gradient is not finite. The GPU left the weights alone then: `clip_scale` had made the
 * update's factor 0. The step after it, if it was submitted already, began from those weights. In f16 a gradient that is not finite is a
 * step skipped, as long as the loss scale can fall.
 *
 * @param names of what was trained on
 */
export function refuseDivergence(
  step: number,
  { loss, gradientNorm, lossScale }: { readonly loss: number; readonly gradientNorm: number; readonly lossScale?: LossScale | undefined },
  names: readonly string[],
): void {
  if (Number.isFinite(loss) && (Number.isFinite(gradientNorm) || isOnlySkipped(lossScale))) return
  const problem = `wanted a finite loss and gradient, got ${loss} and ${gradientNorm} on ${names.join(', ')}`
  throw new SignError('ERR_DIVERGED', `step ${step}`, problem, 'Lower the learning rate, or look at those')
}
