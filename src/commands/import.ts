// `signllm import`: what was trained with released code, out of its state dict as safetensors. The names of its tensors tell which code it was.

import { SignError } from '../base/errors.js'
import { readKindsOrIndex } from '../formats/safetensors/index_file.js'
import { isSign2gpt } from '../model/sign2gpt_state_dict.js'
import { checkLanguageTag } from '../text/language_tag.js'
import { importProgressive, type ProgressiveImport } from './import_progressive.js'
import { importSign2gpt, type Sign2gptImport } from './import_sign2gpt.js'

/** What the code that a model comes from asks for; the rest says nothing of it. */
export type ImportOptions = Omit<ProgressiveImport, 'vocabulary'> & Partial<Pick<ProgressiveImport, 'vocabulary'>> & Sign2gptImport

/** Options that only one of the kinds of models has. */
const ofProgressive = ['vocabulary', 'sides'] as const
const ofSign2gpt = [
  ...(['classes', 'ubiquitous', 'languageModel', 'stored', 'alpha', 'gate', 'maxTokens'] as const),
  ...(['maxFrames', 'window', 'attention', 'padding', 'imageHeads', 'imageSize', 'imageAlpha'] as const),
] as const

/**
 * Converts the file, or the files of an index, and returns the model's sizes. Throws ERR_USAGE for what is no language tag, and for options that are lacking
 * or say nothing of such a model; ERR_CHECKPOINT for tensors that make no model, and for the first number that is not finite.
 */
export async function importStateDict(path: string, options: ImportOptions) {
  checkLanguageTag(options.lang, 'import')
  const kinds = await readKindsOrIndex(path)
  if (isSign2gpt(kinds.keys())) {
    checkAsked(path, options, ofProgressive, 'a Sign2GPT checkpoint')
    return importSign2gpt(path, options)
  }
  checkAsked(path, options, ofSign2gpt, 'a Progressive Transformers state dict')
  const { vocabulary } = options
  if (vocabulary !== undefined) return importProgressive(path, { ...options, vocabulary })
  const problem = 'wanted the words of a Progressive Transformers state dict, got no vocabulary'
  throw new SignError('ERR_USAGE', path, problem, 'Name the file with one word per line: --vocabulary')
}

function checkAsked(path: string, options: ImportOptions, others: readonly (keyof ImportOptions)[], kind: string): void {
  const given = others.find((name) => options[name] !== undefined)
  if (given === undefined) return
  const option = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw new SignError('ERR_USAGE', path, `wanted options that say something of ${kind}, got ${option}`, 'Leave it out')
}

export type ImportSummary = Awaited<ReturnType<typeof importStateDict>>
