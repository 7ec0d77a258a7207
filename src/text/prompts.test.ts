import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { syntheticLanguages } from '../data/synthetic/corpus.js'
import { languageNamedIn } from './prompt_language.js'
import { fillPrompt, promptTemplates, templatesOf } from './prompts.js'

const every = Object.entries(promptTemplates).flatMap(([language, { named, unnamed }]) =>
  [...named, ...unnamed].map((text) => ({ language, text })),
)

describe('the templates', () => {
  it('are there for SignLLM’s eight languages and four more, at least forty each, half of them naming the sign language', () => {
    expect(Object.keys(promptTemplates).sort()).toEqual([...syntheticLanguages, 'LGP', 'LIS', 'LSE', 'STS'].sort())
    for (const [language, { named, unnamed, name }] of Object.entries(promptTemplates)) {
      expect(named.length + unnamed.length, language).toBeGreaterThanOrEqual(40)
      expect(named.length, language).toBe(unnamed.length)
      for (const template of named) expect(template).toMatch(name)
      for (const template of unnamed) expect(languageNamedIn(template)).toBeUndefined()
    }
  })

  it('have one place for the sentence, differ from each other, and pair their quotes', () => {
    // Italian prompts that name no sign language are the same for both that Italian is spoken around.
    const own = every.filter(({ language, text }) => language !== 'LIS' || promptTemplates.LIS!.name.test(text))
    expect(new Set(own.map(({ text }) => text)).size).toBe(own.length)
    for (const { text } of every) {
      expect(text.split('{sentence}')).toHaveLength(2)
      expect(text).toMatch(/[“„«]\s?\{sentence\}\s?[”“»]|: \{sentence\}$/)
      expect(text).toBe(text.trim())
    }
  })

  it('of another language are refused by name', () => {
    expect(templatesOf('ASL').named.length).toBeGreaterThan(0)
    expect(() => templatesOf('XSL')).toThrow(
      "prompts: wanted a language of ASL, GSL, DSGS, LSF-CH, LIS-CH, LSA, KSL, TSL, LGP, LIS, LSE, STS, got 'XSL'",
    )
  })
})

describe('fillPrompt', () => {
  it.each([
    ['How do you sign “{sentence}”?', 'the sky is blue', 'How do you sign “the sky is blue”?'],
    ['How do you sign “{sentence}”?', 'Really?', 'How do you sign “Really”?'],
    ['How do you sign “{sentence}” in ASL?', 'When does this take place?', 'How do you sign “When does this take place?” in ASL?'],
    ['How do you sign “{sentence}” in ASL?', 'The sky is blue.', 'How do you sign “The sky is blue” in ASL?'],
    ['Please sign this: {sentence}', '"The sky is blue."', 'Please sign this: The sky is blue.'],
    ['Teach me to sign “{sentence}”.', 'He said "no".', 'Teach me to sign “He said ’no’”.'],
    ['Wie gebärdet man „{sentence}“?', '„Guten Morgen!“', 'Wie gebärdet man „Guten Morgen“?'],
    ['Comment signe-t-on « {sentence} » ?', '« Bonjour à tous. »', 'Comment signe-t-on « Bonjour à tous » ?'],
    ['Show “{sentence}”.', '  two\n words  ', 'Show “two words”.'],
    ['Show “{sentence}”.', '...', 'Show “...”.'],
  ])('%s + %s', (template, sentence, filled) => {
    expect(fillPrompt(template, sentence)).toBe(filled)
  })

  it('never ends in two marks and never breaks a quote, whatever the sentence', () => {
    const word = fc.stringMatching(/^\p{L}[\p{L}'-]{0,6}$/u)
    const sentence = fc.tuple(fc.array(word, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '.', '?', '!', '...'), fc.boolean())
    fc.assert(
      fc.property(fc.constantFrom(...every), sentence, ({ text }, [words, end, quoted]) => {
        const said = `${words.join(' ')}${end}`
        const filled = fillPrompt(text, quoted ? `"${said}"` : said)
        expect(filled).toContain(words.join(' '))
        expect(filled).not.toMatch(/[.?!][”“»"]\s?[.?!]|"/)
        const count = (mark: string) => filled.split(mark).length - 1
        expect(count('«')).toBe(count('»'))
        if (!text.includes('„')) expect(count('“')).toBe(count('”'))
      }),
    )
  })

  it('wants a place to fill', () => {
    expect(() => fillPrompt('Hello', 'x')).toThrow('wanted {sentence} in a template, got "Hello"')
  })
})
