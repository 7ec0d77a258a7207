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

export interface Sampling {
  readonly samples: number
  /** Length of a submission. */
  readonly milliseconds: number
}

/** Submissions this long make their own cost, and the wait for them, small beside the work. */
const usual: Sampling = { samples: 7, milliseconds: 60 }
const MOST_RUNS = 256

/** Times `submit`, which runs the work so many times in one submission and waits for it. Two submissions warm up and find the number. */
export async function sampleSubmissions(
  gpu: Gpu,
  submit: (times: number) => Promise<unknown>,
  { samples: count, milliseconds }: Sampling = usual,
): Promise<Timed> {
  gpu.check()
  await submit(1)
  const once = await timed(() => submit(1))
  const times = Math.max(1, Math.min(MOST_RUNS, Math.round(milliseconds / once)))
  const samples: number[] = []
  for (let i = 0; i < count; i++) samples.push((await timed(() => submit(times))) / times)
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
