// How everything here is timed: many runs in one submission, several submissions, no clock inside.

import type { Gpu } from '../src/device/gpu.js'

/** Milliseconds of one run. */
export interface Timed {
  readonly best: number
  readonly median: number
  readonly samples: readonly number[]
}

const SAMPLES = 7
/** A submission this long makes its own cost, and the wait for it, small beside the work. */
const SUBMISSION_MS = 60
const MOST_RUNS = 256

/** Times `submit`, which runs the work so many times in one submission and waits for it. Two submissions warm up and find the number. */
export async function sampleSubmissions(gpu: Gpu, submit: (times: number) => Promise<unknown>): Promise<Timed> {
  gpu.check()
  await submit(1)
  const once = await timed(() => submit(1))
  const times = Math.max(1, Math.min(MOST_RUNS, Math.round(SUBMISSION_MS / once)))
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(() => submit(times))) / times)
  return summarise(samples)
}

export function summarise(samples: readonly number[]): Timed {
  const sorted = samples.toSorted((a, b) => a - b)
  return { best: sorted[0]!, median: sorted[sorted.length >> 1]!, samples }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
