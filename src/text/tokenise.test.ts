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
    ['no words', ' … — !? ___ ', []],
    // A cloud with rain, in colour by U+FE0F.
    ['emoji', '\u{1F327}\uFE0F Regen\u{1F327}\uFE0F heute', ['regen', 'heute']],
    [
      'emoji of several, of a skin colour, flags',
      '\u{1F469}\u200D\u{1F469}\u200D\u{1F467} \u{1F44B}\u{1F3FD} \u{1F1E9}\u{1F1EA} \u2764\uFE0F\u200D\u{1F525}',
      [],
    ],
    ['a flag of tags', '\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}', []],
    ['an emoji that is a letter', '\u2139\uFE0F info', ['info']],
    ['keycaps are their digits', '1\uFE0F\u20E3 and 2, #\uFE0F\u20E3', ['1', 'and', '2']],
    ['marks of nothing', '\u0301 \u20DD \uFE0F \u200D', []],
    ['soft hyphens and joiners', 'Re\u00ADgen mi\u200Ckhaham \u2060rain\uFEFF', ['regen', 'mikhaham', 'rain']],
    ['Thai, Khmer by zero-width spaces', 'ฝนตก\u200Bวันนี้', ['ฝนตก', 'วันนี้']],
    ['Hindi and Sinhala with joiners', 'हिन्दी क्\u200Dष ශ්\u200Dරී', ['हिन्दी', 'क्ष', 'ශ්රී']],
    ['Arabic and Hebrew with vowels', 'مَطَر، שָׁלוֹם!', ['مَطَر', 'שָׁלוֹם']],
    ['Persian', 'می\u200Cخواهم باران', ['میخواهم', 'باران']],
  ])('words: %s', (_what, text, tokens) => expect(tokenise(text, 'words')).toEqual(tokens))

  it.each([
    ['marks', "Hello, WORLD! don't", ['hello', ',', 'world', '!', "don't"]],
    ['numbers and underscores', '3.14 — under_score', ['3', '.', '14', '—', 'under_score']],
    ['vowel signs, each by itself', 'नमस्ते', ['नमस', '्', 'त', 'े']],
    ['a sentence without spaces', '今日は良い天気です。', ['今日は良い天気です', '。']],
    ['Python’s white space', 'a\u001cb\u0085c\ufeffd', ['a', 'b', 'c', '\ufeff', 'd']],
  ])('words-and-marks: %s', (_what, text, tokens) => expect(tokenise(text, 'words-and-marks')).toEqual(tokens))

  it('letters keeps a word boundary that stands alone, and no other bar', () => {
    expect(tokenise('h i | y o u', 'letters')).toEqual(['h', 'i', '|', 'y', 'o', 'u'])
    expect(tokenise('a|b || c', 'letters')).toEqual(['a', 'b', 'c'])
    for (const policy of ['words', 'spelled'] as const) expect(tokenise('h i | y', policy)).toEqual(['h', 'i', 'y'])
  })

  it('letters gives each letter of German and Korean by itself', () => {
    expect(tokenise('Grüß 2!', 'letters')).toEqual(['g', 'r', 'ü', 'ß', '2'])
    expect(tokenise('안녕, Jo', 'letters')).toEqual(['안', '녕', 'j', 'o'])
    expect(tokenise('नमस्ते \u{1F327}\uFE0F 1\uFE0F\u20E3', 'letters')).toEqual(['न', 'म', 'स्', 'ते', '1'])
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
    expect(() => tokenise('a', policy as TokenPolicy)).toThrow(
      `tokens: wanted one of whitespace, words, letters, spelled, words-and-marks, got "${policy}"`,
    )
  })
})
