// The unigram language model: of all ways to cut a text into pieces, the one whose log probabilities sum to most (Viterbi). Kudo (2018),
// "Subword regularization".

import type { PieceIndex } from './piece_index.js'

/** A stretch of a text, from and to but not with, in UTF-16 units, and the id of the piece it is. */
export interface Cut {
  readonly from: number
  readonly to: number
  readonly id: number
}

export interface UnigramRules {
  readonly index: PieceIndex
  /** What a piece adds; undefined for one that is not used. */
  readonly scoreOf: (id: number) => number | undefined
  readonly unknownId: number
  /** What one unknown code point adds. */
  readonly unknownScore: number
  /** How sums are stored; the libraries differ, and with them ties: SentencePiece keeps floats, Hugging Face doubles. */
  readonly sums: 'float32' | 'float64'
}

/** What an unknown code point scores below the least likely piece. */
export const UNKNOWN_PENALTY = 10

/**
 * The best way to cut `text`; time and memory grow with its length. Of ways that score the same, the first found is kept. A code point that is no
 * piece of its own may be cut as unknown, each by itself.
 */
export function bestCut(text: string, { index, scoreOf, unknownId, unknownScore, sums }: UnigramRules): Cut[] {
  const best = new (sums === 'float32' ? Float32Array : Float64Array)(text.length + 1)
  const cameFrom = new Int32Array(text.length + 1).fill(-1)
  const ids = new Uint32Array(text.length + 1)
  const offer = (from: number, to: number, id: number, sum: number) => {
    if (cameFrom[to]! >= 0 && sum <= best[to]!) return
    best[to] = sum
    cameFrom[to] = from
    ids[to] = id
  }
  for (let at = 0, next: number; at < text.length; at = next) {
    next = at + (text.codePointAt(at)! > 0xffff ? 2 : 1)
    const here = best[at]!
    let single = false
    index.each(text, at, (end, id) => {
      const score = scoreOf(id)
      if (score === undefined) return
      offer(at, end, id, here + score)
      if (end === next) single = true
    })
    const unknown = here + unknownScore
    if (!single) offer(at, next, unknownId, sums === 'float32' ? Math.fround(unknown) : unknown)
  }
  const cuts: Cut[] = []
  for (let to = text.length; to > 0; to = cameFrom[to]!) cuts.push({ from: cameFrom[to]!, to, id: ids[to]! })
  return cuts.reverse()
}
