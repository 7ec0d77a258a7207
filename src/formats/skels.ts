// Reads `.skels`, the field's motion file: one sequence a line, 151 numbers a frame (50 joints x 3, then the progress counter), no frame separator.
// Three tools write it with three counters and two scales, and no header says which, so both are recognised from the numbers.

import { createReadStream } from 'node:fs'
import { SignError } from '../base/errors.js'
import { COORDS, joint } from '../motion/skeleton.js'

/** Numbers a frame in the file: the coordinates and the counter. */
export const SKELS_FRAME = COORDS + 1

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
      'Write one sequence a line, 151 numbers a frame',
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
    const parse = (): ReturnType<SkelsLine['parse']> => {
      const numbers = parseLine(bytes, who)
      const frames = numbers.length / SKELS_FRAME
      const counter = counterOf(numbers, frames, who)
      return { joints: withoutCounters(numbers, frames), frames, line, counter }
    }
    yield { line, who, parse }
  }
}

/** The lines of a file as bytes, 1-based. A final newline ends the last line; it does not start an empty one. */
async function* linesOf(path: string): AsyncGenerator<{ bytes: Buffer; line: number }> {
  let pieces: Buffer[] = []
  let line = 1
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: 1 << 20,
    }) as AsyncIterable<Buffer>) {
      let from = 0
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        pieces.push(chunk.subarray(from, end))
        yield { bytes: Buffer.concat(pieces), line }
        pieces = []
        line += 1
        from = end + 1
      }
      if (from < chunk.length) pieces.push(chunk.subarray(from))
    }
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('ERR_DATA', path, `wanted a readable file, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), line }
}

const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13

/** All numbers of a line, in double precision: rounding to float32 happens once, when the joints are stored. */
function parseLine(bytes: Buffer, who: string): Float64Array {
  // The shortest number and its space take two bytes.
  const out = new Float64Array((bytes.length >> 1) + 1)
  let count = 0
  let at = 0
  while (at < bytes.length) {
    if (isSpace(bytes[at]!)) {
      at += 1
      continue
    }
    const start = at
    while (at < bytes.length && !isSpace(bytes[at]!)) at += 1
    out[count] = numberIn(bytes, start, at, count, who)
    count += 1
  }
  if (count === 0)
    throw new SignError('ERR_DATA', who, 'wanted 151 numbers a frame, got a blank line', 'Delete the line, here and in its companion files')
  if (count % SKELS_FRAME !== 0) {
    const whole = Math.floor(count / SKELS_FRAME)
    const problem = `wanted a multiple of ${SKELS_FRAME} numbers, got ${count} (${whole} frames and ${count % SKELS_FRAME} numbers)`
    throw new SignError('ERR_DATA', who, problem, 'Look for a lost or doubled value on that line')
  }
  return out.subarray(0, count)
}

/**
 * The number in bytes [start, end). Plain decimals of up to 15 digits, which is what every tool writes, are put together here: digits and power of ten are
 * exact in a double, so the quotient is the correctly rounded one, at several times the speed of a string. Anything else goes through Number().
 */
function numberIn(bytes: Buffer, start: number, end: number, index: number, who: string): number {
  const negative = bytes[start] === 45
  let digits = 0
  let value = 0
  let point = -1
  for (let i = negative ? start + 1 : start; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48)
      digits += 1
    } else if (byte === 46 && point < 0) {
      point = i
    } else {
      digits = 99
      break
    }
  }
  if (digits > 0 && digits <= 15) {
    if (point >= 0) value /= powersOfTen[end - point - 1]!
    return negative ? -value : value
  }
  const token = bytes.toString('latin1', start, end)
  const parsed = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(token) ? Number(token) : Number.NaN
  if (Number.isFinite(parsed)) return parsed
  const problem = `wanted a finite number, got '${token.slice(0, 40)}' as number ${index + 1} of the line (${placeOf(index)})`
  throw new SignError('ERR_DATA', who, problem, 'Drop the sequence or repair the value')
}

const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i)

/** Where the 0-based n-th number of a line sits, in words. */
function placeOf(n: number): string {
  const inFrame = n % SKELS_FRAME
  const what = inFrame === COORDS ? 'the counter' : `joint ${Math.floor(inFrame / 3)} ${'xyz'[inFrame % 3]}`
  return `frame ${Math.floor(n / SKELS_FRAME)}, ${what}`
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
  const problem = `wanted a counter from 0 or 1/${frames} up to ${frames - 1}/${frames} or 1 in ${frames} frames, got ${first} … ${last}`
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
  if (neckAtOrigin && Math.abs(widths[0]! - 1 / 3) < 2e-3 && Math.abs(widths.at(-1)! - 1 / 3) < 2e-3) return 'neck-shoulder-3'
  return median > 0.05 && median < 0.3 ? 'divided-by-9' : 'other'
}
