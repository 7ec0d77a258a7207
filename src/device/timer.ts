// Timing while programs run. A Gpu holds at most one timer; it is the only thing a program knows of being profiled.

import { GPU_BUFFER, type Gpu } from './gpu.js'
import type { Program } from './program.js'

/** When the host was where in one run, by `performance.now()`. */
export interface HostStamps {
  readonly began: number
  readonly encoded: number
  readonly submitted: number
  /** The reports are on the host. */
  readonly read: number
}

/** Dispatches of a program: those from `from` up to, not with, `to`. */
export interface StepRange {
  readonly from: number
  readonly to: number
}

/** Takes over how a program's dispatches reach the GPU, so that they are timed. Set as `gpu.timer`; without one nothing is. */
export interface DispatchTimer {
  /**
   * Sees to the dispatches of `program` in a range, `times` over, after what `encoder` holds. Returns the encoder for what comes after them:
   * the same one, or another where it had to submit.
   */
  encode(program: Program, encoder: GPUCommandEncoder, times: number, range: StepRange): Promise<GPUCommandEncoder>
  /** The run is over and everything it submitted is done. */
  finish(program: Program, range: StepRange, host: HostStamps): Promise<void>
}

/** From when to when something ran, in milliseconds of whatever clock timed it. */
export interface Span {
  readonly begin: number
  readonly end: number
}

/** WebGPU allows 4096 queries a set: a pass takes two. */
const PASSES_A_SET = 2048

interface QuerySet {
  readonly queries: GPUQuerySet
  readonly resolved: GPUBuffer
}

/** Timestamp queries for any number of passes a submission. Needs the device feature `timestamp-query`. */
export class PassClock {
  readonly #gpu: Gpu
  readonly #sets: QuerySet[] = []
  #passes = 0
  /** The first stamp ever read: milliseconds count from it, so that a double holds them to the nanosecond. */
  #zero: bigint | undefined

  constructor(gpu: Gpu) {
    this.#gpu = gpu
  }

  /** What the next pass is to be begun with. */
  next(): GPUComputePassTimestampWrites {
    const [set, i] = [Math.floor(this.#passes / PASSES_A_SET), this.#passes % PASSES_A_SET]
    this.#sets[set] ??= this.#open()
    this.#passes++
    return { querySet: this.#sets[set].queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 }
  }

  resolve(encoder: GPUCommandEncoder): void {
    this.#used().forEach(({ queries, resolved }, s) => {
      encoder.resolveQuerySet(queries, 0, 2 * this.#passesOf(s), resolved, 0)
    })
  }

  /** The spans of the submission's passes, in order; then the clock is ready for the next submission. */
  async read(): Promise<Span[]> {
    const spans: Span[] = []
    for (const [s, { resolved }] of this.#used().entries()) {
      const stamps = new BigUint64Array(await this.#gpu.read(resolved, 16 * this.#passesOf(s)))
      this.#zero ??= stamps[0]!
      const ms = (stamp: bigint) => Number(stamp - this.#zero!) / 1e6
      for (let i = 0; i < stamps.length; i += 2) spans.push({ begin: ms(stamps[i]!), end: ms(stamps[i + 1]!) })
    }
    this.#passes = 0
    return spans
  }

  destroy(): void {
    for (const { queries, resolved } of this.#sets.splice(0)) {
      queries.destroy()
      resolved.destroy()
    }
  }

  #open(): QuerySet {
    const { device } = this.#gpu
    return {
      queries: device.createQuerySet({ type: 'timestamp', count: 2 * PASSES_A_SET }),
      resolved: device.createBuffer({ size: 16 * PASSES_A_SET, usage: GPU_BUFFER.QUERY_RESOLVE | GPU_BUFFER.COPY_SRC }),
    }
  }

  #used(): QuerySet[] {
    return this.#sets.slice(0, Math.ceil(this.#passes / PASSES_A_SET))
  }

  #passesOf(set: number): number {
    return Math.min(PASSES_A_SET, this.#passes - set * PASSES_A_SET)
  }
}
