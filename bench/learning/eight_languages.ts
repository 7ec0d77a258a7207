// Spelled words of eight fingerspelling languages: the corpus of several trials, so that what one says of it holds for the others.

import { dataSpell } from '../../src/commands/data_spell.js'

/** Where run files look for it. */
export const EIGHT = 'runs/learning/eight'

/** A folder of signed letters, where ../shared/data is there. */
export const LEXICON = '../shared/data/fingerspelling-lexicon'

/**
 * Writes the splits `train`, `dev` and `test` of 120 words a language, 20 of them to test, so that every length of word is among them. Detected bones vary by 8
 * to 16 % of their length, a signer's do not: they are held.
 */
export async function spellEightLanguages(lexicon = LEXICON): Promise<void> {
  await dataSpell({ lexicon, lang: 'ase,gsg,ise,psr,sgg,ssp,swl,tsm', out: EIGHT, count: 120, dev: 1 / 12, test: 1 / 6, bones: 'hold' })
}
