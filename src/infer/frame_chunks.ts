// Frames out of the decoding loop: as many as the lengths that are known, or as the sentences' own counters promise.

import type { Program } from '../device/program.js'
import { COORDS } from '../motion/skeleton.js'
import { padded } from '../ops/parameter.js'
import { runSteps } from './decoding_loop.js'

/** Numbers of a generated frame: 150 coordinates, the counter, and what pads them. */
export const FRAME = padded(COORDS + 1)

/** Most frames of a submission. */
const CHUNK = 16
/** Frames run where every sentence was expected to have ended, and one has not. */
const FURTHER = 4

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
export function runFrames(
  decoding: Pick<Program, 'start'>,
  batch: number,
  { frames: known, whole }: Expectation,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const steps = {
    chunk: CHUNK,
    expected: known ?? CHUNK,
    further: FURTHER,
    read: ([done, frames]: readonly ArrayBuffer[], ran: number): Chunk => ({
      done: [...new Uint32Array(done!)],
      ran,
      frames: split(new Float32Array(frames!), batch),
    }),
    expect: (chunk: Chunk) => (chunk.done.every((count) => count > 0) ? ('done' as const) : (known ?? expectedFrames(chunk, whole))),
  }
  return runSteps(decoding, steps, signal)
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
