// Prompt2LangGloss, stage one in use: which sign language somebody asks for, and the gloss of what they ask.

import { SignError } from '../base/errors.js'
import { GlossModel } from '../model/text_to_gloss.js'
import { checkWhole } from '../text/broken_text.js'
import { type LanguageNaming, languageNamings, withLanguageField, withoutNamings } from '../text/prompt_language.js'
import { checkKind, checkOptions, checkText } from './asked.js'
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

  /** Throws ERR_USAGE for what is no text-to-gloss model. */
  constructor(model: GlossModel) {
    checkKind(model, GlossModel, 'prompt reader', 'a text-to-gloss model')
    this.#model = model
    this.#decoder = new GlossDecoder(model.gpu, model)
  }

  /**
   * Reads a prompt. A sign language that it names goes before one told beside it, and that before a model's only one; where a name leaves
   * open which language it is (GSL, German or Greek), or it names several, the one told decides. Throws ERR_USAGE naming the known languages
   * where that gives none, or one that the model was not trained on, and for a prompt of unknown words only or with letters lost.
   */
  async read(prompt: string, asked: ReadOptions = {}): Promise<PromptReading> {
    checkOptions(asked, 'prompt')
    const { language: told, ...options } = asked
    checkText(prompt, 'prompt', 'a prompt')
    options.signal?.throwIfAborted()
    checkWhole(prompt, 'prompt')
    const { source, reads, languages } = this.#model
    const namings = languageNamings(prompt, { told, languages })
    const { language, languageFrom } = this.#languageOf(namings, told)
    const unknownWords = source.unknownIn(withoutNamings(prompt, namings))
    if (!source.knowsAny(prompt)) {
      const problem = `wanted a prompt in a language this model has read, got no word it knows in '${prompt}'`
      throw new SignError('ERR_USAGE', 'prompt', problem, `It was trained for ${languages.join(', ')}`)
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

  #languageOf(namings: readonly LanguageNaming[], told: string | undefined): Pick<PromptReading, 'language' | 'languageFrom'> {
    const { languages } = this.#model
    const all = [...new Set(namings.map(({ language }) => language))]
    const several = all.length > 1 ? all.join(' and ') : undefined
    const named = several ? undefined : all[0]
    const only = languages.length === 1 ? languages[0] : undefined
    const language = several && !(told && all.includes(told)) ? undefined : (named ?? told ?? only)
    if (language && languages.includes(language)) return { language, languageFrom: named ? 'prompt' : told ? 'field' : 'model' }
    const got = language ?? (several ? `a prompt that names ${several}` : 'a prompt that names none of them, and no --lang')
    const problem = `wanted a sign language of ${languages.join(', ')}, got ${got}`
    throw new SignError('ERR_USAGE', 'prompt', problem, 'Name one in the prompt, or pass --lang')
  }
}
