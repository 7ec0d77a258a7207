// Chinese sentences, cut into words and tagged by jieba. Words have no other forms: they are their own base form, as published.

import { optionalPackage } from '../../base/optional.js'
import type { UniversalPos } from '../../text/pseudo_gloss/item.js'
import type { Analyser } from './analyser.js'

/** By the first letter of jieba's tags (ICTCLAS); those of two letters that differ from it. */
const tags: Readonly<Record<string, UniversalPos>> = {
  ...{ n: 'NOUN', t: 'NOUN', s: 'NOUN', i: 'NOUN', l: 'NOUN', j: 'NOUN', f: 'ADP', v: 'VERB', a: 'ADJ', b: 'ADJ', z: 'ADJ' },
  ...{ r: 'PRON', m: 'NUM', q: 'NUM', d: 'ADV', p: 'ADP', c: 'CCONJ', u: 'PART', y: 'PART', e: 'INTJ', o: 'INTJ', w: 'PUNCT', x: 'PUNCT' },
  ...{ nr: 'PROPN', ns: 'PROPN', nt: 'PROPN', nz: 'PROPN', vn: 'NOUN', an: 'NOUN', vd: 'ADV', ad: 'ADV', eng: 'PROPN' },
}

/** Throws ERR_CONFIG where jieba is not installed. */
export async function chineseAnalyser(): Promise<Analyser> {
  const name = '@node-rs/jieba'
  const who = 'pseudo-glosses of Chinese'
  const { Jieba } = await optionalPackage(name, who, () => import('@node-rs/jieba'))
  const { dict } = await optionalPackage(name, who, () => import('@node-rs/jieba/dict.js'))
  const jieba = Jieba.withDict(dict)
  return (sentence) => jieba.tag(sentence).map(({ word, tag }) => ({ lemma: word, pos: posOf(word, tag) }))
}

/** Punctuation and what is no word is `x` in jieba, and so are words it does not know. */
function posOf(word: string, tag: string): UniversalPos | undefined {
  if (!/[\p{L}\p{N}]/u.test(word)) return 'PUNCT'
  if (/^\p{N}+$/u.test(word)) return 'NUM'
  return tag === 'x' ? undefined : (tags[tag] ?? tags[tag.slice(0, 2)] ?? tags[tag[0] ?? ''])
}
