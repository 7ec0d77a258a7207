// Who of the ranks goes through which part of a batch. A function of the batch alone: each rank knows all shares.

import { SignError } from '../../base/errors.js'
import { type BatchPlan, passesOf } from '../batches.js'
import type { TrainingConfig } from '../config/parts.js'
import { formatRunFile } from '../run/file.js'

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

/** Throws ERR_CONFIG for a run whose batches cannot be shared out: what it learns is not a sum over passes. */
export function refuseWhole<Config extends TrainingConfig>(
  task: { parse(source: string, who: string): Config },
  config: Config,
  ranks: number,
): void {
  const { size, microBatch } = config.batch
  const shared = { ...config, batch: { ...config.batch, microBatch: passSize(size, microBatch, ranks) } }
  try {
    task.parse(formatRunFile(shared), 'batches in passes')
  } catch (cause) {
    if (!(cause instanceof SignError)) throw cause
    const problem = `wanted batches that ${ranks} ranks can share out, got a run that takes them whole (${cause.message})`
    throw new SignError('ERR_CONFIG', config.name, problem, 'Train it on one rank, or change that', { cause })
  }
}
