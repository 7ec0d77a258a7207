// Who of the ranks goes through which part of a batch. A function of the batch alone: each rank knows all shares.

import { type BatchPlan, passesOf } from '../batches.js'

/** Passes over a batch that one rank makes, one behind the other. */
export interface Share {
  /** Which passes of the batch they are: from this one, and so many. */
  readonly first: number
  readonly passes: readonly (readonly number[])[]
}

/**
 * Examples of a batch of `size` in each pass where `ranks` share it out: as `microBatch` says, and no more than a rank's part. A batch that goes
 * through in such passes on one rank gives the same sums.
 */
export function passSize(size: number, microBatch: number | null, ranks: number): number {
  return Math.min(microBatch ?? size, Math.ceil(size / ranks))
}

/** The shares of all ranks: passes that follow each other, as many for each rank as for the others or one less. */
export function sharesOf(batch: BatchPlan, passSize: number, ranks: number): Share[] {
  const passes = passesOf(batch, passSize)
  const from = (rank: number): number => Math.ceil((rank * passes.length) / ranks)
  return Array.from({ length: ranks }, (_, rank) => ({ first: from(rank), passes: passes.slice(from(rank), from(rank + 1)) }))
}
