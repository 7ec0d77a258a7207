// The learning rate from step to step. Each schedule is a small machine whose whole state goes into a checkpoint as JSON.

import * as z from 'zod'
import { SignError } from '../base/errors.js'

/** Lower the rate whenever the validation score stands still, as Progressive Transformers does. */
export interface PlateauSettings {
  readonly kind: 'plateau'
  /** What the rate is multiplied by, between 0 and 1. */
  readonly factor: number
  /** Validations without improvement that are borne; the one after them lowers the rate. */
  readonly patience: number
  /** Training is over once the rate is below this. */
  readonly minRate: number
}

/** Rise in a line from `start` times the rate over `warmup` steps, then fall along half a cosine to `floor` times it at step `steps`, and stay there. */
export interface WarmupCosineSettings {
  readonly kind: 'warmup-cosine'
  readonly warmup: number
  /** Default 0. */
  readonly start?: number
  readonly steps: number
  readonly floor: number
}

export interface ConstantSettings {
  readonly kind: 'constant'
}

export type ScheduleSettings = PlateauSettings | WarmupCosineSettings | ConstantSettings

/** Plain JSON; what `restore` takes is what `state` gave. */
export type ScheduleState = Readonly<Record<string, number | null>>

export interface Schedule {
  /** The learning rate of a step, counted from 1. */
  rate(step: number): number
  /** Tells the schedule a validation score; lower is better. NaN counts as no improvement. */
  afterValidation(score: number): void
  /** True once the schedule has nothing left to do: training may end. */
  readonly stopped: boolean
  state(): ScheduleState
  /** Goes on from a saved state. Throws ERR_CHECKPOINT where it is not one of this schedule's. */
  restore(state: unknown): void
}

/** @param rate the learning rate that the schedule starts from, or rises to */
export function createSchedule(settings: ScheduleSettings, rate: number): Schedule {
  switch (settings.kind) {
    case 'plateau':
      return new Plateau(settings, rate)
    case 'warmup-cosine':
      return stateless((step) => rate * warmupCosine(settings, step))
    case 'constant':
      return stateless(() => rate)
    default:
      return settings satisfies never
  }
}

// An improvement smaller than this is none: rounding alone can give it.
const THRESHOLD = 1e-8

const plateauState = z.strictObject({ rate: z.number().positive(), best: z.number().nullable(), waited: z.int().nonnegative() })

class Plateau implements Schedule {
  readonly #settings: PlateauSettings
  #rate: number
  #best = Infinity
  #waited = 0

  constructor(settings: PlateauSettings, rate: number) {
    this.#settings = settings
    this.#rate = rate
  }

  rate(): number {
    return this.#rate
  }

  afterValidation(score: number): void {
    if (score < this.#best - THRESHOLD) {
      this.#best = score
      this.#waited = 0
    } else if (++this.#waited > this.#settings.patience) {
      this.#rate *= this.#settings.factor
      this.#waited = 0
    }
  }

  get stopped(): boolean {
    return this.#rate < this.#settings.minRate
  }

  state(): ScheduleState {
    // JSON has no infinity: null stands for "no score yet".
    return { rate: this.#rate, best: this.#best === Infinity ? null : this.#best, waited: this.#waited }
  }

  restore(state: unknown): void {
    const { rate, best, waited } = checked(plateauState, state)
    this.#rate = rate
    this.#best = best ?? Infinity
    this.#waited = waited
  }
}

function warmupCosine({ warmup, start = 0, steps, floor }: WarmupCosineSettings, step: number): number {
  if (step <= warmup) return start + (1 - start) * (step / warmup)
  const way = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
  return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * way))
}

/** A schedule that depends on the step alone. */
function stateless(rate: (step: number) => number): Schedule {
  return {
    rate,
    afterValidation: () => undefined,
    stopped: false,
    state: () => ({}),
    restore: (state) => void checked(z.strictObject({}), state),
  }
}

function checked<T>(schema: z.ZodType<T>, state: unknown): T {
  const parsed = schema.safeParse(state)
  if (parsed.success) return parsed.data
  throw new SignError(
    'ERR_CHECKPOINT',
    'schedule state',
    `wanted the state of this run's schedule, got ${JSON.stringify(state)}`,
    'Resume with the schedule that the checkpoint was written with',
  )
}
