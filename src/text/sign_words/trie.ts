// Words as a tree of characters, in which the longest that begins somewhere is found a character at a time.

import type { SignWord } from './candidates.js'
import type { SignWords } from './words.js'

/** Numbers of a node: its character, its first child, its next sibling, and whether it is a word's last character. 0 is no node. */
const NODE = 4

/** The tree, u32 [nodes, 4]. Node 0 is the root; its child of character c, whatever is a word, is node 1 + c. */
export function wordTrie({ words, slow }: Pick<SignWords, 'words' | 'slow'>): Uint32Array {
  const nodes: [character: number, child: number, sibling: number, isWord: 0 | 1][] = [[0, 1, 0, 0]]
  for (let character = 0; character <= slow; character++) nodes.push([character, 0, character < slow ? character + 2 : 0, 1])
  for (const word of words) nodes[placeOf(word)]![3] = 1
  return Uint32Array.from(nodes.flat())

  function placeOf([first, ...rest]: SignWord): number {
    let node = 1 + first!
    for (const character of rest) {
      let child = nodes[node]![1]
      while (child !== 0 && nodes[child]![0] !== character) child = nodes[child]![2]
      if (child === 0) {
        child = nodes.length
        nodes.push([character, 0, nodes[node]![1], 0])
        nodes[node]![1] = child
      }
      node = child
    }
    return node
  }
}

/** Nodes of such a tree. */
export const nodesOf = (trie: Uint32Array): number => trie.length / NODE
