// How many threads lavapipe, the installed software driver, is told to start.

import { availableParallelism } from 'node:os'

// As many as it takes.
const MOST = 32

/**
 * Tells lavapipe to start four threads a core, unless the environment says LP_NUM_THREADS already; to be called before an adapter is asked
 * for. It deals a dispatch out in one share a thread and waits for the last: with a thread a core, whatever else a core has to do is waited
 * for every time, and long dispatches are up to half as long again. Short ones take three times as long with more threads, for all of them
 * must wake: not for generating.
 */
export function spreadOverThreads(environment: NodeJS.ProcessEnv = process.env, cores = availableParallelism()): void {
  environment.LP_NUM_THREADS ??= String(Math.min(4 * cores, MOST))
}

/** Runs `work`, in which lavapipe is looked for, with its threads spread, and leaves the environment as it was. */
export function whileSpread<T>(work: () => T): T {
  const before = process.env.LP_NUM_THREADS
  spreadOverThreads()
  try {
    return work()
  } finally {
    if (before === undefined) delete process.env.LP_NUM_THREADS
  }
}
