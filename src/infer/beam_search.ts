// Beam search of several sentences at once, step by step, on the host: what the model says is given, who goes on with which token is the answer.

import { SignError } from '../base/errors.js'
import { shown } from '../base/shown.js'
import type { Beam, BeamRules, Candidate, Hypothesis, Sentence } from './beam.js'
import { diverged } from './divergence.js'
import { advanceHuggingFace } from './hugging_face_beams.js'
import { advanceSlrt } from './slrt_beams.js'

/** The most likely tokens of each beam, [rows, k]: of every sentence one row for each beam, k as {@link candidatesPerBeam} says. */
export interface TopTokens {
  readonly ids: ArrayLike<number>
  readonly logProbs: ArrayLike<number>
}

/** What each row goes on with. */
export interface Moves {
  /** `[rows]`: the beam, of its sentence's, that the row comes from: its own in rows that are in no use. */
  readonly parents: Uint32Array<ArrayBuffer>
  /** `[rows]`: its next token; `end` in rows that are in no use. */
  readonly tokens: Uint32Array<ArrayBuffer>
}

/** What was found for a sentence. */
export interface FoundSentence {
  /** Tokens of the best hypothesis up to its first end, without it and without `<s>`. */
  readonly ids: readonly number[]
  /** Its log-probability after the length penalty, and after all its tokens. */
  readonly score: number
  /** All that were finished, or kept of them, in the order in which they were. */
  readonly hypotheses: readonly Hypothesis[]
}

const dialects = { slrt: advanceSlrt, huggingface: advanceHuggingFace }

/** Tokens that a step must know of each beam, the most likely first: no more can matter. */
export const candidatesPerBeam = ({ dialect, beams }: Pick<BeamRules, 'dialect' | 'beams'>, classes: number): number =>
  Math.min(dialect === 'slrt' ? beams : 2 * beams, classes)

/** One search, from `<s>` to the end. */
export class BeamSearch {
  readonly rules: BeamRules
  #sentences: readonly Sentence[]
  #length = 0

  /** Throws ERR_USAGE for rules that cannot be. */
  constructor(sentences: number, rules: BeamRules) {
    checkRules(rules)
    this.rules = rules
    this.#sentences = Array.from({ length: sentences }, () => ({ beams: [{ ids: [], logProb: 0, parent: 0 }], hypotheses: [] }))
  }

  /** Whether every sentence is over. */
  get done(): boolean {
    return this.#sentences.every(({ beams }) => beams.length === 0)
  }

  /** One token more. The first step goes on from each sentence's first row. Throws ERR_DIVERGED for log-probabilities that are NaN, or all −infinity. */
  step(top: TopTokens): Moves {
    const { beams: most, dialect, end } = this.rules
    const rows = this.#sentences.length * most
    this.#length++
    this.#sentences = this.#sentences.map((sentence, b) => {
      if (sentence.beams.length === 0) return sentence
      const candidates = sentence.beams.flatMap((beam, k) => candidatesOf(beam, k, top, b * most + k, rows))
      const next = dialects[dialect](sentence, candidates, this.#length, this.rules)
      if (next.beams.length === 0 && next.hypotheses.length === 0) throw diverged('the model', 'no token with a probability')
      return next
    })
    const own = Array.from({ length: rows }, (_, r) => this.#sentences[Math.floor(r / most)]!.beams[r % most])
    return {
      parents: Uint32Array.from(own, (beam, r) => beam?.parent ?? r % most),
      tokens: Uint32Array.from(own, (beam) => beam?.ids.at(-1) ?? end),
    }
  }

  /** What was found, for each sentence; of those that are not over, what was so far, if anything was. */
  results(): (FoundSentence | undefined)[] {
    const latest = this.rules.dialect === 'huggingface'
    return this.#sentences.map(({ hypotheses }) => {
      if (hypotheses.length === 0) return undefined
      const best = hypotheses.reduce((a, b) => (b.score > a.score || (latest && b.score === a.score) ? b : a))
      const at = best.ids.indexOf(this.rules.end)
      return { ids: at < 0 ? best.ids : best.ids.slice(0, at), score: best.score, hypotheses }
    })
  }
}

function candidatesOf({ logProb }: Beam, parent: number, { ids, logProbs }: TopTokens, row: number, rows: number): Candidate[] {
  const k = ids.length / rows
  return Array.from({ length: k }, (_, n) => {
    const more = logProbs[row * k + n]!
    if (Number.isNaN(more)) throw diverged('the model', `a log-probability of ${more}`)
    return { parent, token: ids[row * k + n]!, logProb: logProb + more }
  }).filter((one) => one.logProb > Number.NEGATIVE_INFINITY)
}

function checkRules({ beams, maxLength, lengthPenalty, dialect, finished = 'extended' }: BeamRules): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', 'beam search', problem, nextMove)
  if (!Object.hasOwn(dialects, dialect)) throw refuse(`wanted the dialect slrt or huggingface, got ${shown(dialect)}`, 'Choose one')
  if (finished !== 'extended' && finished !== 'frozen')
    throw refuse(`wanted finished beams extended or frozen, got ${shown(finished)}`, 'Choose one')
  for (const [name, count] of Object.entries({ beams, 'tokens at most': maxLength }))
    if (!(Number.isInteger(count) && count >= 1)) throw refuse(`wanted a whole number of ${name}, got ${shown(count)}`, 'Choose 1 or more')
  if (!Number.isFinite(lengthPenalty)) throw refuse(`wanted a finite length penalty, got ${shown(lengthPenalty)}`, 'Choose a number')
}
