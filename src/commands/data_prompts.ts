// `signllm data prompts`: what Prompt2LangGloss learns from, line for line beside a corpus: `.prompt`, each sentence asked for as people
// ask, and `.lang_gloss`, what is to be signed.

import { writeWhole } from '../base/files.js'
import { Random } from '../base/random.js'
import { readGlossCheckpoint } from '../checkpoint/file.js'
import { restoreGlossModel } from '../checkpoint/restore.js'
import { noteCompanions } from '../data/corpus/manifest.js'
import { readPromptTemplates } from '../data/prompt_templates.js'
import { readSentences } from '../data/sentences.js'
import { GlossDecoder } from '../infer/gloss_decoder.js'
import { decodeAll } from '../tasks/text_to_gloss/evaluate.js'
import { type GlossSource, langGlossLine, languageOfToken } from '../text/lang_gloss.js'
import { languageNamedIn, withLanguageField } from '../text/prompt_language.js'
import { drawPrompt, fillPrompt, type PromptNaming, type TemplatesOf } from '../text/prompts.js'
import { openAdapter } from './adapter.js'
import { type Listener, warn } from './say.js'

export interface DataPromptsOptions extends Listener {
  /** Prefix of the corpus: `corpus/train` for `corpus/train.text`. */
  readonly corpus: string
  /** Language of every line, where neither `.lang` nor the manifest tells. */
  readonly lang?: string | undefined
  readonly naming?: PromptNaming
  /** Default `auto`: the gloss where the corpus has one, words elsewhere. */
  readonly source?: GlossSource
  readonly seed?: number
  /** A file of templates for languages that we have none of, or instead of ours. */
  readonly templates?: string | undefined
  /** A text-to-gloss checkpoint: `.lang_gloss` is then how it reads the prompts, for fine-tuning the second stage on the first's output. */
  readonly readBy?: string | undefined
  readonly adapter?: string | undefined
}

export interface DataPromptsSummary {
  readonly lines: number
  /** Lines whose LangGloss, as a model read it, is not what was wanted; 0 where no model read. */
  readonly misread: number
  readonly languages: readonly string[]
  /** Prompts that name their language. */
  readonly named: number
  readonly files: readonly string[]
}

/**
 * Writes both files whole, or neither. Throws ERR_DATA with file and line for companions of unequal length and lines that cannot be
 * used, and a file of templates that is none, ERR_CONFIG for a language without templates, ERR_OUTPUT where nothing can be written.
 */
export async function dataPrompts(options: DataPromptsOptions): Promise<DataPromptsSummary> {
  const { corpus, lang, naming = 'half', source = 'auto', seed = 27, readBy } = options
  const own = options.templates === undefined ? undefined : await readPromptTemplates(options.templates)
  const lines = await readSentences(corpus, lang)
  // Drawn by line, so that a longer corpus leaves the prompts of its beginning as they were.
  const prompts = lines.map((line, i) => drawPrompt(line, naming, Random.for(seed, 'prompt', i), own))
  const wanted = lines.map((line, i) => langGlossLine({ ...line, name: `${corpus}.text:${i + 1}` }, source))
  const readings = lines.map(({ language }, i) => withLanguageField(prompts[i]!, language))
  const read = readBy === undefined ? [] : await readPrompts(readings, readBy, options)
  // A prompt read as nothing has no tokens to learn from: it keeps the gloss it should have had, and counts as misread.
  const glosses = wanted.map((line, i) => read[i] || line)
  const files = [`${corpus}.prompt`, `${corpus}.lang_gloss`] as const
  await writeWhole(files[0], `${prompts.join('\n')}\n`)
  await writeWhole(files[1], `${glosses.join('\n')}\n`)
  await noteCompanions(corpus, ['prompt', 'lang_gloss'])
  const named = prompts.filter((prompt, i) => languageNamedIn(prompt) || namesOwn(prompt, lines[i]!, own)).length
  const misread = read.filter((line, i) => line !== wanted[i]).length
  return { lines: lines.length, misread, languages: [...new Set(lines.map(({ language }) => language))].sort(), named, files }
}

/** Whether a prompt was made of a user's template that names its language. */
function namesOwn(
  prompt: string,
  { language, text }: { readonly language: string; readonly text: string },
  own: TemplatesOf = {},
): boolean {
  return Object.hasOwn(own, language) && own[language]!.named.some((template) => fillPrompt(template, text) === prompt)
}

/** The LangGloss that a model reads out of prompts, a line each. */
async function readPrompts(readings: readonly string[], path: string, options: DataPromptsOptions): Promise<string[]> {
  const checkpoint = await readGlossCheckpoint(path)
  for (const note of checkpoint.notes) warn(note, options)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    const decoder = new GlossDecoder(gpu, restoreGlossModel(gpu, checkpoint))
    const decoded = await decodeAll(decoder, readings, { beams: 4 })
    return decoded.map(({ tokens }) => tokens.filter((token) => languageOfToken(token)).join(' '))
  } finally {
    await gpu.destroy()
  }
}
