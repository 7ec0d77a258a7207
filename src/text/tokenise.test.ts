import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TokenPolicy, tokenise, tokenPolicies } from './tokenise.js'

describe('tokenise', () => {
  it('whitespace cuts at white space and touches nothing else', () => {
    expect(tokenise('  Am  Sonntag\tregnet es. ', 'whitespace')).toEqual(['Am', 'Sonntag', 'regnet', 'es.'])
    expect(tokenise('<ASL_HELLO> <LSF-CH_BON>', 'whitespace')).toEqual(['<ASL_HELLO>', '<LSF-CH_BON>'])
  })

  it.each([
    ['English', 'When does THIS flight take-off?', ['when', 'does', 'this', 'flight', 'take', 'off']],
    ['apostrophes', "I don’t 'know' it's", ['i', "don't", 'know', "it's"]],
    ['numbers', 'Um 3,5 Grad, am 24.12. oder 1.000.000!', ['um', '3,5', 'grad', 'am', '24.12', 'oder', '1.000.000']],
    ['German', 'Übermorgen STRAẞE, größer…', ['übermorgen', 'straße', 'größer']],
    ['decomposed accents', 'fu\u0308r', ['für']],
    ['Korean', '안녕하세요, 세계!', ['안녕하세요', '세계']],
    ['marks', 'नमस्ते दुनिया।', ['नमस्ते', 'दुनिया']],
    ['no words', ' … — !? ', []],
  ])('words: %s', (_what, text, tokens) => expect(tokenise(text, 'words')).toEqual(tokens))

  it('letters gives each letter of German and Korean by itself', () => {
    expect(tokenise('Grüß 2!', 'letters')).toEqual(['g', 'r', 'ü', 'ß', '2'])
    expect(tokenise('안녕, Jo', 'letters')).toEqual(['안', '녕', 'j', 'o'])
  })

  it('gives an empty list for an empty sentence', () => {
    for (const policy of tokenPolicies) expect(tokenise(' \n', policy)).toEqual([])
  })

  it('finds the same tokens again in its own output, and never an empty one', () => {
    const policy = fc.constantFrom(...tokenPolicies)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), policy, (text, policy) => {
        const tokens = tokenise(text, policy)
        expect(tokens.every((token) => token.length > 0 && !/\s/u.test(token))).toBe(true)
        expect(tokenise(tokens.join(' '), policy)).toEqual(tokens)
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  it.each(['word', 'toString'])('refuses %s, naming the policies', (policy) => {
    expect(() => tokenise('a', policy as TokenPolicy)).toThrow(`tokens: wanted one of whitespace, words, letters, spelled, got "${policy}"`)
  })
})
