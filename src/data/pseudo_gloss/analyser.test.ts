import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPhoenixCsv } from '../../formats/phoenix_csv.js'
import { PseudoGlossClasses } from '../../text/pseudo_gloss/classes.js'
import { keptLemmas } from '../../text/pseudo_gloss/item.js'
import { analysers } from './analyser.js'
import { analysedLanguages } from './languages.js'

describe.each(analysedLanguages)('%s', (language) => {
  const sentences = {
    de: [
      ['im süden schneit es am zwölften mit kräftigen böen', 'süden schneien es zwölft kräftig böe'],
      ['morgen regnet es bei fünfundzwanzig grad', 'morgen regnen es fünfundzwanzig grad'],
      ['neue regenwolken ziehen mit ihnen über den Thüringer Wald', 'neu regenwolke ziehen sie thüringer wald'],
      ['Der Regen wird stärker, und die Schneefallgrenzen sinken.', 'regen stark schneefallgrenze sinken'],
    ],
    en: [
      ['Tomorrow it will be raining in the northern mountains.', 'tomorrow it rain northern mountain'],
      ["John's two sisters weren't happy about the dark clouds!", 'john two sister happy dark cloud'],
    ],
    zh: [
      ['他昨天买了三个红色的苹果，但是我不喜欢。', '他 昨天 买 三个 红色 苹果 我 不 喜欢'],
      ['我有3个苹果!', '我 有 3 个 苹果'],
    ],
  }[language]

  it.each(sentences)('%s', async (sentence, items) => {
    const analyse = await analysers[language]()
    expect(keptLemmas(analyse(sentence)).join(' ')).toBe(items)
    expect(analyse('')).toEqual([])
  })
})

const corpus = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data', 'phoenix14t-text', 'train.csv')
describe.skipIf(!existsSync(corpus))(`PHOENIX-2014T${existsSync(corpus) ? '' : `: not at ${corpus}`}`, () => {
  it('has about as many classes as published, a handful in a sentence', async () => {
    const analyse = await analysers.de()
    const train = (await readPhoenixCsv(corpus)).map(({ text }) => ({ text, items: keptLemmas(analyse(text)) }))
    const { classes, itemsPerSentence, withoutItems } = PseudoGlossClasses.build(train).coverage(train)
    // Published: 2,306 to 2,533, of all three splits; here of the training split, as they should be.
    expect(classes).toBeGreaterThan(1900)
    expect(classes).toBeLessThan(2600)
    expect(itemsPerSentence).toBeGreaterThan(6)
    expect(itemsPerSentence).toBeLessThan(10)
    expect(withoutItems).toBeLessThan(10)
  })
})
