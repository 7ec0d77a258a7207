// Frames in chunks: many in one submission, a chunk submitted while the one before it runs, and no more of them than sentences are
// expected to take. Where each sentence ends is decided on the GPU; how many frames are run beyond that is decided here.

import type { Program } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import { COORDS } from '../motion/skeleton.js'
import { padded } from '../ops/parameter.js'

/** Numbers of a generated frame: 150 coordinates, the counter, and what pads them. */
export const FRAME = padded(COORDS + 1)

/** Most frames of a submission: the host learns of the end, and a stream its next frames, after so many. */
const CHUNK = 16
/** Frames run where every sentence was expected to have ended, and one has not. */
const LEAST = 4
/** Chunks with the GPU at once. */
const AHEAD = 2

export interface Chunk {
  /** Frames of each sentence once it has stopped, 0 before. */
  readonly done: readonly number[]
  /** Frames that were run so far. */
  readonly ran: number
  /** [capacity, FRAME] of each sentence: those that were run, and the counter in each one's column 150. */
  readonly frames: readonly Float32Array[]
}

export interface Expectation {
  /** Frames of the longest sentence, where they are known. */
  readonly frames: number | undefined
  /** A whole clip on the model's counter. */
  readonly whole: number
}

/** Runs `decoding`, which makes a frame of every sentence and reports done and frames, until all are done. */
export async function* runFrames(
  decoding: Pick<Program, 'start'>,
  batch: number,
  { frames: known, whole }: Expectation,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const running: { readonly ran: number; readonly reports: PendingReports }[] = []
  let submitted = 0
  let expected = known ?? CHUNK
  try {
    while (true) {
      signal?.throwIfAborted()
      while (running.length < AHEAD && submitted < expected) {
        const times = Math.min(CHUNK, expected - submitted)
        submitted += times
        running.push({ ran: submitted, reports: await decoding.start({ times }) })
      }
      const { ran, reports } = running.shift()!
      const [done, frames] = await reports.read()
      const chunk = { done: [...new Uint32Array(done!)], ran, frames: split(new Float32Array(frames!), batch) }
      yield chunk
      if (chunk.done.every((count) => count > 0)) return
      expected = Math.max(known ?? expectedFrames(chunk, whole), running.length > 0 ? submitted : submitted + LEAST)
    }
  } finally {
    for (const { reports } of running) reports.drop()
  }
}

/** Frames of the longest sentence that has not stopped, if its counter goes on at the pace it had so far; at most those there is room for. */
function expectedFrames({ done, ran, frames }: Chunk, whole: number): number {
  const lengths = frames.flatMap((sentence, b) => (done[b] === 0 ? [(ran * whole) / sentence[(ran - 1) * FRAME + COORDS]!] : []))
  return Math.min(frames[0]!.length / FRAME, Math.ceil(Math.max(...lengths)))
}

function split(frames: Float32Array, batch: number): Float32Array[] {
  const each = frames.length / batch
  return Array.from({ length: batch }, (_, b) => frames.subarray(b * each, (b + 1) * each))
}
