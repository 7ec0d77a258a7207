// A profile: what one step of some work costs, dispatch by dispatch. Plain JSON, made to be saved and compared.

import type { Ceilings } from './ceilings.js'
import type { MemoryPlan } from './memory_plan.js'
import type { Method } from './recording.js'
import type { Timed } from './timing.js'
import type { Traffic } from './traffic.js'

/** Names the layout of a saved profile; another layout gets another number. */
export const FORMAT = 'signllm profile 3'

/** All dispatches of one kernel at one place of the model. */
export interface DispatchRow {
  /** The scopes it was recorded in, `decoder.1/cross`; '' outside of all. */
  readonly path: string
  readonly kernel: string
  /** The shader file that ran: the kernel's own, or a variant. */
  readonly variant: string
  /** Dispatches a step. */
  readonly calls: number
  /** Of all of them together, a sample a step; what timing takes is off. */
  readonly ms: Timed
  /** Of all of them together, by the kernel's declaration. */
  readonly flops: number
  readonly bytes: number
  /** How they go through memory, and so which ceiling the bytes are held against. */
  readonly traffic: Traffic
}

/** What happened when in one step, in milliseconds from its start by the host's clock. */
export interface Timeline {
  readonly host: readonly { readonly name: string; readonly begin: number; readonly end: number }[]
  /** Dispatches in order; `row` counts in `rows`. */
  readonly gpu: readonly { readonly row: number; readonly begin: number; readonly end: number }[]
}

export interface StepFigures {
  /** Wall time of a step without and with the profiler, taken in turns. */
  readonly plain: Timed
  readonly profiled: Timed
  /** Milliseconds that timing adds to a dispatch, which are taken off the rows; the timeline is as it was. */
  readonly stampMs: number
  /** The sum of the kernels' floors: for each its bytes at the ceiling of its traffic or its flops at the other, whichever is longer. */
  readonly floorMs: number
  /** `floorMs` by the median of `plain`: 1 could not be faster with these kernels. */
  readonly floorShare: number
}

export interface Profile {
  readonly format: typeof FORMAT
  readonly command: 'train' | 'generate' | 'kernel'
  /** What was profiled, with its sizes: profiles of different subjects are not compared. */
  readonly subject: string
  readonly adapter: string
  /** A CPU posing as a GPU. */
  readonly software: boolean
  readonly node: string
  readonly method: Method
  readonly ceilings: Ceilings
  /**
   * Null where single kernels were timed. A step without the profiler is timed from its report to the next one's where steps overlap, as
   * training's do; with it, each step is waited for.
   */
  readonly step: StepFigures | null
  readonly rows: readonly DispatchRow[]
  readonly memory: MemoryPlan
  /** Of the step whose time is the median; empty where single kernels were timed. */
  readonly timeline: Timeline
}
