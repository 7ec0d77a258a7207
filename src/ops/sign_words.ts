import type { Tensor } from '../device/memory.js'
import { signWords as signWordsKernel } from '../kernels/sign_words.js'
import { wordMeansGrad, wordMeans as wordMeansKernel, wordMeansWeightGrad } from '../kernels/word_means.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/** The words there are. */
export interface WordTable {
  /** u32 [nodes, 4], as `wordTrie` makes it. */
  readonly trie: Tensor
  /** Codes of the codebook, which is the character of slowness. */
  readonly codes: number
  /** A run of more tokens than this is slow. */
  readonly longest: number
}

/** Where words stand among the tokens of clips, and what they are made of. */
export interface PlacedWords {
  /** u32 [B, T + 1, 2]: each token's word, and each word's first token. */
  readonly spans: Tensor
  /** [B, T]: what a token counts in its word. */
  readonly weight: Tensor
  /** [B, T]: how much of a word is slow. */
  readonly slowShare: Tensor
  /** [B, T]: a word's share of all words, a clip counting as much as another. */
  readonly share: Tensor
  /** u32 [B]: words of each clip. */
  readonly lengths: Tensor
}

/** Codes, index u32 [B, T] of clips of so many tokens, lengths u32 [B], in words. */
export function signWords(g: Graph, index: Tensor, lengths: Tensor, { trie, codes, longest }: WordTable): PlacedWords {
  const [batch, length] = index.shape as [number, number]
  const perToken = (name: string) => g.tensor(name, [batch, length])
  const made = {
    spans: g.tensor('spans', [batch, length + 1, 2], 'u32'),
    ...{ weight: perToken('weight'), slowShare: perToken('slow_share'), share: perToken('share') },
  }
  const wordLengths = g.tensor('word_lengths', [batch], 'u32')
  // A run of tokens is a whole number: it is longer than their mean where it is longer than that rounded down.
  const params = { batch, length, count: codes, longest: Math.floor(longest) }
  g.recorder.run(signWordsKernel, { index, lengths, trie, ...made, wordLengths }, params)
  return { ...made, lengths: wordLengths }
}

/** Words as means of their characters: [B, T, D], 0 past a clip's words, of rows x [B, T, D] and the vector of slowness [1, D]. */
export function wordMeans(g: Graph, x: Tensor, slow: Parameter, { spans, weight, slowShare, lengths: wordLengths }: PlacedWords): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const params = { batch, length, width }
  const y = g.tensor('words', x.shape)
  g.recorder.run(wordMeansKernel, { x, spans, weight, slowShare, wordLengths, slow: f32Value(slow), y }, params)
  g.onBackward(y, [x, slow], (dy) => {
    const record = (accumulate: 0 | 1) => (dx: Tensor) =>
      g.recorder.run(wordMeansGrad, { dy, spans, weight, dx }, { ...params, accumulate })
    g.addGrad(x, record(0), record(1))
    if (g.requiresGrad(slow)) g.recorder.run(wordMeansWeightGrad, { dy, slowShare, wordLengths, dslow: g.gradOf(slow) }, params)
  })
  return y
}
