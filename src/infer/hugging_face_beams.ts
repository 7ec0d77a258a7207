// Beam search as transformers do it (BeamSearchScorer): 4.36 and later, or those before.
//
// Of all candidates the 2K best, by log-probability, are looked at in order: one that ends is a hypothesis if it is among the first K and better than
// the worst of K hypotheses, which it takes the place of; the first K that go on are the next beams. A sentence is over when it has K hypotheses
// and the worst is at least as good as the best candidate of this step would be if it ended now; or at the greatest length, when the beams that are
// left become hypotheses if they are good enough. (A longer one could still win where length is paid back: that is early_stopping 'never'.) With
// early stopping it is over as soon as it has K. The best hypothesis, of equal ones the latest, wins.
//
// A hypothesis of n tokens, its end counted and its `<s>` not, has the score log-probability / n^lengthPenalty. Versions before 4.36 counted `<s>` and
// not the end: the same number, but for hypotheses without an end (`cutCounts`), and, in some, for the candidate that might still win, which they
// took to be one longer.

import { type Advance, type Beam, byRank, extended, type Hypothesis } from './beam.js'

export const advanceHuggingFace: Advance = ({ beams, hypotheses }, candidates, n, rules) => {
  const { beams: most, lengthPenalty, maxLength, end, earlyStopping = false, cutCounts = 'written' } = rules
  const scoreOf = (logProb: number, tokens = n) => logProb / tokens ** lengthPenalty
  const ranked = candidates
    .map((one) => ({ ...one, score: one.logProb }))
    .sort(byRank)
    .slice(0, 2 * most)
  const next: Beam[] = []
  let best = hypotheses
  for (const [rank, candidate] of ranked.entries()) {
    const beam = extended(beams, candidate)
    if (candidate.token !== end) next.push(beam)
    else if (rank < most) best = withHypothesis(best, { ids: beam.ids, score: scoreOf(candidate.logProb) }, most)
    if (next.length === most) break
  }
  const done = best.length === most && (earlyStopping || worstOf(best) >= scoreOf(ranked[0]?.logProb ?? Number.NEGATIVE_INFINITY))
  const counted = cutCounts === 'all' ? n + 1 : n
  if (!done && n === maxLength)
    for (const { ids, logProb } of next) best = withHypothesis(best, { ids, score: scoreOf(logProb, counted) }, most)
  return { beams: done || n === maxLength ? [] : next, hypotheses: best }
}

const worstOf = (hypotheses: readonly Hypothesis[]): number => Math.min(...hypotheses.map(({ score }) => score))

/** With one more where there is room or it is better than the worst, which goes; the earliest of equally bad ones. */
function withHypothesis(hypotheses: readonly Hypothesis[], one: Hypothesis, most: number): readonly Hypothesis[] {
  if (hypotheses.length < most) return [...hypotheses, one]
  const worst = worstOf(hypotheses)
  if (one.score <= worst) return hypotheses
  return [
    ...hypotheses.toSpliced(
      hypotheses.findIndex(({ score }) => score === worst),
      1,
    ),
    one,
  ]
}
