// `signllm data prompts`: what Prompt2LangGloss learns from, line for line beside a corpus: `.prompt`, each sentence asked for as people
// ask, and `.lang_gloss`, what is to be signed.

import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { Random } from '../base/random.js'
import { noteCompanions, readManifest } from '../data/corpus_manifest.js'
import { checkAligned, readCompanion } from '../formats/skels_companions.js'
import { type GlossSource, langGlossLine } from '../text/lang_gloss.js'
import { fillPrompt, templatesOf } from '../text/prompts.js'

/** Whether prompts say which sign language is meant: half of them, each, none. */
export type PromptNaming = 'half' | 'always' | 'never'

export interface DataPromptsOptions {
  /** Prefix of the corpus: `corpus/train` for `corpus/train.text`. */
  readonly corpus: string
  /** Language of every line, where neither `.lang` nor the manifest tells. */
  readonly lang?: string | undefined
  readonly naming?: PromptNaming
  /** Default `auto`: the gloss where the corpus has one, words elsewhere. */
  readonly source?: GlossSource
  readonly seed?: number
}

export interface DataPromptsSummary {
  readonly lines: number
  readonly languages: readonly string[]
  /** Prompts that name their language. */
  readonly named: number
  readonly files: readonly string[]
}

/**
 * Writes both files whole, or neither. Throws ERR_DATA with file and line for companions of unequal length and lines that cannot be
 * used, ERR_CONFIG for a language without templates, ERR_OUTPUT where nothing can be written.
 */
export async function dataPrompts(options: DataPromptsOptions): Promise<DataPromptsSummary> {
  const { corpus, naming = 'half', source = 'auto', seed = 27 } = options
  const text = await readCompanion(`${corpus}.text`)
  if (!text || text.length === 0)
    throw new SignError('ERR_DATA', `${corpus}.text`, 'wanted sentences, got none', 'Name a corpus by its prefix')
  const gloss = await readCompanion(`${corpus}.gloss`)
  if (gloss) checkAligned(`${corpus}.text`, text.length, `${corpus}.gloss`, gloss.length)
  const languages = await languagesOf(options, text.length)

  const prompts: string[] = []
  const glosses: string[] = []
  let named = 0
  text.forEach((sentence, i) => {
    const language = languages[i]!
    const line = { language, text: sentence, name: `${corpus}.text:${i + 1}`, ...(gloss?.[i] ? { gloss: gloss[i] } : {}) }
    glosses.push(langGlossLine(line, source))
    // Drawn by line, so that a longer corpus leaves the prompts of its beginning as they were.
    const random = Random.for(seed, 'prompt', i)
    const names = naming === 'always' || (naming === 'half' && random.uniform() < 0.5)
    const templates = templatesOf(language)[names ? 'named' : 'unnamed']
    prompts.push(fillPrompt(templates[random.below(templates.length)]!, sentence))
    if (names) named++
  })
  const files = [`${corpus}.prompt`, `${corpus}.lang_gloss`] as const
  await writeWhole(files[0], `${prompts.join('\n')}\n`)
  await writeWhole(files[1], `${glosses.join('\n')}\n`)
  await noteCompanions(corpus, ['prompt', 'lang_gloss'])
  return { lines: text.length, languages: [...new Set(languages)].sort(), named, files }
}

/** The language of every line. */
async function languagesOf({ corpus, lang }: DataPromptsOptions, lines: number): Promise<string[]> {
  const told = await readCompanion(`${corpus}.lang`)
  if (told) {
    checkAligned(`${corpus}.text`, lines, `${corpus}.lang`, told.length)
    return told
  }
  const manifest = await readManifest(`${corpus}.json`)
  const only = manifest?.languages.length === 1 ? manifest.languages[0] : lang
  if (only) return new Array(lines).fill(only)
  throw new SignError('ERR_USAGE', 'data prompts', `wanted the language of ${corpus}, got none`, 'Pass --lang, or write a .lang file')
}
