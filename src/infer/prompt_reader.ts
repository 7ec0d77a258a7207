// Prompt2LangGloss, stage one in use: which sign language somebody asks for, and the gloss of what they ask.

import { SignError } from '../base/errors.js'
import type { GlossModel } from '../model/text_to_gloss.js'
import { languageNamedIn, withLanguageField } from '../text/prompts.js'
import { type DecodeOptions, GlossDecoder } from './gloss_decoder.js'

export interface PromptReading {
  readonly language: string
  /** Where the language was said: in the prompt, beside it, or nowhere, the model having one only. */
  readonly languageFrom: 'prompt' | 'field' | 'model'
  /** LangGloss, e.g. `<ASL_SKY> <ASL_BLUE>`. */
  readonly tokens: readonly string[]
  /** Words of the prompt that the model never saw: it reads on without knowing them. */
  readonly unknownWords: readonly string[]
}

export interface ReadOptions extends DecodeOptions {
  /** The sign language, for a prompt that names none. */
  readonly language?: string | undefined
}

/** Reads prompts with one model, any number at once. */
export class PromptReader implements AsyncDisposable {
  readonly #model: GlossModel
  readonly #decoder: GlossDecoder

  constructor(model: GlossModel) {
    this.#model = model
    this.#decoder = new GlossDecoder(model.gpu, model)
  }

  /**
   * Reads a prompt. A sign language that it names goes before one told beside it, and that before a model's only one. Throws ERR_USAGE
   * naming the known languages where none of these is there or the model was not trained on it, and for a prompt of unknown words only.
   */
  async read(prompt: string, { language: told, ...options }: ReadOptions = {}): Promise<PromptReading> {
    const { source, reads } = this.#model
    const { language, languageFrom } = this.#languageOf(prompt, told)
    const unknownWords = source.unknownIn(prompt)
    if (source.unknownShare([prompt]) === 1) {
      const problem = `wanted a prompt in a language this model has read, got no word it knows in '${prompt}'`
      throw new SignError('ERR_USAGE', 'prompt', problem, `It was trained for ${this.#model.languages.join(', ')}`)
    }
    const [decoded] = await this.#decoder.decode([reads === 'text' ? prompt : withLanguageField(prompt, language)], options)
    return { language, languageFrom, tokens: decoded!.tokens, unknownWords }
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#decoder.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #languageOf(prompt: string, told: string | undefined): Pick<PromptReading, 'language' | 'languageFrom'> {
    const { languages } = this.#model
    const named = languageNamedIn(prompt)
    const only = languages.length === 1 ? languages[0] : undefined
    const language = named ?? told ?? only
    if (language && languages.includes(language)) return { language, languageFrom: named ? 'prompt' : told ? 'field' : 'model' }
    const got = language ? language : 'a prompt that names none of ours and no language beside it'
    const problem = `wanted a sign language of ${languages.join(', ')}, got ${got}`
    throw new SignError('ERR_USAGE', 'prompt', problem, 'Name one in the prompt, or tell it (--lang)')
  }
}
