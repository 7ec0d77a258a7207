// A text-to-pose model that is served: a batch for each of its groups of weights, and what reads prompts where its file holds that.

import { SignError } from '../base/errors.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { languageTags, PROMPTS } from '../checkpoint/model_file.js'
import { restoreGlossModel, restoreModel } from '../checkpoint/restore.js'
import type { Gpu } from '../device/gpu.js'
import { BatchGenerator } from '../infer/batch_generator.js'
import { groupInput } from '../infer/prompt_generator.js'
import { PromptReader } from '../infer/prompt_reader.js'
import { type LanguageGroup, SHARED, type SignModel } from '../model/sign_model.js'
import type { GlossModel } from '../model/text_to_gloss.js'
import { checkWhole } from '../text/broken_text.js'
import { lineFor } from '../text/language_mark.js'
import { tagAmong } from '../text/language_tag.js'
import { HttpProblem } from './problem.js'

/** What signs one language of a model, or all that share its weights. */
export interface Signer {
  readonly group: LanguageGroup
  readonly batch: BatchGenerator
}

/** What is to be signed, and how it was read. */
export interface Line {
  readonly signer: Signer
  readonly model: string
  readonly language: string
  /** What the model of motion is given. */
  readonly text: string
  /** What was asked, where that was a prompt. */
  readonly prompt?: string
  /** Words, letters or LangGloss, in order. */
  readonly tokens: readonly string[]
  readonly unknownWords: readonly string[]
}

export class ServedModel {
  readonly name: string
  readonly signers: readonly Signer[]
  /** Tags of the languages that it signs. */
  readonly languages: readonly string[]
  readonly #model: SignModel
  readonly #prompts: { readonly model: GlossModel; readonly reader: PromptReader } | undefined

  /** @param rows sentences side by side. Throws ERR_CHECKPOINT for a damaged model. */
  constructor(gpu: Gpu, { name, checkpoint }: { readonly name: string; readonly checkpoint: Checkpoint }, rows: number) {
    this.name = name
    this.#model = restoreModel(gpu, checkpoint)
    this.signers = this.#model.groups.map((group) => ({ group, batch: new BatchGenerator(gpu, group, { rows }) }))
    this.languages = languageTags(checkpoint)
    const prompts = checkpoint.others?.[PROMPTS]
    if (!prompts) return
    const model = restoreGlossModel(gpu, prompts)
    this.#prompts = { model, reader: new PromptReader(model) }
  }

  get readsPrompts(): boolean {
    return this.#prompts !== undefined
  }

  /** What signs a language. */
  signerOf(language: string): Signer | undefined {
    return this.signers.find(({ group }) => group.language === language || group.language === SHARED)
  }

  /** A sentence in a language, which a model of one language need not be told. Throws 404 naming the languages there are, ERR_USAGE for a sentence of which the model knows no word. */
  sentence(text: string, asked: string | undefined): Line {
    const language = this.#language(asked)
    const signer = this.signerOf(language)!
    checkWhole(text, 'text')
    const { vocabulary } = signer.group
    if (!vocabulary.knowsAny(text)) {
      throw new SignError('ERR_USAGE', 'text', `wanted words that this model of ${language} has learned, got none`, 'Use others')
    }
    const [tokens, unknownWords] = [vocabulary.tokensOf(text), vocabulary.unknownIn(text)]
    return { signer, model: this.name, language, text: lineFor(vocabulary, text, language), tokens, unknownWords }
  }

  /** What is asked for in a prompt. Throws 400 where the model reads none or nothing was read, 404 for a language there is not, and as `PromptReader.read`. */
  async prompt(prompt: string, asked: string | undefined, signal: AbortSignal): Promise<Line> {
    if (!this.#prompts) throw new HttpProblem(400, 'ERR_USAGE', `prompt: wanted a model that reads prompts, got ${this.name}. Send text.`)
    const told = asked === undefined ? undefined : this.#language(asked)
    const { language, tokens, unknownWords } = await this.#prompts.reader.read(prompt, { language: told, signal })
    const { group, text } = groupInput(
      { language, tokens },
      this.signers.map(({ group }) => group),
    )
    const signer = this.signerOf(group)
    if (!signer) throw notAmong('language', this.languages, language)
    if (text === '') throw new HttpProblem(400, 'ERR_USAGE', 'prompt: wanted glosses to sign, got none out of it. Say it in other words.')
    return { signer, model: this.name, language, text, prompt, tokens, unknownWords }
  }

  async destroy(): Promise<void> {
    await Promise.allSettled([...this.signers.map(({ batch }) => batch.destroy()), this.#prompts?.reader.destroy()])
    this.#prompts?.model.destroy()
    this.#model.destroy()
  }

  #language(asked: string | undefined): string {
    const language = asked === undefined ? (this.languages.length === 1 ? this.languages[0] : undefined) : tagAmong(asked, this.languages)
    if (language === undefined || !this.languages.includes(language)) throw notAmong('language', this.languages, asked)
    return language
  }
}

/** 404 for what is not there, 400 for what must be named. */
export function notAmong(what: string, known: readonly string[], got: string | undefined): HttpProblem {
  const given = got === undefined ? 'none' : `'${got.slice(0, 60)}'`
  return new HttpProblem(got === undefined ? 400 : 404, 'ERR_USAGE', `wanted a ${what} of ${known.join(', ')}, got ${given}.`)
}
