// Spelled words of eight fingerspelling languages: the corpus of several trials, so that what one says of it holds for the others.

import { dataSpell } from '../../src/commands/data_spell.js'

/** Where run files look for it. */
export const EIGHT = 'runs/learning/eight'

/** A folder of signed letters, where ../shared/data is there. */
export const LEXICON = '../shared/data/fingerspelling-lexicon'

/** Writes the splits `train`, `dev` and `test` of a hundred words a language. Detected bones vary by 8 to 16 % of their length, a signer's do not: they are held. */
export async function spellEightLanguages(lexicon = LEXICON): Promise<void> {
  await dataSpell({ lexicon, lang: 'ase,gsg,ise,psr,sgg,ssp,swl,tsm', out: EIGHT, count: 100, bones: 'hold' })
}
