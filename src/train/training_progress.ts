// Where a training is on its way: steps and epochs done, the rate of the next step, the best validation, and whether it is over.

import { counted } from '../base/counted.js'
import type { TrainingConfig } from './config/parts.js'
import { createSchedule, type Schedule, type ScheduleState } from './schedule.js'

/** What of a run file decides how a training goes on and when it ends. */
export type ProgressSettings = Pick<TrainingConfig, 'stop' | 'schedule' | 'optimiser'>

/** Plain JSON; what `restore` takes is what `state` gave. */
export interface ProgressState {
  readonly step: number
  readonly epoch: number
  /** Batches of this epoch already done. */
  readonly batch: number
  readonly schedule: ScheduleState
  readonly best: number | null
  readonly validationsSinceBest: number
}

const areDone = (n: number, noun: string): string => `${counted(n, noun)} ${n === 1 ? 'is' : 'are'} done`

export class TrainingProgress {
  step = 0
  epoch = 0
  batch = 0
  /** Score of the best validation, lower is better; null before the first. */
  best: number | null = null
  validationsSinceBest = 0
  readonly #stop: ProgressSettings['stop']
  readonly #schedule: Schedule

  constructor({ stop, schedule, optimiser }: ProgressSettings) {
    this.#stop = stop
    this.#schedule = createSchedule(schedule, optimiser.rate)
  }

  /** Why training is over, or undefined while it is not. */
  get ended(): string | undefined {
    const { steps, epochs, patience, minRate } = this.#stop
    if (steps !== null && this.step >= steps) return areDone(steps, 'step')
    if (epochs !== null && this.epoch >= epochs) return areDone(epochs, 'epoch')
    if (patience !== null && this.validationsSinceBest > patience)
      return `no improvement for ${counted(this.validationsSinceBest, 'validation')}`
    if (minRate !== null && this.rate < minRate) return `the learning rate fell below ${minRate}`
    if (this.#schedule.stopped) return 'the schedule has ended'
    return undefined
  }

  /** The learning rate of the next step. */
  get rate(): number {
    return this.#schedule.rate(this.step + 1)
  }

  /** Counts a step of an epoch of so many batches; true when it was the epoch's last. */
  stepped(batches: number): boolean {
    this.step++
    this.batch++
    if (this.batch < batches) return false
    this.epoch++
    this.batch = 0
    return true
  }

  /** Takes note of a validation's score, lower is better; true when it is the best so far. */
  validated(score: number): boolean {
    this.#schedule.afterValidation(score)
    const better = Number.isFinite(score) && (this.best === null || score < this.best)
    this.best = better ? score : this.best
    this.validationsSinceBest = better ? 0 : this.validationsSinceBest + 1
    return better
  }

  state(): ProgressState {
    const { step, epoch, batch, best, validationsSinceBest } = this
    return { step, epoch, batch, schedule: this.#schedule.state(), best, validationsSinceBest }
  }

  restore(state: ProgressState): void {
    this.step = state.step
    this.epoch = state.epoch
    this.batch = state.batch
    this.best = state.best
    this.validationsSinceBest = state.validationsSinceBest
    this.#schedule.restore(state.schedule)
  }
}

/**
 * The optimiser's numbers for its `updates`-th step, as the adamw kernel takes them: rate, betas, epsilon, and what is left of each
 * moment's start; or as sgd does: rate and momentum. The powers are taken of the betas as the shader has them, in float32.
 */
export function hyperOf(
  {
    kind,
    momentum,
    beta1,
    beta2,
    epsilon,
  }: Pick<ProgressSettings['optimiser'], 'beta1' | 'beta2' | 'epsilon'> & Partial<Pick<ProgressSettings['optimiser'], 'kind' | 'momentum'>>,
  rate: number,
  updates: number,
): number[] {
  if (kind === 'sgd') return [rate, momentum!]
  return [rate, beta1, beta2, epsilon, 1 - Math.fround(beta1) ** updates, 1 - Math.fround(beta2) ** updates]
}
