import { expect, it } from 'vitest'
import { lineFor, markedLanguage, markedLine, splitMark } from './language_mark.js'
import { tokenPolicies } from './tokenise.js'
import { Vocabulary } from './vocabulary.js'

it('is a token before a sentence, told from all words', () => {
  expect(markedLine('LSF-CH', 'Regen, morgen')).toBe('<lang:LSF-CH> Regen, morgen')
  expect(splitMark('<lang:LSF-CH> Regen, morgen')).toEqual({ token: '<lang:LSF-CH>', sentence: ' Regen, morgen' })
  expect(markedLanguage('<lang:LSF-CH>')).toBe('LSF-CH')
  for (const line of ['Regen <lang:ASL>', '<lang:ASL>Regen', '<lang:>', '<ASL_RAIN>', 'lang:ASL Regen'])
    expect(splitMark(line)).toBeUndefined()
  expect(() => markedLine('A SL', 'rain')).toThrow("wanted the tag of a sign language, letters, digits and dashes, got 'A SL'")
})

it.each(tokenPolicies)('is one token in a vocabulary under any policy: %s', (policy) => {
  const lines = ['<lang:ASL> rain now', '<lang:GSL> rain']
  const vocabulary = Vocabulary.build(lines, policy)
  expect(vocabulary.languages.toSorted()).toEqual(['ASL', 'GSL'])
  expect(vocabulary.tokens.filter((token) => /lang|[<>:]/.test(token.replace(/^<(unk|pad|s|\/s)>$/, ''))).toSorted()).toEqual([
    '<lang:ASL>',
    '<lang:GSL>',
  ])
  const [first, ...rest] = vocabulary.tokensOf('<lang:GSL> rain now')
  expect(first).toBe('<lang:GSL>')
  expect(rest).toEqual(vocabulary.tokensOf('rain now'))
  expect(vocabulary.encode('<lang:KSL> rain')[0]).toBe(0)
  expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)), 'x').tokensOf('<lang:ASL> rain')).toEqual(
    vocabulary.tokensOf('<lang:ASL> rain'),
  )
  expect([vocabulary.knowsAny('<lang:ASL>'), vocabulary.knowsAny('<lang:ASL> rain')]).toEqual([false, true])
})

it('is nothing to a vocabulary that has none', () => {
  const vocabulary = Vocabulary.build(['rain now'], 'words')
  expect(vocabulary.tokensOf('<lang:ASL> rain')).toEqual(['lang', 'asl', 'rain'])
  expect(lineFor(vocabulary, 'rain', 'ASL')).toBe('rain')
})

it('is put before a sentence that has none, and asked for where nobody told', () => {
  const vocabulary = Vocabulary.build(['<lang:ASL> rain', '<lang:GSL> rain'], 'words')
  expect(lineFor(vocabulary, 'rain', 'GSL')).toBe('<lang:GSL> rain')
  expect(lineFor(vocabulary, '<lang:ASL> rain', 'GSL')).toBe('<lang:ASL> rain')
  expect(() => lineFor(vocabulary, 'rain', undefined)).toThrow(
    'wanted one of the languages ASL, GSL, which this model tells by a token of their own, got none',
  )
  expect(() => lineFor(vocabulary, 'rain', 'KSL')).toThrow('got KSL')
})
