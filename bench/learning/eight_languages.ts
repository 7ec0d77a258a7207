// Spelled words of eight fingerspelling languages: the corpus of several trials, so that what one says of it holds for the others.

import { dataSpell } from '../../src/commands/data_spell.js'

/** Where run files look for it. */
export const EIGHT = 'runs/learning/eight'

/** A folder of signed letters, where ../shared/data is there. */
export const LEXICON = '../shared/data/fingerspelling-lexicon'

/**
 * Writes the splits `train`, `dev` and `test` of 300 words a language, 20 of them to test: of every length, and few of their pairs of letters are
 * in no word that is learned from. Detected bones vary by 8 to 16 % of their length, a signer's do not: they are held.
 */
export async function spellEightLanguages(lexicon = LEXICON): Promise<void> {
  await dataSpell({
    lexicon,
    lang: 'ase,gsg,ise,psr,sgg,ssp,swl,tsm',
    out: EIGHT,
    count: 300,
    dev: 1 / 15,
    test: 1 / 15,
    bones: 'hold',
    overwrite: true,
  })
}
