// Samples of batches that stay in shards: those of the batch that is trained on, and of the next one, which is read while the GPU is busy.

import { bug } from '../../base/errors.js'
import { ClipMemory } from '../../data/shards/clip_memory.js'
import type { BatchPlan } from '../../train/batches.js'
import type { Sample } from './batch.js'
import type { StoredExamples } from './stored_examples.js'

interface Fetched {
  readonly group: string
  readonly samples: ReadonlyMap<number, Sample>
  readonly memory: ClipMemory
}

export class FetchedSamples {
  readonly #fetched = new Map<BatchPlan, Fetched>()
  readonly #fetching = new Map<BatchPlan, Promise<void>>()
  /** Of batches that were let go, for those to come. */
  readonly #free: ClipMemory[] = []

  /** Reads the samples of a batch, once; all but the last batch before it are let go. Reading that failed is tried again when it is asked for again. */
  async fetch(batch: BatchPlan, examples: StoredExamples): Promise<void> {
    if (this.#fetched.has(batch)) return
    const fetching = this.#fetching.get(batch) ?? this.#read(batch, examples).finally(() => this.#fetching.delete(batch))
    this.#fetching.set(batch, fetching)
    await fetching
  }

  /** A sample of a batch that was fetched, or of the part of it that this rank trains on. */
  sample(group: string, example: number): Sample {
    for (const fetched of this.#fetched.values()) {
      const sample = fetched.group === group ? fetched.samples.get(example) : undefined
      if (sample) return sample
    }
    throw bug('FetchedSamples.sample', 'wanted an example of a batch that was prepared, got another')
  }

  async #read(batch: BatchPlan, examples: StoredExamples): Promise<void> {
    const wanted = [...new Set(batch.examples)]
    for (const other of [...this.#fetched.keys()].slice(0, -1)) this.#letGo(other)
    const memory = this.#free.pop() ?? new ClipMemory()
    try {
      const samples = await examples.samples(wanted, memory)
      this.#fetched.set(batch, { group: batch.group, samples: new Map(samples.map((sample, i) => [wanted[i]!, sample])), memory })
    } catch (cause) {
      this.#free.push(memory)
      throw cause
    }
  }

  #letGo(batch: BatchPlan): void {
    this.#free.push(this.#fetched.get(batch)!.memory)
    this.#fetched.delete(batch)
  }
}
