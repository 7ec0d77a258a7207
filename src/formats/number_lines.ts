// Text files of one sequence a line and nothing but numbers on it, a fixed count of them a frame: `.skels` and its kin.

import { createReadStream } from 'node:fs'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'

/** What the numbers of one frame are. */
export interface FrameOfNumbers {
  /** Numbers a frame. */
  readonly length: number
  /** What the 0-based n-th number of a frame is, in words. */
  readonly place: (n: number) => string
}

/** Two hours of frames, each number as long as a program writes it: a longer line is none, and would be kept in memory up to its end. */
const LONGEST_LINE = 2 ** 29

/**
 * The lines of a file as bytes, 1-based. A final newline ends the last line; it does not start an empty one. Throws ERR_DATA naming the file where it cannot be
 * read, and the line where it has no end in sight.
 */
export async function* linesOf(path: string, longest = LONGEST_LINE): AsyncGenerator<{ bytes: Buffer; line: number }> {
  let pieces: Buffer[] = []
  let length = 0
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
        length = 0
        line += 1
        from = end + 1
      }
      if (from < chunk.length) pieces.push(chunk.subarray(from))
      length += chunk.length - from
      if (length > longest) {
        const problem = `wanted a line of at most ${longest} bytes, got one without an end`
        throw new SignError('ERR_DATA', `${path}:${line}`, problem, 'Write a sequence a line')
      }
    }
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('ERR_DATA', path, `wanted a readable file, got ${(cause as Error).message}`, 'Check the path', { cause })
  }
  if (pieces.length > 0) yield { bytes: Buffer.concat(pieces), line }
}

/** Of a number as anybody writes it. */
const LONGEST_TOKEN = 1000

const powersOfTen = Array.from({ length: 16 }, (_, i) => 10 ** i)

const isSpace = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13

/**
 * All numbers of a line, in double precision: rounding to float32 happens once, when the joints are stored.
 * Throws ERR_DATA naming `who` for a blank or ragged line, and naming the number and its place for a token that is no finite number.
 */
export function parseLine(bytes: Uint8Array, frame: FrameOfNumbers, who: string): Float64Array {
  // Most numbers are long: room for the shortest would be four times the line.
  let out = new Float64Array((bytes.length >> 3) + 1)
  let count = 0
  let at = 0
  while (at < bytes.length) {
    if (isSpace(bytes[at]!)) {
      at += 1
      continue
    }
    const start = at
    while (at < bytes.length && !isSpace(bytes[at]!)) at += 1
    if (count === out.length) {
      const longer = new Float64Array(2 * out.length)
      longer.set(out)
      out = longer
    }
    out[count] = numberIn(bytes, start, at, count, frame, who)
    count += 1
  }
  if (count === 0)
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted ${counted(frame.length, 'number')} a frame, got a blank line`,
      'Delete the line, here and in its companion files',
    )
  if (count % frame.length !== 0) {
    const whole = Math.floor(count / frame.length)
    const problem = `wanted a multiple of ${counted(frame.length, 'number')}, got ${count} (${counted(whole, 'frame')} and ${counted(count % frame.length, 'number')})`
    throw new SignError('ERR_DATA', who, problem, 'Look for a lost or doubled value on that line')
  }
  return out.subarray(0, count)
}

/**
 * The number in bytes [start, end). Plain decimals of up to 15 digits, which is what every tool writes, are put together here: digits and power of ten are
 * exact in a double, so the quotient is the correctly rounded one, at several times the speed of a string. Anything else goes through Number().
 */
function numberIn(bytes: Uint8Array, start: number, end: number, index: number, frame: FrameOfNumbers, who: string): number {
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
  const token = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + LONGEST_TOKEN)))
  const parsed = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(token) ? Number(token) : Number.NaN
  if (Number.isFinite(parsed)) return parsed
  const problem = `wanted a finite number, got '${token.slice(0, 40)}' as number ${index + 1} of the line (frame ${Math.floor(index / frame.length)}, ${frame.place(index % frame.length)})`
  throw new SignError('ERR_DATA', who, problem, 'Drop the sequence or repair the value')
}
