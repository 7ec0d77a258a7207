import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { signWords } from '../src/kernels/sign_words.js'
import { signWords as reference } from '../src/reference/sign_words.js'
import { nodesOf, wordTrie } from '../src/text/sign_words/trie.js'
import { learnSignWords, type SignWords, signWordsOf } from '../src/text/sign_words/words.js'
import { writtenClip } from '../src/text/sign_words/written.testing.js'
import { expectClose, runKernel } from './harness.js'

/** Clips of signs that come again and again, held for a while each; one of no token. */
function drawnClips(count: number, codes: number, seed: number, longest = 3): number[][] {
  const random = new Random(seed)
  const signs = Array.from({ length: 5 }, () => Array.from({ length: 1 + random.below(4) }, () => random.below(codes)))
  const held = (code: number) => Array.from({ length: 1 + random.below(longest) }, () => code)
  const clip = () => Array.from({ length: 1 + random.below(5) }, () => signs[random.below(signs.length)]!.flatMap(held)).flat()
  return Array.from({ length: count }, (_, i) => (i === 1 ? [] : clip()))
}

async function expectWords(clips: readonly (readonly number[])[], words: SignWords, more = 0): Promise<void> {
  const length = Math.max(...clips.map(({ length: n }) => n)) + more
  // Past a clip's length there may be anything.
  const index = Uint32Array.from({ length: clips.length * length }, (_, i) => clips[Math.floor(i / length)]![i % length] ?? 4_000_000_000)
  const rows = clips.length * length
  const made = { spans: 2 * clips.length * (length + 1), weight: rows, slowShare: rows, share: rows, wordLengths: clips.length }
  const given = { index, lengths: Uint32Array.from(clips, ({ length: n }) => n), trie: wordTrie(words) }
  const params = { batch: clips.length, length, count: words.slow, longest: Math.floor(words.longest) }
  const got = await runKernel(signWords, { ...given, ...made }, params)
  const want = reference(
    clips.map((codes) => writtenClip(codes, words)),
    length,
  )
  expect([...new Uint32Array(got.wordLengths.buffer)]).toEqual([...want.wordLengths])
  expect([...new Uint32Array(got.spans.buffer)]).toEqual([...want.spans])
  for (const name of ['weight', 'slowShare', 'share'] as const) expectClose(name, got[name], want[name], { ulps: 1, scale: 1 })
}

describe('sign_words', () => {
  it('finds words in a tree as they are found in a list', () => {
    const words = { slow: 3, longest: 1, words: [[0], [1], [2], [3], [0, 1], [0, 1, 2, 0], [0, 2], [2, 3]] }
    const trie = wordTrie(words)
    // The root, four characters, and what goes on from 0 (1, 2) and on from there (2, 0), and from 2 (3).
    expect(nodesOf(trie)).toBe(1 + 4 + 4 + 1)
    expect(signWordsOf([0, 1, 2, 1], words).map(({ word }) => word)).toEqual([4, 2, 1])
  })

  // Clips about a workgroup of 64; one code; words of many characters.
  for (const [count, codes, longest] of [
    [1, 3, 1],
    [2, 1, 9],
    [63, 5, 3],
    [65, 17, 4],
    [7, 256, 6],
  ] as const) {
    it(`writes ${count} clips of ${codes} codes in words that were learnt from such clips`, async () => {
      const words = learnSignWords(drawnClips(60, codes, 3, longest), { codes, step: 8, most: 64 })
      await expectWords(drawnClips(count, codes, 3, longest), words, count % 3)
    })
  }

  it('goes back to the longest word where a longer one does not end', async () => {
    const words = { slow: 3, longest: 1, words: [[0], [1], [2], [3], [0, 1], [0, 1, 2, 0], [2, 3]] }
    await expectWords(
      [
        [0, 1, 2, 1],
        [0, 1, 2, 0],
        [2, 2, 2, 0],
        [1, 2, 2, 1],
      ],
      words,
    )
  })
})
