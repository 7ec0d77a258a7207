// Beam search as neccam/slt does it (search.py), which published sign language transformers were chosen and scored with.
//
// The K best of all candidates, by score, are the next beams. One that ends is a hypothesis. A sentence is over when its best beam ends, or at the
// greatest length; then every beam is a hypothesis, ended or not. What goes on behind its end counts its new tokens too, and with a second end it is
// dropped: its hypothesis exists. The best hypothesis, of equal ones the earliest, wins.

import { type Advance, type Beam, type BeamRules, byRank, type Candidate, extended, type Hypothesis } from './beam.js'

export const advanceSlrt: Advance = ({ beams, hypotheses }, candidates, n, rules) => {
  const { end, maxLength } = rules
  const next = bestOf(beams, candidates, n, rules)
  const ended = ({ beam }: Scored) => beam.ids.at(-1) === end
  const over = n === maxLength || next.length === 0 || ended(next[0]!)
  const found: Hypothesis[] = next
    .filter((one) => one.beam.frozen === undefined && (over || ended(one)) && one.beam.ids.filter((id) => id === end).length < 2)
    .map(({ beam, score }) => ({ ids: beam.ids, score }))
  const freezes = (one: Scored) => rules.finished === 'frozen' && ended(one)
  return {
    beams: over ? [] : next.map((one) => (freezes(one) ? { ...one.beam, frozen: one.score } : one.beam)),
    hypotheses: [...hypotheses, ...found],
  }
}

interface Scored {
  readonly beam: Beam
  readonly score: number
}

function bestOf(beams: readonly Beam[], candidates: readonly Candidate[], n: number, rules: BeamRules): Scored[] {
  const penalty = rules.lengthPenalty > -1 ? ((5 + n) / 6) ** rules.lengthPenalty : 1
  const going = candidates
    .filter(({ parent }) => beams[parent]!.frozen === undefined)
    .map((one) => ({ ...one, score: one.logProb / penalty, beam: extended(beams, one) }))
  const staying = beams.flatMap((beam, parent) =>
    beam.frozen === undefined ? [] : [{ parent, token: rules.end, score: beam.frozen, beam: { ...beam, parent } }],
  )
  return [...going, ...staying].sort(byRank).slice(0, rules.beams)
}
