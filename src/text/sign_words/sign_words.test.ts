// Words of signing: runs, joins, the choice by transport, and transport itself beside an exact optimum.

import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { candidateWords } from './candidates.js'
import { charactersOf, meanRun, runsOf } from './runs.js'
import { sinkhorn } from './sinkhorn.js'
import { learnSignWords, shownWord, signWordsOf } from './words.js'

describe('runs of codes', () => {
  it('are characters, and slow where they are longer than others', () => {
    const clip = [3, 3, 3, 3, 1, 2, 2]
    expect(runsOf(clip).map(({ code, first, end }) => [code, first, end])).toEqual([
      [3, 0, 4],
      [1, 4, 5],
      [2, 5, 7],
    ])
    expect(runsOf([])).toEqual([])
    expect(meanRun([clip])).toBeCloseTo(7 / 3)
    expect(meanRun([])).toBe(1)
    expect(charactersOf(clip, { slow: 9, longest: meanRun([clip]) }).map(({ code, first, end }) => [code, first, end])).toEqual([
      [3, 0, 1],
      [9, 1, 4],
      [1, 4, 5],
      [2, 5, 7],
    ])
  })
})

describe('words', () => {
  it('are joined from the most frequent pairs, none that occurs once', () => {
    expect(
      candidateWords(
        [
          [1, 2, 3, 1, 2],
          [1, 2, 3],
        ],
        9,
      ),
    ).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
    expect(
      candidateWords(
        [
          [1, 2, 3, 1, 2],
          [1, 2, 3],
        ],
        1,
      ),
    ).toEqual([[1, 2]])
    expect(candidateWords([[1, 2]], 9)).toEqual([])
    // Runs of a character are joined from the left.
    expect(candidateWords([[4, 4, 4, 4, 4]], 9)).toEqual([[4, 4]])
  })

  it('of a language are found in its texts, and a clip is written in the longest', () => {
    const language = [
      [0, 1, 2],
      [3, 4],
      [5, 6, 1],
    ]
    const random = Random.for(1, 'language')
    const clips = Array.from({ length: 40 }, () => Array.from({ length: 6 }, () => language[random.below(3)]!).flat())
    const learnt = learnSignWords(clips, { codes: 7, step: 5, most: 15 })
    expect(learnt.words.slice(0, 8)).toEqual([[0], [1], [2], [3], [4], [5], [6], [7]])
    for (const word of language) expect(learnt.words.map(String), String(word)).toContain(String(word))
    for (const { words, entropy } of learnt.sizes) expect([words > 0, Number.isFinite(entropy)]).toEqual([true, true])
    const codes = [...language[2]!, ...language[0]!]
    const written = signWordsOf(codes, learnt)
    // All of the clip, one word behind the other.
    expect(written[0]!.first).toBe(0)
    expect(written.at(-1)!.end).toBe(codes.length)
    for (const [i, { first }] of written.entries()) if (i > 0) expect(first).toBe(written[i - 1]!.end)
    expect(written.flatMap(({ word }) => [...learnt.words[word]!])).toEqual(codes)
    expect(written.length).toBeLessThan(codes.length)
    expect(signWordsOf([], learnt)).toEqual([])
    expect(learnSignWords(clips, { codes: 7, step: 5, most: 15 })).toEqual(learnt)
  })

  it('are characters alone where nothing occurs twice', () => {
    const { words, sizes } = learnSignWords([[0, 1, 2]], { codes: 3 })
    expect([words.length, sizes]).toEqual([4, []])
    expect(learnSignWords([], { codes: 3 }).words).toHaveLength(4)
  })

  it('are shown with the codes that are held', () => {
    expect(shownWord([12, 20, 7], { slow: 20, longest: 2 })).toBe('12~-7')
  })
})

describe('transport', () => {
  it('comes near the exact optimum as entropy counts less: of equal masses the best permutation', () => {
    const random = Random.for(5, 'costs')
    const n = 5
    const cost = Float64Array.from({ length: n * n }, () => random.uniform())
    const mass = new Float64Array(n).fill(1 / n)
    const permutations = (left: number[]): number[][] =>
      left.length === 0 ? [[]] : left.flatMap((one) => permutations(left.filter((other) => other !== one)).map((rest) => [one, ...rest]))
    const least = Math.min(...permutations([0, 1, 2, 3, 4]).map((to) => to.reduce((sum, j, i) => sum + cost[i * n + j]! / n, 0)))
    const plan = sinkhorn(cost, mass, mass, { epsilon: 0.01, iterations: 20_000, tolerance: 1e-9 })
    expect(plan.cost).toBeGreaterThan(least - 1e-8)
    expect(plan.cost).toBeLessThan(least + 0.01 * Math.log(n * n))
    for (let i = 0; i < n; i++) {
      expect(plan.mass.subarray(i * n, (i + 1) * n).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1 / n, 6)
      expect(Array.from({ length: n }, (_, r) => plan.mass[r * n + i]!).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1 / n, 9)
    }
  })
})
