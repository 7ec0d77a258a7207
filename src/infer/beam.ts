// What the dialects of a beam search share: its rules, its beams, and the candidates to go on with.

export const beamDialects = ['slrt', 'huggingface'] as const
export type BeamDialect = (typeof beamDialects)[number]

export interface BeamRules {
  /**
   * `slrt`: as neccam/slt searches; `huggingface`: as transformers do, by default as 4.36 and later with early_stopping false. They differ in what is
   * kept beside the beams, in how length is paid for, and in when a sentence is over; see slrt_beams.ts and hugging_face_beams.ts.
   */
  readonly dialect: BeamDialect
  /** Beams of each sentence. */
  readonly beams: number
  /** slrt: α of ((5 + n) / 6)^α, −1 for none; huggingface: the exponent of n. Scores are log-probabilities divided by that, n the tokens, `end` counted. */
  readonly lengthPenalty: number
  /** Most tokens, `end` counted. */
  readonly maxLength: number
  /** The token that ends a sentence. */
  readonly end: number
  /**
   * slrt: what becomes of a beam that ended and is not the best. `extended`, the default and what the released code does: it goes on behind its end, in
   * a place that another could have. `frozen`: it stays as it is until it is outscored or the best.
   */
  readonly finished?: 'extended' | 'frozen' | undefined
  /** huggingface: whether a sentence is over as soon as it has as many hypotheses as beams; default false. */
  readonly earlyStopping?: boolean | undefined
  /**
   * huggingface: which tokens of a hypothesis that the greatest length cuts off are counted: `written`, the default, those after `<s>`, as 4.36 and later
   * do; or `all`, as versions before, such as 4.31.
   */
  readonly cutCounts?: 'written' | 'all' | undefined
}

/** One way to go on. */
export interface Beam {
  /** All tokens but the first, `<s>`. */
  readonly ids: readonly number[]
  /** Of its tokens together. */
  readonly logProb: number
  /** The score of one that ended and goes on no more. */
  readonly frozen?: number
  /** The beam of the step before that it comes from. */
  readonly parent: number
}

/** A beam with one token more. */
export interface Candidate {
  readonly parent: number
  readonly token: number
  readonly logProb: number
}

export interface Hypothesis {
  /** Tokens as they were chosen: the end and what came behind it included. */
  readonly ids: readonly number[]
  /** Log-probability after the length penalty. */
  readonly score: number
}

/** A sentence between two steps; over, it has no beams left. */
export interface Sentence {
  readonly beams: readonly Beam[]
  /** Those that are finished, in the order in which they were. */
  readonly hypotheses: readonly Hypothesis[]
}

/** Sentences with one token more, the n-th. */
export type Advance = (sentence: Sentence, candidates: readonly Candidate[], n: number, rules: BeamRules) => Sentence

/** Those of the highest score first; of equal ones the lower beam, then the lower token. */
export const byRank = (a: { score: number } & Omit<Candidate, 'logProb'>, b: typeof a): number =>
  b.score - a.score || a.parent - b.parent || a.token - b.token

/** A beam that a candidate makes. */
export const extended = (beams: readonly Beam[], { parent, token, logProb }: Candidate): Beam => ({
  ids: [...beams[parent]!.ids, token],
  logProb,
  parent,
})
