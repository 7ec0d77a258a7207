// What a decoder of tokens reports, as glosses.

import { specialId, type Vocabulary } from '../text/vocabulary.js'
import { diverged, GLOSS_MODEL } from './divergence.js'
import { NO_BEAM, type TokenShape } from './token_program.js'

/** What was decoded for one prompt. */
export interface DecodedGloss {
  readonly tokens: readonly string[]
  /** Log-probability of the tokens and the end; undefined where the search was greedy and kept none. */
  readonly score: number | undefined
}

/** Where a search stands, every prompt's steps in `done`, 0 before its end. */
export interface TokenReports {
  readonly done: Uint32Array
  readonly rest: readonly ArrayBuffer[]
}

/** Each prompt's most likely tokens, of a greedy search. */
export function greedyGlosses({ done, rest }: TokenReports, { limit }: TokenShape, gloss: Vocabulary): DecodedGloss[] {
  const tokens = new Uint32Array(rest[0]!)
  return Array.from(done, (count, b) => ({ tokens: wordsOf(tokens.subarray(b * limit, b * limit + count), gloss), score: undefined }))
}

/** Each prompt's best hypothesis, by log-probability / tokens^lengthPenalty, walked back along its trail. Throws ERR_DIVERGED where there is none. */
export function bestGlosses({ done, rest }: TokenReports, shape: TokenShape, lengthPenalty: number, gloss: Vocabulary): DecodedGloss[] {
  const { beams, limit } = shape
  const trail = new Uint32Array(rest[0]!)
  const scores = new Float32Array(rest[1]!)
  const finished = new Uint32Array(rest[2]!)
  return Array.from(done, (steps, b) => {
    const worth = (n: number) => scores[b * beams + n]! / (finished[b * beams + n]! || steps) ** lengthPenalty
    let beam = 0
    for (let n = 1; n < beams; n++) if (scores[b * beams + n]! > NO_BEAM && worth(n) > worth(beam)) beam = n
    const score = scores[b * beams + beam]!
    // A beam whose logits are not finite has no candidates, as one that does not exist.
    if (!(score > NO_BEAM)) throw diverged(GLOSS_MODEL, 'no beam with a score')
    const ids: number[] = []
    for (let t = steps - 1; t >= 0; t--) {
      const at = 2 * ((b * limit + t) * beams + beam)
      ids.unshift(trail[at + 1]!)
      beam = trail[at]!
    }
    return { tokens: wordsOf(ids, gloss), score }
  })
}

function wordsOf(ids: Iterable<number>, gloss: Vocabulary): string[] {
  return [...ids].filter((id) => id !== specialId.end).map((id) => gloss.tokens[id]!)
}
