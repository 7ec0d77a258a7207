import { describe, expect, it } from 'vitest'
import { languageNamedIn, languageNamings, withLanguageField, withoutNamings } from './prompt_language.js'
import { fillPrompt, promptTemplates } from './prompts.js'
import { signLanguages } from './sign_languages.js'

const tags = Object.keys(promptTemplates)
const english: Readonly<Record<string, string>> = {
  ASL: 'American',
  GSL: 'German',
  DSGS: 'Swiss German',
  'LSF-CH': 'Swiss French',
  'LIS-CH': 'Swiss Italian',
  LSA: 'Argentine',
  KSL: 'Korean',
  TSL: 'Turkish',
  LGP: 'Portuguese',
  LIS: 'Italian',
  LSE: 'Spanish',
  STS: 'Swedish',
}

describe('the language of a prompt', () => {
  it('is the one its template names, and no other, whatever is to be signed', () => {
    for (const [language, { named, unnamed }] of Object.entries(promptTemplates)) {
      for (const sentence of ['x', 'I learn DGS and ASL']) {
        const quoted = (template: string) => sentence === 'x' || !template.endsWith(': {sentence}')
        for (const template of named) expect(languageNamedIn(fillPrompt(template, sentence)), template).toBe(language)
        for (const template of unnamed.filter(quoted)) expect(languageNamedIn(fillPrompt(template, sentence)), template).toBeUndefined()
      }
    }
  })

  it.each(tags)('is %s by its tag in any capitals and by its English name', (tag) => {
    for (const name of [tag, tag.toLowerCase(), tag.replace('-', ' '), tag.replace('-', '_'), tag.replace('-', '\u2011')])
      for (const prompt of [
        `How do you sign “rain” in ${name}?`,
        `Show “rain” in ${name}.`,
        `${tag}: “rain”`,
        `Sign this in ${name}: I know DGS`,
      ])
        expect(languageNamedIn(prompt), prompt).toBe(tag)
    const name = `${english[tag]} Sign Language`
    for (const one of [name, name.toLowerCase(), name.toUpperCase(), name.replace(' ', '-')])
      expect(languageNamedIn(`Put 'rain' into ${one}, please.`), one).toBe(tag)
  })

  it('is read from full-width letters, which no model has learned', () => {
    const prompt = '「雨」をＡＳＬで'
    expect(languageNamedIn(prompt)).toBe('ASL')
    expect(languageNamedIn('Sign this in ａｓｌ： I know DGS')).toBe('ASL')
    expect(languageNamings(prompt)).toEqual([{ language: 'ASL', from: 4, to: 7, asTemplates: false }])
    expect(withLanguageField(prompt, 'ASL')).toBe(`lang_asl ${prompt}`)
  })

  it('is the longest name at a place', () => {
    expect(languageNamedIn('Come si segna «pioggia» in LIS-CH?')).toBe('LIS-CH')
    expect(languageNamedIn('Come si segna «pioggia» in LIS?')).toBe('LIS')
    expect(languageNamedIn('Sign rain in Swiss German Sign Language')).toBe('DSGS')
    expect(languageNamedIn('Sign rain in Swiss LIS')).toBe('LIS-CH')
    expect(languageNamedIn('Sign rain in LSF')).toBe('LSF')
    // A region we do not know makes it another language.
    expect(languageNamedIn('Sign rain in LIS-XY')).toBe('LIS-XY')
  })

  it.each([
    ['DGS', 'GSL'],
    ['TİD', 'TSL'],
    ['TÜRK İŞARET DİLİ', 'TSL'],
    ['Deutschschweizer Gebärdensprache', 'DSGS'],
    ['deutscher gebärdensprache', 'GSL'],
    ['British Sign Language', 'BSL'],
    ['Libras', 'LIBRAS'],
    ['the ASL-sign way', 'ASL'],
    ['lis', 'LIS'],
  ])('knows %s', (name, tag) => expect(languageNamedIn(`How do you sign “rain” in ${name}?`)).toBe(tag))

  it.each([
    "How do you sign 'asl'?",
    'How do you sign "ASL"?',
    'Wie gebärdet man „ASL“?',
    'Comment signe-t-on « LIS » ?',
    '「ASL」をどう表しますか',
    'How do you sign ‘I don’t know ASL’?',
    'Hur tecknar man ”ASL”?',
    "What's the sign for 'I don't know ASL, it's new'?",
    'How do you sign aslant, basl and asl2?',
    'lang_asl How do you sign “rain”?',
    'Signe ceci : je lis un livre',
    'Hur lång tid tar det?',
    'Cuánto son cinco libras',
    'How do you sign rain?',
    '',
  ])('is not named in %s', (prompt) => expect(languageNamedIn(prompt)).toBeUndefined())

  it.each([
    ["'비'를 ASL로 보여 주세요", 'ASL'],
    ['「雨」をASLでどう表しますか', 'ASL'],
    ['“yağmur” ASL’de nasıl denir?', 'ASL'],
    ["What's 'asl' in GSL?", 'GSL'],
    ["Comment dit-on l'ASL « pluie » ?", 'ASL'],
  ])('is named beside letters that are no part of it: %s', (prompt, tag) => expect(languageNamedIn(prompt)).toBe(tag))

  it('that a name leaves open is the one told, and else the usual one', () => {
    const greek = 'How do you sign “rain” in Greek Sign Language?'
    expect(languageNamedIn(greek)).toBe('GSS')
    expect(languageNamedIn(greek, { told: 'GSL' })).toBe('GSL')
    expect(languageNamedIn('“rain” in GSL', { told: 'GSS' })).toBe('GSS')
    expect(languageNamedIn('“rain” in TSL', { told: 'TSS' })).toBe('TSS')
    expect(languageNamedIn('“rain” in TSL', { told: 'ASL' })).toBe('TSL')
    expect(languageNamedIn('“rain” in Swiss Sign Language', { languages: ['ASL', 'LIS-CH'] })).toBe('LIS-CH')
    expect(languageNamedIn('“rain” in Swiss Sign Language', { languages: ['DSGS', 'LIS-CH'] })).toBe('Swiss Sign Language')
    expect(languageNamedIn('“rain” in Swiss Sign Language', { languages: ['DSGS', 'LIS-CH'], told: 'DSGS' })).toBe('DSGS')
  })

  it('is any tag of the model, and the tag that the model has for it', () => {
    expect(languageNamedIn('“rain” in BIM', { languages: ['BIM', 'ASL'] })).toBe('BIM')
    expect(languageNamedIn('“rain” in BIM')).toBeUndefined()
    expect(languageNamedIn('„Regen“ in DGS', { languages: ['DGS', 'ASL'] })).toBe('DGS')
    expect(languageNamedIn('“rain” in german sign language', { languages: ['DGS', 'ASL'] })).toBe('DGS')
    expect(languageNamedIn('how to sign de rain', { languages: ['de'] })).toBeUndefined()
  })

  it('is none where there are several, unless one of them is told', () => {
    const both = 'Is “sun” the same in ASL and DGS?'
    expect(languageNamedIn(both)).toBeUndefined()
    expect(languageNamedIn(both, { told: 'KSL' })).toBeUndefined()
    expect(languageNamedIn(both, { told: 'GSL' })).toBe('GSL')
    expect(languageNamedIn('“sun” in American Sign Language (ASL)')).toBe('ASL')
  })

  it('is told in a word before it where it names none as the templates do, or several', () => {
    expect(withLanguageField('How do you sign “sun” in ASL?', 'TSL')).toBe('How do you sign “sun” in ASL?')
    expect(withLanguageField('Comment signe-t-on « soleil » ?', 'LSF-CH')).toBe('lang_lsf_ch Comment signe-t-on « soleil » ?')
    expect(withLanguageField('Is “sun” the same in ASL and DGS?', 'ASL')).toMatch(/^lang_asl /)
    // No template says so: these words were never learned.
    expect(withLanguageField('How do you sign “sun” in GSL?', 'GSL')).toMatch(/^lang_gsl /)
    expect(withLanguageField('How do you sign “I learn ASL”?', 'GSL')).toMatch(/^lang_gsl /)
    for (const [language, { named, unnamed }] of Object.entries(promptTemplates)) {
      for (const template of named) expect(withLanguageField(fillPrompt(template, 'x'), language)).toBe(fillPrompt(template, 'x'))
      for (const template of unnamed) expect(withLanguageField(fillPrompt(template, 'x'), language)).toMatch(/^lang_/)
    }
  })

  it('can be taken out of the prompt', () => {
    const prompt = 'How do you sign “asl” in lis-ch?'
    expect(withoutNamings(prompt, languageNamings(prompt))).toBe('How do you sign “asl” in       ?')
  })
})

describe('the table of sign languages', () => {
  it('has every tag of the templates first in a line, and no phrase in two', () => {
    for (const tag of tags)
      expect(
        signLanguages.filter((language) => language.tags[0] === tag),
        tag,
      ).toHaveLength(1)
    const phrases = signLanguages.flatMap((language) => language.phrases)
    expect(new Set(phrases).size).toBe(phrases.length)
    for (const language of signLanguages) expect(language.phrases.length, language.tags[0] ?? '').toBeGreaterThan(0)
  })
})
