// Decoding step by step, frames as well as tokens: many steps in one submission, a submission sent while the one before it runs, and no more steps than are
// expected to be needed. Where each sample ends is decided on the GPU; how many steps are run beyond that is decided here.

import type { Program } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'

/** Submissions with the GPU at once. */
const AHEAD = 2

/** How many steps to run, and what comes of them. */
export interface Steps<Result> {
  /** Most steps of a submission: the host learns of the end, and a stream its next results, after so many. */
  readonly chunk: number
  /** Steps that a run of the program makes; `chunk` is a multiple of it. Default 1. */
  readonly stride?: number
  /** Most steps in all. Default: no limit. */
  readonly most?: number
  /** Steps expected to be needed, as long as nothing is known. */
  readonly expected: number
  /** Steps run where all that were expected are, and the end is not reached. */
  readonly further: number
  /** What the reports say after `ran` steps. */
  read(reports: readonly ArrayBuffer[], ran: number): Result
  /** Steps that are expected to be needed in all, by a result; 0 where nothing tells, `done` where no more are. */
  expect(result: Result): number | 'done'
}

/**
 * Runs `program` until it is done, and gives the result of each submission. Rejects with the signal's reason when aborted. However it ends, no report is left
 * unread or undropped.
 */
export async function* runSteps<Result>(
  program: Pick<Program, 'start'>,
  { chunk, stride = 1, most = Number.POSITIVE_INFINITY, further, read, expect, ...steps }: Steps<Result>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result> {
  const running: { readonly ran: number; readonly reports: PendingReports }[] = []
  let submitted = 0
  let expected = Math.min(most, steps.expected)
  try {
    while (true) {
      signal?.throwIfAborted()
      while (running.length < AHEAD && submitted < expected) {
        const count = Math.min(chunk, expected - submitted)
        submitted += count
        running.push({ ran: submitted, reports: await program.start({ times: Math.ceil(count / stride) }) })
      }
      const next = running.shift()
      if (!next) return
      const reports = await next.reports.read()
      signal?.throwIfAborted()
      const result = read(reports, next.ran)
      yield result
      const wanted = expect(result)
      if (wanted === 'done') return
      expected = Math.min(most, Math.max(wanted, running.length > 0 ? submitted : submitted + further))
    }
  } finally {
    for (const { reports } of running) reports.drop()
  }
}
