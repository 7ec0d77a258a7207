// Twenty-four sign languages as corpora in files: eight of the fingerspelling lexicon, and sixteen of the built-in corpus, each with signs of its own, under
// tags of languages that the data of today hold. What they sign is invented; it is their number that matters.

import { join } from 'node:path'
import { writeWhole } from '../../src/base/files.js'
import { dataPrompts } from '../../src/commands/data_prompts.js'
import { dataSpell } from '../../src/commands/data_spell.js'
import { saveCorpus } from '../../src/data/corpus/save.js'
import { type SyntheticLanguage, syntheticCorpus, syntheticLanguages } from '../../src/data/synthetic/corpus.js'
import { langGlossLine } from '../../src/text/lang_gloss.js'
import { LEXICON } from './eight_languages.js'

/** Where run files look for them. */
export const MANY = 'runs/learning/many'

/** The lexicon's, as tags have it. */
const SPELLED = ['ASL', 'DSGS', 'GSL', 'LGP', 'LIS', 'LSE', 'STS', 'TSL'] as const

/** Drawn from the built-in corpus. */
export const INVENTED = [
  ...['BSL', 'BFI', 'CSE', 'CSL', 'DSL', 'FSL', 'HSH', 'ISG'],
  ...['JSL', 'KVK', 'LIBRAS', 'LSF', 'LSM', 'NGT', 'PJM', 'RSL'],
] as const

export const TWENTY_FOUR: readonly string[] = [...SPELLED, ...INVENTED]

/** One that a trained model is to be taught later. */
export const LATER = 'VGT'

/** Writes the splits of all of them, and of the one that comes later. */
export async function writeManyLanguages(lexicon = LEXICON): Promise<void> {
  const spelled = { lexicon, lang: 'ase,gsg,ise,psr,sgg,ssp,swl,tsm', out: join(MANY, 'spelled') }
  await dataSpell({ ...spelled, count: 120, dev: 1 / 12, test: 1 / 12, bones: 'hold', overwrite: true })
  for (const split of ['train', 'dev', 'test']) await dataPrompts({ corpus: join(MANY, 'spelled', split), source: 'gloss' })
  for (const [i, tag] of [...INVENTED, LATER].entries())
    await writeInvented(tag, syntheticLanguages[i % syntheticLanguages.length]!, 100 + i)
}

async function writeInvented(tag: string, like: SyntheticLanguage, seed: number): Promise<void> {
  const corpus = syntheticCorpus({ languages: [like], clipsPerLanguage: 100, words: 14, wordsPerSentence: [1, 2], framesPerSign: 8, seed })
  for (const split of ['train', 'dev', 'test'] as const) {
    const clips = corpus[split].map(({ spans: _, ...clip }, n) => ({ ...clip, language: tag, name: `${tag}-${split}-${n}` }))
    const prefix = join(MANY, tag, split)
    await saveCorpus(prefix, clips)
    await writeWhole(`${prefix}.lang_gloss`, clips.map((clip) => `${langGlossLine(clip, 'gloss')}\n`).join(''))
  }
}
