// The corpora on which all systems are trained, as files: sentences of which words are apart by a space, whatever a word is there.

import { join } from 'node:path'
import { dataSpell } from '../../../src/commands/data_spell.js'
import { loadCorpus } from '../../../src/data/corpus/corpus.js'
import { saveCorpus } from '../../../src/data/corpus/save.js'
import { syntheticIn } from '../../../src/data/synthetic/in_layout.js'
import { readTimedClips } from '../../../src/data/timed_clips.js'
import type { Clip } from '../../../src/motion/clip.js'
import { tokenise } from '../../../src/text/tokenise.js'
import { LEXICON } from '../eight_languages.js'

export const corpusNames = ['spelled', 'grammar', 'timed'] as const
export type CorpusName = (typeof corpusNames)[number]

export interface SystemsCorpus {
  readonly name: CorpusName
  /** What it is, for the table. */
  readonly what: string
  /** Tag of the sign language. */
  readonly language: string
  /** Whether it is scored on the clips that were learned from. */
  readonly byHeart: boolean
  /** Longest clip in frames and longest sentence in words, rounded up. */
  readonly maxFrames: number
  readonly maxTokens: number
  /** A folder or file without which it is left out. */
  readonly needs?: string
  /** Clips of each split. */
  splits(folder: string): Promise<Readonly<Record<'train' | 'dev' | 'test', readonly Clip[]>>>
}

const DATA = '../shared/data'

const all = { maxFrames: Number.MAX_SAFE_INTEGER, maxTokens: Number.MAX_SAFE_INTEGER }

export const corpora: Readonly<Record<CorpusName, SystemsCorpus>> = {
  spelled: {
    name: 'spelled',
    what: 'American fingerspelling, 320 words to learn from and 40 others to read; each letter is a word',
    language: 'ASL',
    byHeart: false,
    maxFrames: 64,
    maxTokens: 16,
    needs: join(LEXICON, 'index.csv'),
    async splits(folder) {
      const spelling = { lexicon: LEXICON, lang: 'ase', out: folder, count: 400, dev: 1 / 10, test: 1 / 10 } as const
      await dataSpell({ ...spelling, bones: 'hold', framesPerLetter: 6, joinFrames: 2, overwrite: true, stream: silent })
      const [train, dev, test] = await Promise.all(
        ['train', 'dev', 'test'].map(async (split) => {
          const { clips } = await loadCorpus({ skels: join(folder, split), language: 'ASL', ...all })
          return clips.map((clip) => ({ ...clip, text: tokenise(clip.text, 'letters').join(' ') }))
        }),
      )
      return { train: train!, dev: dev!, test: test! }
    },
  },
  grammar: {
    name: 'grammar',
    what: 'built-in corpus: 120 sentences of two to five of 24 words to learn from, and 60 others to read',
    language: 'LIS-CH',
    byHeart: false,
    maxFrames: 64,
    maxTokens: 16,
    async splits() {
      const options = { languages: ['LIS-CH' as const], clipsPerLanguage: 600, words: 24, wordsPerSentence: [2, 5] as [number, number] }
      const { train, dev, test } = syntheticIn('skeleton-50', { ...options, framesPerSign: 8, seed: 47 })
      return { train: train.slice(0, 120), dev: dev.slice(0, 30), test }
    },
  },
  timed: {
    name: 'timed',
    what: '16 German sentences signed by people, learned by heart: the same 16 are read',
    language: 'GSL',
    byHeart: true,
    maxFrames: 160,
    maxTokens: 32,
    needs: join(DATA, 'fluent-pose-synthesis', 'train_1_metadata.json'),
    async splits() {
      const clips = await readTimedClips(join(DATA, 'fluent-pose-synthesis'), { language: 'GSL', text: 'german' })
      const train = clips
        .filter(({ name }) => name.startsWith('train'))
        .map((clip) => ({ ...clip, text: tokenise(clip.text, 'words').join(' ') }))
      return { train, dev: train, test: train }
    },
  },
}

export const silent = { isTTY: false, write: () => true }

/** Writes the splits of a corpus, and returns where they lie: a prefix each. */
export async function written(corpus: SystemsCorpus, folder: string): Promise<Prefixes> {
  const splits = await corpus.splits(folder)
  const prefixes = { train: join(folder, 'train'), dev: join(folder, 'dev'), test: join(folder, 'test') }
  for (const split of ['train', 'dev', 'test'] as const) await saveCorpus(prefixes[split], splits[split])
  return prefixes
}

export type Prefixes = Readonly<Record<'train' | 'dev' | 'test', string>>
