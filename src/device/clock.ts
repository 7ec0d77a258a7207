// GPU time of single dispatches, by timestamp queries. Passed to Program.encode, it gives each dispatch a pass of its own.

import { SignError } from '../base/errors.js'
import { GPU_BUFFER, type Gpu } from './gpu.js'

export interface Timing {
  readonly label: string
  readonly ms: number
}

/** Times up to `capacity` dispatches of one submission. Splitting passes forbids overlap: compare with an untimed run. */
export class StepClock {
  readonly #gpu: Gpu
  readonly #queries: GPUQuerySet
  readonly #resolved: GPUBuffer
  readonly #capacity: number
  #labels: string[] = []

  /** Throws ERR_DEVICE where the adapter has no timestamp-query. */
  constructor(gpu: Gpu, capacity = 2048) {
    if (!gpu.device.features.has('timestamp-query')) {
      throw new SignError('ERR_DEVICE', gpu.label, 'wanted timestamp-query, got an adapter without it', 'Time whole submissions instead')
    }
    this.#gpu = gpu
    this.#capacity = capacity
    this.#queries = gpu.device.createQuerySet({ type: 'timestamp', count: 2 * capacity })
    this.#resolved = gpu.device.createBuffer({ size: 16 * capacity, usage: GPU_BUFFER.QUERY_RESOLVE | GPU_BUFFER.COPY_SRC })
  }

  writes(label: string): GPUComputePassTimestampWrites {
    const i = this.#labels.push(label) - 1
    if (i >= this.#capacity)
      throw new SignError('ERR_DEVICE', 'clock', `wanted at most ${this.#capacity} dispatches, got more`, 'Raise its capacity')
    return { querySet: this.#queries, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 }
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.#labels.length, this.#resolved, 0)
  }

  /** The times of the last submission, in order; empties the clock for the next. */
  async read(): Promise<Timing[]> {
    const labels = this.#labels
    this.#labels = []
    const stamps = new BigUint64Array(await this.#gpu.read(this.#resolved, 16 * labels.length))
    return labels.map((label, i) => ({ label, ms: Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6 }))
  }

  destroy(): void {
    this.#queries.destroy()
    this.#resolved.destroy()
  }
}
