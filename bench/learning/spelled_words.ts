// Spelled ASL words, 200 to learn from and 20 held out: the corpus of several trials, so that what one says of it holds for the others.

import { dataSpell } from '../../src/commands/data_spell.js'

/** Where run files look for it. */
export const SPELLED = 'runs/learning/spelled'

/** Writes the splits `train`, `dev` and `test`. Detected bones vary by 8 % of their length, a signer's do not: they are held. */
export async function spellWords(lexicon: string): Promise<void> {
  await dataSpell({ lexicon, lang: 'ase', out: SPELLED, count: 240, dev: 1 / 12, test: 1 / 12, bones: 'hold', overwrite: true })
}
