// `signllm data prompts`: what Prompt2LangGloss learns from, line for line beside a corpus: `.prompt`, each sentence asked for as people
// ask, and `.lang_gloss`, what is to be signed.

import { writeWhole } from '../base/files.js'
import { Random } from '../base/random.js'
import { readSentences } from '../data/sentences.js'
import { type GlossSource, langGlossLine } from '../text/lang_gloss.js'
import { drawPrompt, languageNamedIn, type PromptNaming } from '../text/prompts.js'

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
  const { corpus, lang, naming = 'half', source = 'auto', seed = 27 } = options
  const lines = await readSentences(corpus, lang)
  // Drawn by line, so that a longer corpus leaves the prompts of its beginning as they were.
  const prompts = lines.map((line, i) => drawPrompt(line, naming, Random.for(seed, 'prompt', i)))
  const glosses = lines.map((line, i) => langGlossLine({ ...line, name: `${corpus}.text:${i + 1}` }, source))
  const files = [`${corpus}.prompt`, `${corpus}.lang_gloss`] as const
  await writeWhole(files[0], `${prompts.join('\n')}\n`)
  await writeWhole(files[1], `${glosses.join('\n')}\n`)
  const named = prompts.filter((prompt) => languageNamedIn(prompt)).length
  return { lines: lines.length, languages: [...new Set(lines.map(({ language }) => language))].sort(), named, files }
}
