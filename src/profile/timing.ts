// How everything here is timed: many runs in one submission, several submissions, no clock inside.

import type { Gpu } from '../device/gpu.js'

/** Milliseconds of one run. */
export interface Timed {
  readonly best: number
  readonly median: number
  /** The quartiles: half of all samples lie between them. */
  readonly low: number
  readonly high: number
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
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { best: sorted[0]!, median: at(0.5), low: at(0.25), high: at(0.75), samples }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
