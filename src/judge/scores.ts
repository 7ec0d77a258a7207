// What a translation and a motion are worth. The counts of each sentence are kept, so that classes and resamples of a corpus are sums of them.

import { type TokenPolicy, tokenise } from '../text/tokenise.js'
import type { TextMeasure, TextScores } from './measures.js'
import { alignTokens } from './token_alignment.js'

/** What was said, what should have been, and the glosses of both where there are any. */
export interface JudgedText {
  readonly hypothesis: string
  readonly reference: string
  readonly hypothesisGlosses?: string | undefined
  readonly referenceGlosses?: string | undefined
}

/** The counts of one sentence: what every corpus score here is a function of the sums of. */
export type SentenceCounts = Float64Array

const BLEU_ORDERS = 4
const CHRF_ORDERS = 6
const ROUGE_BETA = 1.2
const CHRF_BETA = 2

// Where each kind of count begins: BLEU's matches, hypothesis and reference n-grams by order, then chrF's, then the rest.
const CHRF = 3 * BLEU_ORDERS
const REST = CHRF + 3 * CHRF_ORDERS
const at = { rouge: 0, edits: 1, letterEdits: 2, letters: 3, glossEdits: 4, glosses: 5, exact: 6, sentences: 7 } as const
const COUNTS = REST + 8

/** Counts a sentence. Both sides are cut into tokens alike, so that case and marks that the judge never learned cost nothing. */
export function countSentence(text: JudgedText, tokens: TokenPolicy): SentenceCounts {
  const said = tokenise(text.hypothesis, tokens)
  const wanted = tokenise(text.reference, tokens)
  const counts = new Float64Array(COUNTS)
  countGrams(said, wanted, BLEU_ORDERS, counts, 0)
  countGrams([...said.join('')], [...wanted.join('')], CHRF_ORDERS, counts, CHRF)
  const letters = tokenise(text.reference, 'letters')
  const rest = {
    rouge: rouge(said, wanted),
    edits: alignTokens(wanted, said).edits,
    letterEdits: alignTokens(letters, tokenise(text.hypothesis, 'letters')).edits,
    letters: letters.length,
    ...glossCounts(text),
    exact: said.join(' ') === wanted.join(' ') ? 1 : 0,
    sentences: 1,
  }
  for (const [name, value] of Object.entries(rest)) counts[REST + at[name as keyof typeof at]] = value
  return counts
}

function glossCounts({ hypothesisGlosses, referenceGlosses }: JudgedText): { glossEdits: number; glosses: number } {
  const wanted = tokenise(referenceGlosses ?? '', 'whitespace')
  if (hypothesisGlosses === undefined || wanted.length === 0) return { glossEdits: 0, glosses: 0 }
  return { glossEdits: alignTokens(wanted, tokenise(hypothesisGlosses, 'whitespace')).edits, glosses: wanted.length }
}

/** Matches, n-grams of the hypothesis and of the reference, for n = 1 to `orders`. */
function countGrams(said: readonly string[], wanted: readonly string[], orders: number, into: Float64Array, from: number): void {
  for (let n = 1; n <= orders; n++) {
    const left = new Map<string, number>()
    const grams = (tokens: readonly string[]) =>
      Array.from({ length: Math.max(0, tokens.length - n + 1) }, (_, i) => tokens.slice(i, i + n).join('\u0000'))
    const [mine, theirs] = [grams(said), grams(wanted)]
    for (const gram of theirs) left.set(gram, (left.get(gram) ?? 0) + 1)
    let matches = 0
    for (const gram of mine) {
      const count = left.get(gram) ?? 0
      if (count > 0) matches++
      left.set(gram, count - 1)
    }
    into.set([matches, mine.length, theirs.length], from + 3 * (n - 1))
  }
}

function rouge(said: readonly string[], wanted: readonly string[]): number {
  const common = commonLength(said, wanted)
  if (common === 0) return 0
  const [precision, recall] = [common / said.length, common / wanted.length]
  return ((1 + ROUGE_BETA ** 2) * precision * recall) / (recall + ROUGE_BETA ** 2 * precision)
}

function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1)
  for (const token of a) {
    const next = new Uint32Array(b.length + 1)
    for (let j = 1; j <= b.length; j++) next[j] = b[j - 1] === token ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!)
    row = next
  }
  return row[b.length]!
}

/** The sum of the counts of these sentences. */
export function sumCounts(sentences: readonly SentenceCounts[]): SentenceCounts {
  const sum = new Float64Array(COUNTS)
  for (const counts of sentences) for (let i = 0; i < COUNTS; i++) sum[i]! += counts[i]!
  return sum
}

/** The scores of a corpus out of the sum of its sentences' counts. */
export function scoresOf(sum: SentenceCounts): TextScores {
  const rest = (name: keyof typeof at) => sum[REST + at[name]]!
  const rate = (errors: number, of: number) => (of > 0 ? (100 * errors) / of : undefined)
  const scores: Partial<Record<keyof TextScores, number | undefined>> = {
    ...bleuOf(sum),
    rougeL: rate(rest('rouge'), rest('sentences')),
    chrf: chrfOf(sum),
    wer: rate(rest('edits'), sum[2]!),
    letterErrorRate: rate(rest('letterEdits'), rest('letters')),
    glossWer: rate(rest('glossEdits'), rest('glosses')),
  }
  return Object.fromEntries(Object.entries(scores).filter(([, score]) => score !== undefined)) as TextScores
}

/** Tokens said over tokens wanted, and the share of sentences that are right to the token. */
export function lengthAndExactness(sum: SentenceCounts): { lengthRatio: number; exact: number } {
  return { lengthRatio: sum[1]! / sum[2]!, exact: sum[REST + at.exact]! / sum[REST + at.sentences]! }
}

function bleuOf(sum: SentenceCounts): TextScores {
  const [said, wanted] = [sum[1]!, sum[2]!]
  const brevity = said === 0 ? 0 : Math.min(1, Math.exp(1 - wanted / said))
  let logs = 0
  const orders = Array.from({ length: BLEU_ORDERS }, (_, k) => {
    const [matches, total] = [sum[3 * k]!, sum[3 * k + 1]!]
    logs += total > 0 ? Math.log(matches / total) : Number.NEGATIVE_INFINITY
    return 100 * brevity * Math.exp(logs / (k + 1))
  })
  return { bleu1: orders[0]!, bleu2: orders[1]!, bleu3: orders[2]!, bleu4: orders[3]! }
}

function chrfOf(sum: SentenceCounts): number {
  let [precision, recall, orders] = [0, 0, 0]
  for (let k = 0; k < CHRF_ORDERS; k++) {
    const [matches, said, wanted] = sum.subarray(CHRF + 3 * k, CHRF + 3 * k + 3) as unknown as [number, number, number]
    if (said === 0 || wanted === 0) continue
    precision += matches / said
    recall += matches / wanted
    orders++
  }
  if (orders === 0 || precision + recall === 0) return 0
  return (100 * (1 + CHRF_BETA ** 2) * (precision / orders) * (recall / orders)) / ((CHRF_BETA ** 2 * precision + recall) / orders)
}

/** How a measure is counted here, of so many sentences: enough to count it again. `decoding` tells how the translations were made, and by whom. */
export function scoreSignature(measure: TextMeasure, tokens: TokenPolicy, sentences: number, decoding: string): string {
  const cut = tokens === 'whitespace' ? 'tok:ws|lc:n|dot:kept' : `tok:${tokens}|lc:y|dot:stripped`
  return [measure, cut, ...(measure.startsWith('bleu') ? ['smooth:none'] : []), `n:${sentences}`, decoding].join('|')
}
