// Frames out of the decoding loop: as many as the lengths that are known, or as the sentences' own counters promise.

import type { Program } from '../device/program.js'
import { padded } from '../ops/parameter.js'
import { runSteps } from './decoding_loop.js'

/** How long a row of generated frames is: the numbers of a frame, the counter, and what pads them. */
export const frameStride = (numbers: number): number => padded(numbers + 1)

/** Most frames of a submission. */
const CHUNK = 16
/** Frames run where every sentence was expected to have ended, and one has not. */
const FURTHER = 4

export interface Chunk {
  /** Frames of each sentence once it has stopped, 0 before. */
  readonly done: readonly number[]
  /** Frames that were run so far. */
  readonly ran: number
  /** [capacity, stride] of each sentence: those that were run, each one's counter behind its numbers. */
  readonly frames: readonly Float32Array[]
}

export interface Expectation {
  /** Frames of the longest sentence, where they are known. */
  readonly frames: number | undefined
  /** A whole clip on the model's counter. */
  readonly whole: number
  /** Of a frame, the counter aside. */
  readonly numbers: number
}

/** Runs `decoding`, which makes a frame of every sentence and reports done and frames, until all are done. */
export function runFrames(
  decoding: Pick<Program, 'start'>,
  batch: number,
  { frames: known, whole, numbers }: Expectation,
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
    expect: (chunk: Chunk) =>
      chunk.done.every((count) => count > 0) ? ('done' as const) : (known ?? expectedFrames(chunk, whole, numbers)),
  }
  return runSteps(decoding, steps, signal)
}

/** Frames of the longest sentence that has not stopped, if its counter goes on at the pace it had so far; at most those there is room for. */
function expectedFrames({ done, ran, frames }: Chunk, whole: number, numbers: number): number {
  const stride = frameStride(numbers)
  const lengths = frames.flatMap((sentence, b) => (done[b] === 0 ? [(ran * whole) / sentence[(ran - 1) * stride + numbers]!] : []))
  return Math.min(frames[0]!.length / stride, Math.ceil(Math.max(...lengths)))
}

function split(frames: Float32Array, batch: number): Float32Array[] {
  const each = frames.length / batch
  return Array.from({ length: batch }, (_, b) => frames.subarray(b * each, (b + 1) * each))
}
