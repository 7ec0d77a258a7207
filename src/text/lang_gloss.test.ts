import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLangGloss, langGlossLine, parseLangGloss } from './lang_gloss.js'

describe('LangGloss', () => {
  it('goes there and back, in both ways of writing', () => {
    expect(formatLangGloss({ language: 'LSF-CH', word: 'BONJOUR' })).toBe('<LSF-CH_BONJOUR>')
    expect(parseLangGloss('<LSF-CH_BONJOUR>')).toEqual({ language: 'LSF-CH', word: 'BONJOUR' })
    expect(parseLangGloss('ASL_When')).toEqual({ language: 'ASL', word: 'When' })
    expect(parseLangGloss('<GSL_loc-REGEN_2>')).toEqual({ language: 'GSL', word: 'loc-REGEN_2' })
  })

  it('survives any word without spaces and brackets', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^<>\s]{1,12}$/u), fc.constantFrom('ASL', 'LIS-CH'), (word, language) => {
        expect(parseLangGloss(formatLangGloss({ language, word }))).toEqual({ language, word })
      }),
    )
  })

  it.each(['<ASL>', 'HELLO', '<ASL_>', '<ASL_A B>', '<_HELLO>', '<A_B><C_D>', ''])('refuses %s', (text) => {
    expect(() => parseLangGloss(text)).toThrow(`wanted <LANG_WORD>, got '${text}'`)
  })

  const clip = { name: 'dev/1', language: 'GSL', text: 'Am Tag, REGEN!', gloss: 'TAG REGEN-loc' }
  it('is made of the gloss where there is one, of words otherwise, as asked', () => {
    expect(langGlossLine(clip, 'auto')).toBe('<GSL_TAG> <GSL_REGEN-loc>')
    expect(langGlossLine(clip, 'words')).toBe('<GSL_AM> <GSL_TAG> <GSL_REGEN>')
    expect(langGlossLine(clip, 'pseudo')).toBe('<GSL_TAG> <GSL_REGEN>')
    expect(langGlossLine({ ...clip, text: 'Es ist.' }, 'pseudo')).toBe('<GSL_ES> <GSL_IST>')
    expect(langGlossLine({ ...clip, language: 'KSL' }, 'pseudo')).toBe('<KSL_AM> <KSL_TAG> <KSL_REGEN>')
    const { gloss: _, ...bare } = clip
    expect(langGlossLine(bare, 'auto')).toBe('<GSL_AM> <GSL_TAG> <GSL_REGEN>')
    expect(() => langGlossLine(bare, 'gloss')).toThrow('dev/1: wanted a gloss, got none')
  })
})
