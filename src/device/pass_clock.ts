// Timing of compute passes by the GPU's own clock.

import type { Gpu } from './gpu.js'
import { GPU_BUFFER } from './usage.js'

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
      resolved: this.#gpu.createBuffer({ size: 16 * PASSES_A_SET, usage: GPU_BUFFER.QUERY_RESOLVE | GPU_BUFFER.COPY_SRC }),
    }
  }

  #used(): QuerySet[] {
    return this.#sets.slice(0, Math.ceil(this.#passes / PASSES_A_SET))
  }

  #passesOf(set: number): number {
    return Math.min(PASSES_A_SET, this.#passes - set * PASSES_A_SET)
  }
}
