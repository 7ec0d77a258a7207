import { signWords } from '../src/kernels/sign_words.js'
import { wordTrie } from '../src/text/sign_words/trie.js'
import { workload } from './workload.js'

// 16 clips of 128 tokens, 256 codes and 255 words of two of them.
const [batch, length, count] = [16, 128, 256]
const words = [
  ...Array.from({ length: count + 1 }, (_, code) => [code]),
  ...Array.from({ length: count - 1 }, (_, code) => [code, code + 1]),
]
const index = Uint32Array.from({ length: batch * length }, (_, i) => Math.floor(i / 2) % count)
const rows = batch * length

export default [
  workload(
    signWords,
    'SignLLM',
    { batch, length, count, longest: 2 },
    {
      ...{ index, lengths: new Uint32Array(batch).fill(length), trie: wordTrie({ words, slow: count }) },
      ...{ spans: 2 * batch * (length + 1), weight: rows, slowShare: rows, share: rows, wordLengths: batch },
    },
  ),
]
