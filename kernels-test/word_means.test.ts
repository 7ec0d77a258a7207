import { describe, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { wordMeans, wordMeansGrad, wordMeansWeightGrad } from '../src/kernels/word_means.js'
import { signWords } from '../src/reference/sign_words.js'
import * as reference from '../src/reference/word_means.js'
import { writtenClip } from '../src/text/sign_words/written.testing.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

const list = { slow: 3, longest: 2, words: [[0], [1], [2], [3], [0, 1], [1, 3], [2, 0, 1]] }

/** Words of clips of 0 to `length` tokens, the last of all of them, in which codes are held for up to four. */
function wordsOf(batch: number, length: number, width: number) {
  const random = new Random(batch * length)
  const clips = Array.from({ length: batch }, (_, b) => {
    const tokens = b === batch - 1 ? length : random.below(length + 1)
    return Array.from({ length: length }, () => random.below(3))
      .flatMap((code) => Array.from({ length: 1 + random.below(4) }, () => code))
      .slice(0, tokens)
  })
  return {
    ...signWords(
      clips.map((codes) => writtenClip(codes, list)),
      length,
    ),
    length,
    width,
  }
}

describe('word_means', () => {
  it('has reference gradients that match finite differences', () => {
    const words = wordsOf(2, 7, 4)
    const [x, slow, dy] = [noise(56, 1), noise(4, 2), noise(56, 3)]
    const dx = finiteDifference((at) => dot(reference.wordMeans(at, slow, words), dy), x)
    expectGrad('dx', reference.wordMeansGrad(dy, words), dx)
    const dslow = finiteDifference((at) => dot(reference.wordMeans(x, at, words), dy), slow)
    expectGrad('dslow', reference.wordMeansWeightGrad(dy, words), dslow)
  })

  // Lanes (batch · length · width / 4, workgroups of 64): one; one short, one over; a prime; and wide.
  for (const [batch, length, width] of [
    [1, 1, 4],
    [3, 21, 4],
    [5, 13, 4],
    [4, 31, 28],
    [2, 50, 1024],
  ] as const) {
    it(`matches the reference at [${batch}, ${length}, ${width}], and reads nothing past clips and words`, async () => {
      const words = wordsOf(batch, length, width)
      const { spans, weight, slowShare, wordLengths } = words
      const n = batch * length * width
      const [x, slow, dy] = [noise(n, 4), noise(width, 5), noise(n, 6)]
      const holes = (values: Float64Array, seen: (row: number) => boolean) =>
        values.map((value, i) => (seen(Math.floor(i / width)) ? value : Number.NaN))
      const params = { batch, length, width }
      const seenTokens = { x: holes(x, (row) => weight[row]! > 0), slow, spans, weight, slowShare, wordLengths }
      const { y } = await runKernel(wordMeans, { ...seenTokens, y: n }, params)
      expectClose('y', y, reference.wordMeans(x, slow, words), { ulps: 6, scale: 1 })

      const seenWords = holes(dy, (row) => row % length < wordLengths[Math.floor(row / length)]!)
      const want = reference.wordMeansGrad(dy, words)
      const { dx } = await runKernel(wordMeansGrad, { dy: seenWords, spans, weight, dx: n }, { ...params, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 2, scale: 1 })
      const added = await runKernel(wordMeansGrad, { dy: seenWords, spans, weight, dx: x }, { ...params, accumulate: 1 })
      const sum = want.map((value, i) => value + x[i]!)
      expectClose('dx added', added.dx, sum, { ulps: 3, scale: 2 })

      const before = noise(width, 7)
      const wantSlow = reference.wordMeansWeightGrad(dy, words).map((value, i) => value + before[i]!)
      const { dslow } = await runKernel(wordMeansWeightGrad, { dy: seenWords, slowShare, wordLengths, dslow: before }, params)
      expectClose('dslow', dslow, wantSlow, { ulps: 8, scale: Math.max(1, ...wantSlow.map(Math.abs)) })
    })
  }
})
