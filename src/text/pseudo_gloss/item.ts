// What signing is likely to show of a sentence: the words that carry its content, in their base form (pseudo-glosses, Sign2GPT).

/** Universal parts of speech. */
export const universalPos = [
  ...['ADJ', 'ADP', 'ADV', 'AUX', 'CCONJ', 'DET', 'INTJ', 'NOUN', 'NUM', 'PART', 'PRON', 'PROPN', 'PUNCT', 'SCONJ', 'SYM', 'VERB', 'X'],
] as const
export type UniversalPos = (typeof universalPos)[number]

/** A word of a sentence in its base form. */
export interface Item {
  readonly lemma: string
  /** Undefined where nobody knows: such words are kept, since what is rare mostly carries content. */
  readonly pos: UniversalPos | undefined
}

/** The parts of speech that the published work keeps. */
const kept: ReadonlySet<UniversalPos> = new Set(['NOUN', 'NUM', 'ADV', 'PRON', 'PROPN', 'ADJ', 'VERB'])

/** The pseudo-glosses among a sentence's words, in its order. */
export const keptLemmas = (items: readonly Item[]): string[] =>
  items.filter(({ lemma, pos }) => lemma !== '' && (pos === undefined || kept.has(pos))).map(({ lemma }) => lemma)
