// Damaged files for tests: real-looking bytes with bytes or tokens changed, lost, doubled or cut off.

import fc from 'fast-check'
import { expect } from 'vitest'
import { SignError } from '../base/errors.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import { JOINTS } from '../motion/skeleton.js'

/** Mutations a reader: few in everyday runs, SIGNLLM_FUZZ=10000 for the full measure, SIGNLLM_FUZZ_SEED for others. */
export const mutations = Number(process.env.SIGNLLM_FUZZ ?? 50)

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** What lengths and places in a file become when somebody means harm. */
const extremes = [0, 1, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

interface Edit {
  readonly kind: 'byte' | 'u16' | 'u32' | 'drop' | 'double'
  readonly where: number
  /** Positions lean to the front, where headers are. */
  readonly lean: number
  readonly byte: number
  readonly extreme: number
}

/** One of the files with up to six places changed: bytes, numbers, spans lost or doubled; perhaps cut short. */
export function damagedBytes(bases: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const edit: fc.Arbitrary<Edit> = fc.record({
    kind: fc.constantFrom('byte', 'byte', 'byte', 'u16', 'u32', 'drop', 'double'),
    where: share,
    lean: fc.constantFrom(1, 2, 4),
    byte: fc.integer({ min: 0, max: 255 }),
    extreme: fc.constantFrom(...extremes),
  })
  return fc.tuple(fc.constantFrom(...bases), fc.array(edit, { maxLength: 6 }), share).map(([base, edits, keep]) => {
    const out = edits.reduce(edited, Buffer.from(base))
    return keep < 0.7 ? out : out.subarray(0, Math.floor(((keep - 0.7) / 0.3) * out.length))
  })
}

function edited(file: Buffer, { kind, where, lean, byte, extreme }: Edit): Buffer {
  const at = Math.floor(where ** lean * file.length)
  const span = file.subarray(at, at + 1 + (byte >> 2))
  if (kind === 'drop') return Buffer.concat([file.subarray(0, at), file.subarray(at + span.length)])
  if (kind === 'double') return Buffer.concat([file.subarray(0, at), span, file.subarray(at)])
  if (kind === 'byte' && at < file.length) file.writeUInt8(byte, at)
  if (kind === 'u16' && at + 2 <= file.length) file.writeUInt16LE(extreme & 0xffff, at)
  if (kind === 'u32' && at + 4 <= file.length) file.writeUInt32LE(extreme, at)
  return file
}

/** What may stand in place of a token: what other programs write, what a damaged disk leaves, and the ends of every range. */
const odd = [
  '',
  ' ',
  '\n',
  'NaN',
  'nan',
  '-1',
  '0',
  '1e999',
  '-1e-999',
  '1e7',
  '0.5',
  '7',
  '18',
  '""',
  '"x"',
  'null',
  'true',
  '[]',
  '{}',
  '[',
  '}',
  ',',
  ':',
  '-',
  '\u0000',
  '…',
]

/** One of the texts with up to three of its tokens replaced, lost, doubled or swapped, perhaps with damaged bytes on top. */
export function damagedText(bases: readonly string[]): fc.Arbitrary<Uint8Array> {
  const edit = fc.tuple(share, share, fc.constantFrom('replace', 'drop', 'double', 'swap'), fc.constantFrom(...odd))
  const texts = fc.tuple(fc.constantFrom(...bases), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([base, edits]) => {
    const tokens = base.split(/([\s,:[\]{}]+)/)
    for (const [where, other, kind, text] of edits) {
      // Half of the edits go to the front, where names and versions are.
      const at = Math.floor((other < 0.5 ? where : where ** 4) * tokens.length)
      const from = Math.floor(other * tokens.length)
      if (kind === 'replace') tokens[at] = text
      else if (kind === 'drop') tokens.splice(at, 1)
      else if (kind === 'double') tokens.splice(at, 0, tokens[at]!)
      else [tokens[at], tokens[from]] = [tokens[from]!, tokens[at]!]
    }
    return Buffer.from(tokens.join(''))
  })
  const bytes = damagedBytes(bases.map((base) => Buffer.from(base)))
  return fc.oneof({ weight: 3, arbitrary: texts }, { weight: 1, arbitrary: bytes })
}

/** How many of the damaged files were read all the same, how many were refused, and what they cost at most. */
export interface Outcome {
  read: number
  refused: number
  /** Of the slowest file. */
  seconds: number
  /** By which the process grew, over all files. */
  grown: number
}

/** No damaged file may take longer, deadlines of threads included, on a busy machine. */
const MOST_SECONDS = 60
/** What a file of some kilobytes may unpack to, several times over, and what nobody collected yet. */
const MOST_GROWN = 500 * 2 ** 20

/**
 * Reads damaged files. What `read` returns must have passed its own checks; what it throws must be an ERR_DATA whose message begins with `who` and tells a
 * place. Anything else fails, with the damaged file; so does one that takes a minute, or memory out of proportion.
 */
export async function surviveAll(
  files: fc.Arbitrary<Uint8Array>,
  read: (bytes: Uint8Array) => unknown,
  who: string,
  place: RegExp,
): Promise<Outcome> {
  const outcome: Outcome = { read: 0, refused: 0, seconds: 0, grown: 0 }
  const before = process.memoryUsage.rss()
  await fc.assert(
    fc.asyncProperty(files, async (bytes) => {
      const began = performance.now()
      try {
        await read(bytes)
        outcome.read += 1
      } catch (error) {
        if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
        expect(error.message.startsWith(who)).toBe(true)
        expect(error.message.slice(who.length)).toMatch(place)
        outcome.refused += 1
      }
      outcome.seconds = Math.max(outcome.seconds, (performance.now() - began) / 1000)
      outcome.grown = Math.max(outcome.grown, process.memoryUsage.rss() - before)
      expect(outcome.seconds).toBeLessThan(MOST_SECONDS)
      expect(outcome.grown).toBeLessThan(MOST_GROWN)
    }),
    { numRuns: mutations, seed: Number(process.env.SIGNLLM_FUZZ_SEED ?? 1) },
  )
  return outcome
}

/** Throws unless everything that a clip promises holds. */
export function checkClip({ keypoints, frames, fps, frameIndex, name }: KeypointClip): void {
  expect(frames).toBeGreaterThan(0)
  expect(fps).toBeGreaterThan(0)
  expect(name.length).toBeGreaterThan(0)
  expect([keypoints.length, frameIndex.length]).toEqual([frames * JOINTS * KEYPOINT, frames])
  expect(frameIndex.every((index, t) => index > (t === 0 ? -1 : frameIndex[t - 1]!))).toBe(true)
  for (let at = 0; at < keypoints.length; at += KEYPOINT) {
    const [x, y, confidence] = [keypoints[at]!, keypoints[at + 1]!, keypoints[at + 2]!]
    const plausible = Math.abs(x) <= 1e6 && Math.abs(y) <= 1e6 && confidence >= 0 && confidence <= 1.5
    if (!plausible || (confidence === 0 && (x !== 0 || y !== 0))) throw new Error(`point ${at / KEYPOINT} is ${x}, ${y}, ${confidence}`)
  }
}
