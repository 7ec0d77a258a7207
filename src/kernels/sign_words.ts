import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Codes of clips, index u32 [batch, length], as words: from a clip's beginning always the longest in the trie, u32 [nodes, 4] as `wordTrie` makes it; a run of
 * more than `longest` tokens is slow. spans u32 [batch, length + 1, 2]: each token's word, and each word's first token; weight, slowShare and share f32 [batch,
 * length]: what a token counts in its word, how much of a word is slow, and a word's share of all, a clip counting as much as another; wordLengths u32 [batch].
 */
export const signWords = defineKernel({
  name: 'sign_words',
  buffers: {
    ...{ index: 'read', lengths: 'read', trie: 'read' },
    ...{ spans: 'write', weight: 'write', slowShare: 'write', share: 'write', wordLengths: 'write' },
  },
  params: { batch: 'u32', length: 'u32', count: 'u32', longest: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 64),
  // How much of the trie is read depends on the codes: about a node a token.
  cost: ({ batch, length }) => ({ flops: 2 * batch * length, bytes: 4 * batch * (length * 10 + 4) }),
})
