// Words to learn to read prompts from. Reading needs no motion, so there can be far more of them than there are clips.

import { join } from 'node:path'
import { writeWhole } from '../../src/base/files.js'
import { loadCorpus } from '../../src/data/corpus/corpus.js'
import { openSpeller } from '../../src/data/spell/spell.js'
import { chooseWords } from '../../src/data/spell/words.js'

/** Words of each language that are only read. */
const COUNT = 2000

interface Spelled {
  readonly name: string
  readonly word: string
  readonly gloss: string
}

/**
 * Writes `<out>/<language>_train`, `_dev` and `_test` with `.text`, `.gloss` and `.files`: to learn from, made-up words of the alphabet and
 * the words of the corpus' training clips; to be tested on, the words of its held-out clips, which are in no training file of any language.
 */
export async function writeSpellingWords(lexicon: string, corpus: string, out: string): Promise<void> {
  const clipsOf = async (split: string) => (await loadCorpus({ skels: join(corpus, split) })).clips
  const splits = { train: await clipsOf('train'), dev: await clipsOf('dev'), test: await clipsOf('test') }
  const spelled = ({ name, text, gloss }: { name: string; text: string; gloss?: string }): Spelled => ({
    name,
    word: text.replaceAll(' ', ''),
    gloss: gloss!,
  })
  const held = new Set([...splits.dev, ...splits.test].map((clip) => spelled(clip).word))
  for (const language of new Set(splits.train.map((clip) => clip.language))) {
    const speller = await openSpeller({ lexicon, language })
    const letters = [...speller.alphabet.letters.keys()].filter((letter) => [...letter].length === 1)
    const spellable = (word: string) => speller.lettersOf(word) !== undefined && !held.has(word)
    const words = chooseWords({ count: COUNT, seed: 2, spellable, letters })
    const read = words.map((word) => ({ name: `read/${word}`, word, gloss: speller.glossOf(speller.lettersOf(word)!) }))
    const own = (split: keyof typeof splits) => splits[split].filter((clip) => clip.language === language).map(spelled)
    await write(join(out, `${language}_train`), [...own('train'), ...read])
    await write(join(out, `${language}_dev`), own('dev'))
    await write(join(out, `${language}_test`), own('test'))
  }
}

async function write(prefix: string, lines: readonly Spelled[]): Promise<void> {
  const save = (ending: string, key: keyof Spelled) => writeWhole(`${prefix}.${ending}`, `${lines.map((line) => line[key]).join('\n')}\n`)
  await save('text', 'word')
  await save('gloss', 'gloss')
  await save('files', 'name')
}
