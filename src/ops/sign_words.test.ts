import { describe, expect, it } from 'vitest'
import * as placing from '../reference/sign_words.js'
import * as means from '../reference/word_means.js'
import { wordTrie } from '../text/sign_words/trie.js'
import { writtenClip } from '../text/sign_words/written.testing.js'
import { expectNear, given, ids, numbersOf, through } from './graph.testing.js'
import { signWords, wordMeans } from './sign_words.js'

const words = { slow: 3, longest: 4 / 3, words: [[0], [1], [2], [3], [0, 1], [1, 3]] }
const clips = [
  [0, 0, 1, 2, 0],
  [1, 1, 1],
]
const codes = ids([2, 5], ...clips[0]!, ...clips[1]!, 3, 3)
const trie = wordTrie(words)

describe('words of signing', () => {
  it('are found and made of their tokens, and gradients go back to tokens and slowness', async () => {
    const [x, slow, dy] = [given(1, 2, 5, 4), given(2, 1, 4), given(3, 2, 5, 4)]
    const ran = await through({
      inputs: { x, codes, lengths: ids([2], 5, 3), trie: ids([trie.length / 4, 4], ...trie) },
      wanted: ['x'],
      parameters: { slow },
      dy,
      record: (g, i, p) => ({
        y: wordMeans(g, i.x!, p.slow!, signWords(g, i.codes!, i.lengths!, { trie: i.trie!, codes: 3, longest: words.longest })),
      }),
    })
    const placed = {
      ...placing.signWords(
        clips.map((clip) => writtenClip(clip, words)),
        5,
      ),
      ...{ length: 5, width: 4 },
    }
    // A held 0 is two characters, which make no word; a 1 that is held is one.
    expect([...placed.wordLengths]).toEqual([5, 1])
    expectNear(ran, 'y', means.wordMeans(numbersOf(x), numbersOf(slow), placed))
    expectNear(ran, 'd x', means.wordMeansGrad(numbersOf(dy), placed))
    expectNear(ran, 'd slow', means.wordMeansWeightGrad(numbersOf(dy), placed))
    expect(ran.backward).toEqual(['word_means_grad', 'word_means_weight_grad'])
  })
})
