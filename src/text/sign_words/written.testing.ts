// Clips of codes as the words and characters that they are written in.

import type { WrittenClip } from '../../reference/sign_words.js'
import { charactersOf } from './runs.js'
import { type SignWords, signWordsOf } from './words.js'

export const writtenClip = (codes: readonly number[], words: SignWords): WrittenClip => ({
  tokens: codes.length,
  words: signWordsOf(codes, words),
  characters: charactersOf(codes, words).map(({ code, first, end }) => ({ first, end, isSlow: code === words.slow })),
})
