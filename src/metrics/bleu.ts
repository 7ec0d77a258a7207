// BLEU over a whole corpus, as the sign-language field counts it: tokens between spaces, one reference, cumulative orders, no smoothing.

/** What a line is cut at. */
export const tokensOf = (line: string): string[] => line.trim().split(/\s+/u).filter(Boolean)

/** A hypothesis beside its one reference, both as tokens with spaces between. */
export interface TextPair {
  readonly hypothesis: string
  readonly reference: string
}

/** BLEU-1 to BLEU-4 in percent. */
export type Bleu = readonly [number, number, number, number]

/** Counts of one pair that a corpus sums up: matches and totals by order, and both lengths. */
interface Counts {
  readonly matches: Float64Array
  readonly totals: Float64Array
  hypothesis: number
  reference: number
}

const ORDERS = 4

/**
 * 100 · BP · (p₁ ⋯ pₙ)^(1/n) for n = 1 to 4, where pₖ is the share of the hypotheses' k-grams that their references hold, clipped, and
 * BP = min(1, exp(1 − r/c)). An order without a match makes its BLEU and those above it 0. Equals sacreBLEU's raw corpus BLEU with `tok:none`
 * and `smooth:none`.
 */
export function corpusBleu(pairs: readonly TextPair[]): Bleu {
  const sum: Counts = { matches: new Float64Array(ORDERS), totals: new Float64Array(ORDERS), hypothesis: 0, reference: 0 }
  for (const pair of pairs) count(pair, sum)
  const { matches, totals, hypothesis, reference } = sum
  const brevity = hypothesis === 0 ? 0 : Math.min(1, Math.exp(1 - reference / hypothesis))
  let logs = 0
  return Array.from({ length: ORDERS }, (_, k) => {
    logs += totals[k]! > 0 ? Math.log(matches[k]! / totals[k]!) : -Infinity
    return 100 * brevity * Math.exp(logs / (k + 1))
  }) as unknown as Bleu
}

function count({ hypothesis, reference }: TextPair, sum: Counts): void {
  const said = tokensOf(hypothesis)
  const wanted = tokensOf(reference)
  sum.hypothesis += said.length
  sum.reference += wanted.length
  for (let n = 1; n <= ORDERS; n++) {
    const left = gramCounts(wanted, n)
    for (const [gram, times] of gramCounts(said, n)) {
      sum.matches[n - 1]! += Math.min(times, left.get(gram) ?? 0)
      sum.totals[n - 1]! += times
    }
  }
}

function gramCounts(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}
