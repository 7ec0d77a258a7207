// What is lost before anything is learned: motions written as tokens and read again, by how long a token is and how many there are.

import { formatTable } from '../../src/base/table.js'
import { meanScores, scorePair } from '../../src/metrics/scores.js'
import { measureBones } from '../../src/model/group_bones.js'
import type { Clip, Motion } from '../../src/motion/clip.js'
import { boneVectors, jointsOf, withLengths } from './tokens_bones.js'
import { type BookOptions, decode, encode, learnBook, type TokenBook } from './tokens_book.js'

/** Frames of a token, and most codes of each stream, that are tried. */
const windows = [2, 4, 8]
const codes = [64, 128, 256]

export interface CeilingScore extends Omit<BookOptions, 'seed'> {
  readonly dtw: number
  readonly handDtw: number
}

/** Held-out clips by every book, and with their bones made constant alone, of the training clips' lengths, and nothing quantised. */
export function ceilings(train: readonly Clip[], held: readonly Clip[], seed: number): { constantBones: Distances; books: CeilingScore[] } {
  const lengths = measureBones(train).lengths
  const books = (['free', 'constant'] as const).flatMap((bones) =>
    windows.flatMap((window) =>
      codes.map((count) => {
        const options = { bones, window, codes: count }
        const book = learnBook(train, { ...options, seed })
        return { ...options, ...distances(held, rebuilt(book, held)) }
      }),
    ),
  )
  const straight = held.map((clip) => ({ ...clip, joints: jointsOf(withLengths(boneVectors(clip), lengths)) }))
  return { constantBones: distances(held, straight), books }
}

/** Clips as tokens tell them. */
export const rebuilt = (book: TokenBook, clips: readonly Clip[]): Motion[] =>
  clips.map((clip) => decode(book, encode(book, clip), clip.fps))

type Distances = Pick<CeilingScore, 'dtw' | 'handDtw'>

const distances = (held: readonly Clip[], motions: readonly Motion[]): Distances =>
  meanScores(held.map((reference, i) => scorePair({ reference, hypothesis: motions[i]! })))

export function formatCeilings({ constantBones, books }: ReturnType<typeof ceilings>): string {
  const cells = ({ dtw, handDtw }: Distances) => [dtw.toFixed(2), handDtw.toFixed(2)]
  return formatTable([
    ['written and read again', 'window', 'codes', 'DTW', 'hand DTW'],
    ['constant bones, no tokens', '-', '-', ...cells(constantBones)],
    ...books.map((book) => [`${book.bones} bones`, String(book.window), String(book.codes), ...cells(book)]),
  ])
}
