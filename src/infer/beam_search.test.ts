import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import type { BeamRules, Hypothesis } from './beam.js'
import { BeamSearch, candidatesPerBeam } from './beam_search.js'

const END = 3
const CLASSES = 5

/** Log-probabilities of every next token, of what came before. */
type Model = (ids: readonly number[]) => readonly number[]

/** A made-up model: random, the same for the same prefix. */
function randomModel(seed: number, ending = 0): Model {
  return (ids) => {
    const random = new Random(ids.reduce((hash, id) => (hash * 31 + id + 1) % 1_000_003, seed + 17))
    const logits = Array.from({ length: CLASSES }, (_, v) => 3 * random.uniform() + (v === END ? ending : 0))
    const top = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0))
    return logits.map((x) => x - top)
  }
}

/** Runs a search over models, one a sentence. */
function search(models: readonly Model[], rules: BeamRules) {
  const searching = new BeamSearch(models.length, rules)
  const k = candidatesPerBeam(rules, CLASSES)
  let rows = models.flatMap(() => Array.from({ length: rules.beams }, (): number[] => []))
  while (!searching.done) {
    const top = rows.flatMap((ids, r) =>
      models[Math.floor(r / rules.beams)]!(ids)
        .map((logProb, id) => ({ id, logProb }))
        .sort((a, b) => b.logProb - a.logProb || a.id - b.id)
        .slice(0, k),
    )
    const moves = searching.step({ ids: top.map(({ id }) => id), logProbs: top.map(({ logProb }) => logProb) })
    rows = rows.map((_, r) => [...rows[r - (r % rules.beams) + moves.parents[r]!]!, moves.tokens[r]!])
  }
  return searching.results().map((found) => found!)
}

/** Every sentence there is, with its log-probability. */
function everything(model: Model, maxLength: number): { ids: number[]; logProb: number }[] {
  const all: { ids: number[]; logProb: number }[] = []
  const grow = (ids: number[], logProb: number) => {
    if (ids.at(-1) === END || ids.length === maxLength) all.push({ ids, logProb })
    else for (const [v, more] of model(ids).entries()) grow([...ids, v], logProb + more)
  }
  grow([], 0)
  return all
}

const cut = (ids: readonly number[]) => (ids.includes(END) ? ids.slice(0, ids.indexOf(END)) : ids)

/** neccam/slt's search written out over whole tables of K·V scores. */
function slrtByTables(model: Model, { beams, lengthPenalty, maxLength }: BeamRules): Hypothesis {
  let alive = Array.from({ length: beams }, (_, k) => ({ ids: [] as number[], logProb: k === 0 ? 0 : Number.NEGATIVE_INFINITY }))
  const stored: Hypothesis[] = []
  for (let n = 1; ; n++) {
    const penalty = lengthPenalty > -1 ? ((5 + n) / 6) ** lengthPenalty : 1
    const table = alive.flatMap(({ ids, logProb }) => model(ids).map((more, v) => ({ ids: [...ids, v], logProb: logProb + more })))
    alive = table.sort((a, b) => b.logProb / penalty - a.logProb / penalty).slice(0, beams)
    const over = n === maxLength || alive[0]!.ids.at(-1) === END
    for (const { ids, logProb } of alive)
      if ((over || ids.at(-1) === END) && ids.filter((id) => id === END).length < 2) stored.push({ ids, score: logProb / penalty })
    if (over) return stored.reduce((a, b) => (b.score > a.score ? b : a))
  }
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

describe('a beam search in the SLRT dialect', () => {
  it.each(['extended', 'frozen'] as const)('with room for everything finds the best of everything, finished beams %s', (finished) => {
    for (const seed of seeds.slice(0, 10)) {
      const model = randomModel(seed)
      const best = everything(model, 3).reduce((a, b) => (b.logProb > a.logProb ? b : a))
      const [found] = search([model], { dialect: 'slrt', beams: 125, lengthPenalty: -1, maxLength: 3, end: END, finished })
      expect(found!.ids).toEqual(cut(best.ids))
      expect(found!.score).toBeCloseTo(best.logProb, 12)
    }
  })

  it('does what the released code does over whole tables, several sentences at once', () => {
    let trailing = 0
    for (const beams of [1, 2, 3, 5])
      for (const lengthPenalty of [-1, 0, 1, 2, 4]) {
        const rules: BeamRules = { dialect: 'slrt', beams, lengthPenalty, maxLength: 7, end: END }
        const models = seeds.map((seed) => randomModel(seed, (seed % 3) - 1))
        for (const [b, { ids, score, hypotheses }] of search(models, rules).entries()) {
          const want = slrtByTables(models[b]!, rules)
          expect(ids).toEqual(cut(want.ids))
          expect(score).toBeCloseTo(want.score, 12)
          trailing += hypotheses.filter((one) => one.ids.includes(END) && one.ids.at(-1) !== END).length
        }
      }
    // Some beams were extended behind their end and stored so.
    expect(trailing).toBeGreaterThan(0)
  })

  it('keeps finished beams as they are where they are frozen', () => {
    for (const lengthPenalty of [-1, 1])
      for (const { hypotheses } of search(
        seeds.map((seed) => randomModel(seed)),
        { dialect: 'slrt', beams: 4, lengthPenalty, maxLength: 7, end: END, finished: 'frozen' },
      ))
        for (const { ids } of hypotheses) expect(ids.indexOf(END)).toBe(ids.includes(END) ? ids.length - 1 : -1)
  })

  it('with one beam is greedy', () => {
    const model = randomModel(5)
    const greedy: number[] = []
    while (greedy.at(-1) !== END && greedy.length < 9) {
      const next = model(greedy)
      greedy.push(next.indexOf(Math.max(...next)))
    }
    const [found] = search([model], { dialect: 'slrt', beams: 1, lengthPenalty: -1, maxLength: 9, end: END })
    expect(found!.ids).toEqual(cut(greedy))
  })

  it('takes the lower beam, then the lower token, of equal ones', () => {
    const even: Model = () => new Array<number>(CLASSES).fill(-Math.log(CLASSES))
    const searching = new BeamSearch(1, { dialect: 'slrt', beams: 3, lengthPenalty: -1, maxLength: 9, end: END })
    const top = { ids: [0, 1, 2, 0, 1, 2, 0, 1, 2], logProbs: [0, 1, 2, 3, 4, 5, 6, 7, 8].map(() => even([])[0]!) }
    expect(searching.step(top)).toEqual({ parents: Uint32Array.of(0, 0, 0), tokens: Uint32Array.of(0, 1, 2) })
    expect(searching.step(top)).toEqual({ parents: Uint32Array.of(0, 0, 0), tokens: Uint32Array.of(0, 1, 2) })
  })
})

describe('a beam search in the Hugging Face dialect', () => {
  const rules: BeamRules = { dialect: 'huggingface', beams: 125, lengthPenalty: 1, maxLength: 3, end: END }

  it.each([0, 1, 2])('with room for everything finds the best of everything by log-probability / n^%i', (lengthPenalty) => {
    for (const seed of seeds.slice(0, 10)) {
      const model = randomModel(seed)
      const all = everything(model, 3).map(({ ids, logProb }) => ({ ids, score: logProb / ids.length ** lengthPenalty }))
      const best = all.reduce((a, b) => (b.score > a.score ? b : a))
      const [found] = search([model], { ...rules, lengthPenalty })
      expect(found!.ids).toEqual(cut(best.ids))
      expect(found!.score).toBeCloseTo(best.score, 12)
    }
  })

  it('counts `<s>` of what the greatest length cuts off where versions before 4.36 did, and of nothing else', () => {
    for (const seed of seeds.slice(0, 10)) {
      const model = randomModel(seed)
      const score = ({ ids, logProb }: { ids: number[]; logProb: number }) => logProb / (ids.at(-1) === END ? ids.length : ids.length + 1)
      const best = everything(model, 3).reduce((a, b) => (score(b) > score(a) ? b : a))
      const [found] = search([model], { ...rules, cutCounts: 'all' })
      expect(found!.ids).toEqual(cut(best.ids))
      expect(found!.score).toBeCloseTo(score(best), 12)
    }
  })

  it('stops early, where asked, with as many hypotheses as beams', () => {
    for (const seed of seeds.slice(0, 10)) {
      // The end is among the two best of every step, so that two steps make two hypotheses.
      const model: Model = (ids) => [-2, -3, -4, -1.5, -5].map((logProb, v) => logProb - (v === END ? 0 : (seed % 3) * 0.1 * ids.length))
      const options = { ...rules, beams: 2, maxLength: 9, lengthPenalty: 9 }
      const [early] = search([model], { ...options, earlyStopping: true })
      const [late] = search([model], options)
      expect(early!.hypotheses).toHaveLength(2)
      expect(Math.max(...early!.hypotheses.map(({ ids }) => ids.length))).toBe(2)
      expect(late!.ids.length).toBeGreaterThan(early!.ids.length)
    }
  })

  it('is over when K hypotheses cannot be beaten by one that ends now, and keeps no end that K others outrank', () => {
    const rows = (...rows: [number, number][][]) => ({ ids: rows.flat().map(([id]) => id), logProbs: rows.flat().map(([, p]) => p) })
    const none: [number, number][] = [0, 1, 2, 4].map((id) => [id, -9])
    const searching = new BeamSearch(1, { ...rules, beams: 2, maxLength: 9 })
    // The end is the second best: a hypothesis of -2 / 1. Two others go on.
    const first = searching.step(
      rows(
        [
          [0, -1],
          [END, -2],
          [1, -3],
          [2, -4],
        ],
        none,
      ),
    )
    expect(first).toEqual({ parents: Uint32Array.of(0, 0), tokens: Uint32Array.of(0, 1) })
    // The end is the third best of all: not kept.
    const second = searching.step(
      rows(
        [
          [0, -0.1],
          [1, -0.2],
          [END, -0.3],
          [2, -9],
        ],
        none,
      ),
    )
    expect(second).toEqual({ parents: Uint32Array.of(0, 0), tokens: Uint32Array.of(0, 1) })
    expect(searching.results()[0]!.hypotheses).toEqual([{ ids: [END], score: -2 }])
    // The best ends at -1.1 - 2 = -3.1, of three tokens -1.033; it is the best candidate of the step itself, so the worst of two, -2, might be beaten.
    searching.step(
      rows(
        [
          [END, -2],
          [1, -3],
          [0, -4],
          [2, -5],
        ],
        none.map(([id, p]): [number, number] => [id, p - 9]),
      ),
    )
    expect(searching.done).toBe(false)
    expect(searching.results()[0]!.ids).toEqual([0, 0])
    expect(searching.results()[0]!.score).toBeCloseTo(-3.1 / 3, 12)
    // Beams of -4.1 and -5.1; the best candidate, -8.1 / 4, is no better than -2.
    searching.step(
      rows(
        [
          [0, -4],
          [1, -5],
          [2, -6],
          [END, -7],
        ],
        none,
      ),
    )
    expect(searching.done).toBe(true)
    expect(searching.results()[0]!.hypotheses).toHaveLength(2)
  })

  it('is over at the greatest length, with what is left', () => {
    const [found] = search([randomModel(3, -50)], { ...rules, beams: 2, maxLength: 4 })
    expect(found!.ids).toHaveLength(4)
    expect(found!.hypotheses).toHaveLength(2)
  })
})

describe('a beam search', () => {
  const rules: BeamRules = { dialect: 'slrt', beams: 2, lengthPenalty: -1, maxLength: 5, end: END }

  it.each(['slrt', 'huggingface'] as const)('gives each sentence what it has alone, %s', (dialect) => {
    const models = seeds.map((seed) => randomModel(seed))
    const together = search(models, { ...rules, dialect, lengthPenalty: 1 })
    for (const [b, model] of models.entries()) expect(search([model], { ...rules, dialect, lengthPenalty: 1 })).toEqual([together[b]])
  })

  it.each(['slrt', 'huggingface'] as const)('goes on with fewer beams where fewer tokens are possible, %s', (dialect) => {
    const only: Model = (ids) => [0, 1, 2, 3, 4].map((id) => (id === (ids.length === 2 ? END : 1) ? 0 : Number.NEGATIVE_INFINITY))
    expect(search([only], { ...rules, dialect })[0]).toMatchObject({ ids: [1, 1], score: 0 })
  })

  it('refuses what cannot be searched', () => {
    const told = (changed: object) => () => new BeamSearch(1, { ...rules, ...changed } as BeamRules)
    expect(told({ beams: 0 })).toThrow('beam search: wanted a whole number of beams, got 0. Choose 1 or more.')
    expect(told({ maxLength: 1.5 })).toThrow('beam search: wanted a whole number of tokens at most, got 1.5')
    expect(told({ lengthPenalty: Number.NaN })).toThrow('beam search: wanted a finite length penalty, got NaN')
    expect(told({ dialect: 'toString' })).toThrow("beam search: wanted the dialect slrt or huggingface, got 'toString'")
    expect(told({ finished: 'melted' })).toThrow("beam search: wanted finished beams extended or frozen, got 'melted'")
    const broken = (logProb: number) => () => new BeamSearch(1, rules).step({ ids: [0, 1, 0, 1], logProbs: new Array(4).fill(logProb) })
    expect(broken(Number.NaN)).toThrow('the model: wanted finite numbers, got a log-probability of NaN')
    expect(broken(Number.NEGATIVE_INFINITY)).toThrow('the model: wanted finite numbers, got no token with a probability')
  })
})
