// Prompt2LangGloss whole: a prompt into LangGloss, LangGloss into motion.

import { SignError } from '../base/errors.js'
import { type GroupDescription, SHARED } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { languageOfToken, parseLangGloss } from '../text/lang_gloss.js'
import { lineFor } from '../text/language_mark.js'
import { checkOptions } from './asked.js'
import type { GenerateOptions } from './generator.js'
import type { MultiLanguageGenerator } from './multi_language_generator.js'
import type { PromptReader, PromptReading, ReadOptions } from './prompt_reader.js'

/** What the second stage is asked: which group, and with what line. */
export interface GroupInput {
  readonly group: string
  readonly text: string
}

/**
 * LangGloss as a model of motion reads it: as it is where all languages share a group that reads LangGloss, else as the words without their marks for the
 * group of its language, or for one that tells languages by a token before the words. What is no LangGloss, an unknown token, is left out.
 *
 * @throws ERR_USAGE for a language that such a group has not learned
 */
export function groupInput(
  { language, tokens }: Pick<PromptReading, 'language' | 'tokens'>,
  groups: readonly Pick<GroupDescription, 'language' | 'vocabulary'>[],
): GroupInput {
  const known = tokens.filter((token) => languageOfToken(token))
  const shared = groups.find((group) => group.language === SHARED)
  const words = known.map((token) => parseLangGloss(token).word).join(' ')
  if (!shared) return { group: language, text: words }
  if (shared.vocabulary.languages.length === 0) return { group: SHARED, text: known.join(' ') }
  return { group: SHARED, text: words === '' ? '' : lineFor(shared.vocabulary, words, language) }
}

/** Signs prompts. Stage one is `reader`, stage two `signer`; both stay their maker's. */
export class PromptGenerator {
  readonly #reader: PromptReader
  readonly #signer: MultiLanguageGenerator

  constructor(reader: PromptReader, signer: MultiLanguageGenerator) {
    this.#reader = reader
    this.#signer = signer
  }

  /** Throws as `PromptReader.read` and `MultiLanguageGenerator.generate`, and ERR_USAGE for a prompt out of which nothing was read. */
  async generate(
    prompt: string,
    options: { readonly read?: ReadOptions; readonly generate?: GenerateOptions } = {},
  ): Promise<{ readonly reading: PromptReading; readonly motion: Motion }> {
    checkOptions(options, 'prompt')
    const reading = await this.#reader.read(prompt, options.read)
    const { group, text } = groupInput(reading, this.#signer.groups)
    if (text === '') throw nothingRead(prompt, reading)
    const [motion] = await this.#signer.generate(group, [text], options.generate)
    return { reading, motion: motion! }
  }
}

function nothingRead(prompt: string, { tokens }: PromptReading): SignError {
  const got = tokens.length > 0 ? `only ${tokens.join(' ')}` : 'nothing'
  const problem = `wanted glosses to sign, got ${got}: that is the text-to-gloss model's output for '${prompt}'`
  return new SignError('ERR_USAGE', 'prompt', problem, 'Rephrase the prompt, or train that model further')
}
