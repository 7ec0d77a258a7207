// A corpus' lines without its motion: what models of text learn from. The companion files of a `.skels`, or an annotation file.

import { basename } from 'node:path'
import { SignError } from '../base/errors.js'
import { readPhoenixCsv } from '../formats/phoenix_csv.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../formats/skels/companions.js'
import { readManifest } from './corpus/manifest.js'

/** One line of a corpus in all its versions. */
export interface SentenceLine {
  /** Unique in its corpus; where no file says, `train/3`. */
  readonly name: string
  readonly language: string
  readonly text: string
  readonly gloss?: string
  /** How somebody asked for it to be signed. */
  readonly prompt?: string
  readonly langGloss?: string
}

/**
 * Reads `<prefix>.text` with the companions there are, or a `.csv` as PHOENIX-2014T has it.
 *
 * @param language of the lines for which neither `.lang` nor the manifest names one
 * @throws ERR_DATA with file and line for companions of another length, no sentences, or a blank one; ERR_USAGE where no language is known
 */
export async function readSentences(path: string, language?: string): Promise<SentenceLine[]> {
  return path.endsWith('.csv') ? fromCsv(path, language) : fromCompanions(path, language)
}

async function fromCsv(path: string, language: string | undefined): Promise<SentenceLine[]> {
  if (!language) throw unknownLanguage(path)
  return (await readPhoenixCsv(path)).map((sentence) => ({ ...sentence, language }))
}

async function fromCompanions(prefix: string, language: string | undefined): Promise<SentenceLine[]> {
  const text = await readCompanion(`${prefix}.text`)
  if (!text || text.length === 0)
    throw new SignError('ERR_DATA', `${prefix}.text`, 'wanted sentences, got none', 'Name a corpus by its prefix')
  // Before the others are held against it: a blank line at the end is the culprit, not they.
  const blank = text.indexOf('')
  if (blank >= 0)
    throw new SignError('ERR_DATA', `${prefix}.text:${blank + 1}`, 'wanted a sentence, got a blank line', 'Delete it in all companions')
  const beside = async (ending: string) => {
    const lines = await readCompanion(`${prefix}.${ending}`)
    if (lines) checkAligned(`${prefix}.text`, text.length, `${prefix}.${ending}`, lines)
    return lines
  }
  const [gloss, prompt, langGloss, files] = [
    await beside('gloss'),
    await beside('prompt'),
    await beside('lang_gloss'),
    await beside('files'),
  ]
  if (files) checkNamesDiffer(`${prefix}.files`, files)
  const languages = (await beside('lang')) ?? new Array<string>(text.length).fill(await onlyLanguage(prefix, language))
  return text.map((sentence, i) => {
    if (!languages[i])
      throw new SignError('ERR_DATA', `${prefix}.lang:${i + 1}`, 'wanted a language, got a blank line', 'Write its tag there')
    return {
      name: files?.[i] || `${basename(prefix)}/${i + 1}`,
      language: languages[i]!,
      text: sentence,
      ...(gloss?.[i] ? { gloss: gloss[i] } : {}),
      ...(prompt?.[i] ? { prompt: prompt[i] } : {}),
      ...(langGloss?.[i] ? { langGloss: langGloss[i] } : {}),
    }
  })
}

async function onlyLanguage(prefix: string, language: string | undefined): Promise<string> {
  const manifest = await readManifest(`${prefix}.json`)
  const only = manifest?.languages.length === 1 ? manifest.languages[0] : language
  if (only) return only
  throw unknownLanguage(prefix)
}

function unknownLanguage(who: string): SignError {
  return new SignError(
    'ERR_USAGE',
    who,
    `wanted the language of its sentences, got none`,
    'Name it (--lang, or `language` in a run file), or write a .lang file',
  )
}
