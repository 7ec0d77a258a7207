// Reads `.skels`, the field's motion file: one sequence a line, 151 numbers a frame (50 joints x 3, then the progress counter), no frame separator.
// Three tools write it with three counters and two scales, and no header says which, so both are recognised from the numbers.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { COORDS, joint } from '../../motion/skeleton.js'
import { type FrameOfNumbers, linesOf, parseLine } from '../number_lines.js'

/** Numbers a frame in the file: the coordinates and the counter. */
const SKELS_FRAME = COORDS + 1

/** Files hold 5 decimals: so much off 1/3 is forgiven a shoulder distance of the normal scale. */
export const SHOULDER_TOLERANCE = 2e-3

/** What the 151st number of frame i of N says. Progressive Transformers write i/N, Prompt2Sign (i+1)/N, its DWPose tool i/(N-1). */
export type CounterConvention = 'zero-based i/N' | 'one-based i/N' | 'inclusive i/(N-1)'

/** `neck-shoulder-3`: neck exactly 0, shoulders 1/3 apart. `divided-by-9`: Prompt2Sign's clip-wide standardisation over 9. `other`: neither. */
export type SkelsScale = 'neck-shoulder-3' | 'divided-by-9' | 'other'

export interface SkelsSequence {
  /** [frames, 150], as written in the file: nothing is rescaled. */
  readonly joints: Float32Array
  readonly frames: number
  /** 1-based line of the file. */
  readonly line: number
}

export interface SkelsFile {
  readonly path: string
  readonly sequences: readonly SkelsSequence[]
  readonly counter: CounterConvention
  readonly scale: SkelsScale
}

/** The counter of 0-based frame `i` of `n` under a convention. */
export function counterValue(convention: CounterConvention, i: number, n: number): number {
  if (convention === 'zero-based i/N') return i / n
  if (convention === 'one-based i/N') return (i + 1) / n
  return n === 1 ? 0 : i / (n - 1)
}

/**
 * Reads a whole `.skels` file, a line at a time, so that its size is bounded by memory for the floats only.
 * Throws ERR_DATA naming `path:line` for a blank or ragged line, a token that is no finite number, a counter of no known convention or of another
 * one than the lines before; and naming `path` for a file that is empty or cannot be read.
 */
export async function readSkels(path: string): Promise<SkelsFile> {
  const sequences: SkelsSequence[] = []
  let counter: { convention: CounterConvention; line: number } | undefined
  for await (const entry of skelsLines(path)) {
    const { counter: found, ...sequence } = entry.parse()
    if (found && counter && found !== counter.convention) {
      const problem = `wanted the counter '${counter.convention}' as on line ${counter.line}, got '${found}'`
      throw new SignError('ERR_DATA', entry.who, problem, 'Keep sequences of different tools in different files')
    }
    if (found && !counter) counter = { convention: found, line: entry.line }
    sequences.push(sequence)
  }
  if (sequences.length === 0) {
    throw new SignError(
      'ERR_DATA',
      path,
      'wanted at least one sequence, got an empty file',
      'Write one sequence per line, 151 numbers per frame',
    )
  }
  return {
    path,
    sequences,
    counter: counter?.convention ?? 'zero-based i/N',
    scale: scaleOf(sequences),
  }
}

/** A line of the file, not yet looked at. */
export interface SkelsLine {
  readonly line: number
  /** `path:line` */
  readonly who: string
  /** The sequence, and its counter's convention where it tells one. Throws as {@link readSkels} does of a line. */
  parse(): SkelsSequence & { readonly counter: CounterConvention | undefined }
}

/** The lines of a `.skels` file one after another, however large it is. Throws ERR_DATA where it cannot be read. */
export async function* skelsLines(path: string): AsyncGenerator<SkelsLine> {
  for await (const { bytes, line } of linesOf(path)) {
    const who = `${path}:${line}`
    yield { line, who, parse: () => ({ ...skelsSequence(bytes, who), line }) }
  }
}

/** The sequence on one line, and its counter's convention where it tells one; `who` is named in errors. Throws as {@link readSkels} does of a line. */
export function skelsSequence(line: Uint8Array, who: string): Omit<ReturnType<SkelsLine['parse']>, 'line'> {
  const numbers = parseLine(line, frameOfNumbers, who)
  const frames = numbers.length / SKELS_FRAME
  return { joints: withoutCounters(numbers, frames), frames, counter: counterOf(numbers, frames, who) }
}

const frameOfNumbers: FrameOfNumbers = {
  length: SKELS_FRAME,
  place: (n) => (n === COORDS ? 'the counter' : `joint ${Math.floor(n / 3)} ${'xyz'[n % 3]}`),
}

function withoutCounters(numbers: Float64Array, frames: number): Float32Array {
  const joints = new Float32Array(frames * COORDS)
  for (let t = 0; t < frames; t++) joints.set(numbers.subarray(t * SKELS_FRAME, t * SKELS_FRAME + COORDS), t * COORDS)
  return joints
}

/** Convention of one sequence by its first and last counter; undefined for a single frame at 0, which fits two of them. */
function counterOf(numbers: Float64Array, frames: number, who: string): CounterConvention | undefined {
  const first = numbers[COORDS]!
  const last = numbers[frames * SKELS_FRAME - 1]!
  // Tools print 4 to 8 decimals.
  const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-4
  for (const convention of ['zero-based i/N', 'one-based i/N', 'inclusive i/(N-1)'] as const) {
    if (close(first, counterValue(convention, 0, frames)) && close(last, counterValue(convention, frames - 1, frames))) {
      return frames === 1 && convention === 'zero-based i/N' ? undefined : convention
    }
  }
  const problem = `wanted a counter from 0 or 1/${frames} up to ${frames - 1}/${frames} or 1 in ${counted(frames, 'frame')}, got ${first} … ${last}`
  throw new SignError('ERR_DATA', who, problem, 'Check that each frame is 50 joints x 3 and then its counter')
}

/** Recognises the scale by the neck and the median 2D shoulder distance over all frames. */
function scaleOf(sequences: readonly SkelsSequence[]): SkelsScale {
  const widths: number[] = []
  let neckAtOrigin = true
  for (const { joints, frames } of sequences) {
    for (let t = 0; t < frames; t++) {
      const at = (j: number, axis: number): number => joints[t * COORDS + j * 3 + axis]!
      neckAtOrigin &&= at(joint.neck, 0) === 0 && at(joint.neck, 1) === 0 && at(joint.neck, 2) === 0
      widths.push(
        Math.hypot(at(joint.rightShoulder, 0) - at(joint.leftShoulder, 0), at(joint.rightShoulder, 1) - at(joint.leftShoulder, 1)),
      )
    }
  }
  const median = widths.sort((a, b) => a - b)[widths.length >> 1]!
  // Every frame must hold, not only the middle one: a file with one odd frame is normalised again rather than trusted.
  const held = [widths[0]!, widths.at(-1)!].every((width) => Math.abs(width - 1 / 3) < SHOULDER_TOLERANCE)
  if (neckAtOrigin && held) return 'neck-shoulder-3'
  return median > 0.05 && median < 0.3 ? 'divided-by-9' : 'other'
}
