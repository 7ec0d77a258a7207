// Fingerspelling corpora write a word as its letters with spaces between: which lines are so, and what a line's tokens are then.

import { type TokenPolicy, tokenise } from './tokenise.js'

/** Whether most of what stands between spaces is a single letter: spelled words, as the fingerspelling corpora have them. */
export function areSpelled(lines: readonly string[]): boolean {
  const parts = lines.flatMap((text) => tokenise(text, 'whitespace'))
  const single = parts.filter((part) => tokenise(part, 'letters').length === 1)
  return 2 * single.length > parts.length
}

/** What the tokens of lines cut by this policy are. Lines between whose letters stand spaces are letters, however they are cut. */
export function tokenUnit(policy: TokenPolicy, lines: readonly string[]): 'letters' | 'words' {
  return policy === 'letters' || areSpelled(lines) ? 'letters' : 'words'
}
