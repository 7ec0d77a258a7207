// One object for a program that wants signing and nothing else: a model on a GPU, sentences or prompts in, motions out.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import type { ModelCard } from '../checkpoint/card.js'
import type { Checkpoint } from '../checkpoint/checkpoint.js'
import { languageTags, PROMPTS } from '../checkpoint/model_file.js'
import type { ReadCheckpointOptions } from '../checkpoint/parse.js'
import { restoreGlossModel } from '../checkpoint/restore.js'
import { type PoseCheckpoint, poseCheckpoint } from '../checkpoint/text_to_pose.js'
import { Gpu } from '../device/gpu.js'
import { checkKind, checkOptions, checkText } from '../infer/asked.js'
import type { GenerateOptions } from '../infer/generator.js'
import { checkKnown } from '../infer/known_words.js'
import { MultiLanguageGenerator } from '../infer/multi_language_generator.js'
import { PromptGenerator } from '../infer/prompt_generator.js'
import { PromptReader, type PromptReading, type ReadOptions } from '../infer/prompt_reader.js'
import { SHARED } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { exchangedMotion, facingMotion } from '../motion/layout/mirror.js'
import { checkWhole } from '../text/broken_text.js'
import { lineFor } from '../text/language_mark.js'
import { tagAmong } from '../text/language_tag.js'

/** How a model is opened, wherever that is. */
export interface SignerOptions extends ReadCheckpointOptions {
  /** Which language is signed where a call names none. Default: the model's only one. */
  readonly language?: string | undefined
  /** A Gpu that is open already; it stays its maker's. Default: one is opened, and destroyed with the signer. */
  readonly gpu?: Gpu | undefined
  /** A device that is there already, on which the signer makes what it needs; it stays its maker's. */
  readonly device?: GPUDevice | undefined
  /** Most bytes of weights on the GPU, for models of many languages: those used longest ago make room. Default: no limit. */
  readonly maxBytes?: number | undefined
}

export interface SignOptions extends GenerateOptions {
  /** Default: the language that the signer was opened with. */
  readonly language?: string | undefined
}

/** How a prompt is read and signed. */
export interface SignPromptOptions extends ReadOptions, Pick<GenerateOptions, 'policy' | 'bones'> {}

/** What was read in a prompt, and its signing. */
export interface SignedPrompt {
  readonly reading: PromptReading
  readonly motion: Motion
}

interface PromptParts extends AsyncDisposable {
  readonly generator: PromptGenerator
}

/** Signs with one model. Any number of calls may be under way at once: each gives what it gives alone. */
export class OpenSigner implements AsyncDisposable {
  readonly gpu: Gpu
  /** What the model file says of itself; undefined for a checkpoint of a run. */
  readonly card: ModelCard | undefined
  /** Tags of the languages that it signs. */
  readonly languages: readonly string[]
  /** The language of calls that name none; undefined where each call must. */
  readonly language: string | undefined
  /** Whether it reads prompts such as “How do you sign ‘rain’ in ASL?”. */
  readonly readsPrompts: boolean
  /** What its user should know of the model, as sentences. */
  readonly notes: readonly string[]
  readonly #ownsGpu: boolean
  readonly #poses: PoseCheckpoint
  readonly #generator: MultiLanguageGenerator
  readonly #prompts: () => Promise<PromptParts>
  #prompting: Promise<PromptParts> | undefined
  #destroyed: Promise<void> | undefined
  readonly #lifetime = new Lifetime('signer')

  /**
   * Others call `Signer.open`.
   * @internal
   */
  constructor(
    gpu: Gpu,
    checkpoint: Checkpoint,
    { language, maxBytes, ownsGpu }: { language?: string | undefined; maxBytes?: number | undefined; ownsGpu: boolean },
  ) {
    this.gpu = gpu
    this.card = checkpoint.card
    this.notes = checkpoint.notes
    this.#ownsGpu = ownsGpu
    this.#poses = poseCheckpoint(checkpoint)
    this.languages = languageTags(checkpoint)
    this.language = language === undefined ? (this.languages.length === 1 ? this.languages[0] : undefined) : this.#known(language)
    this.#generator = new MultiLanguageGenerator(gpu, this.#poses, maxBytes === undefined ? {} : { maxBytes })
    const prompts = checkpoint.others?.[PROMPTS]
    this.readsPrompts = prompts !== undefined
    this.#prompts = async () => this.#promptParts(prompts)
  }

  /**
   * The motion of a sentence. Words that the model never learned are passed over: {@link unknownWords} names them. Throws ERR_USAGE for a language that it does
   * not sign or a sentence of which it knows no word, and as `Generator.generate`; ERR_DEVICE_LOST where the GPU is lost, after which another signer is to be
   * opened.
   */
  async sign(text: string, options: SignOptions = {}): Promise<Motion> {
    const { group, line, asked } = this.#asked(text, options)
    const [motion] = await this.#generator.generate(group, [line], asked)
    return facingMotion(motion!)
  }

  /**
   * The same motion in pieces of a few frames, as they are made. Throws as {@link sign}.
   *
   * @example
   * for await (const { joints, frames } of signer.stream('rain')) draw(joints, frames)
   */
  async *stream(text: string, options: SignOptions = {}): AsyncGenerator<Motion> {
    const { group, line, asked } = this.#asked(text, options)
    let exchanged: boolean | undefined
    for await (const piece of this.#generator.pieces(group, line, asked)) {
      exchanged ??= facingMotion(piece) !== piece
      yield exchanged ? exchangedMotion(piece) : piece
    }
  }

  /** Reads a prompt and signs it. Throws ERR_USAGE for a model that reads none, and as `PromptGenerator.generate`. */
  async prompt(prompt: string, options: SignPromptOptions = {}): Promise<SignedPrompt> {
    checkOptions(options, 'prompt')
    checkText(prompt, 'prompt', 'a prompt')
    this.#lifetime.check()
    const { policy, bones, language = this.language, ...read } = options
    this.#prompting ??= this.#prompts()
    const { generator } = await this.#prompting
    const generate = { ...(policy && { policy }), ...(bones && { bones }), signal: read.signal }
    const { reading, motion } = await generator.generate(prompt, { read: { ...read, language }, generate })
    return { reading, motion: facingMotion(motion) }
  }

  /** What a sentence is read as: its words, its letters or the pieces of its words, in order. */
  tokensOf(text: string, options: Pick<SignOptions, 'language'> = {}): readonly string[] {
    return this.#reading(text, options).tokensOf(text)
  }

  /** Words of a sentence that the model never learned: it reads on without knowing them. */
  unknownWords(text: string, options: Pick<SignOptions, 'language'> = {}): readonly string[] {
    return this.#reading(text, options).unknownIn(text)
  }

  /** Loads the language of calls that name none, so that what is wrong with it is told at once. */
  async load(signal: AbortSignal | undefined): Promise<void> {
    if (this.language !== undefined) await this.#generator.load(this.#groupOf(undefined), { signal })
  }

  /** Frees its memory, and the Gpu that was opened for it; calls under way throw ERR_DISPOSED. Idempotent. */
  destroy(): Promise<void> {
    this.#destroyed ??= this.#destroyAll()
    return this.#destroyed
  }

  async #destroyAll(): Promise<void> {
    this.#lifetime.end()
    await this.#generator.destroy()
    const prompting = await this.#prompting?.catch(() => undefined)
    await prompting?.[Symbol.asyncDispose]()
    if (this.#ownsGpu) await this.gpu.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #asked(text: string, options: SignOptions): { readonly group: string; readonly line: string; readonly asked: GenerateOptions } {
    checkOptions(options, 'sign')
    checkText(text, 'sign', 'a sentence')
    checkWhole(text, 'sign')
    this.#lifetime.check()
    const { language, ...asked } = options
    const group = this.#groupOf(language)
    const vocabulary = this.#vocabularyOf(group)
    checkKnown(text, group, vocabulary)
    return { group, line: lineFor(vocabulary, text, language === undefined ? this.language : this.#known(language)), asked }
  }

  /** The group of weights of a language: its own, or the one that all share. */
  #groupOf(language: string | undefined): string {
    const tag = language === undefined ? this.language : this.#known(language)
    if (this.#poses.groups.some((group) => group.language === SHARED)) return SHARED
    if (tag !== undefined) return tag
    const problem = `wanted one of the languages ${this.languages.join(', ')}, got none`
    throw new SignError('ERR_USAGE', 'sign', problem, 'Name it as language, here or where the model is opened')
  }

  #known(language: string): string {
    checkText(language, this.#poses.path, 'a language')
    const tag = tagAmong(language, this.languages)
    if (this.languages.includes(tag)) return tag
    const problem = `wanted one of the languages ${this.languages.join(', ')}, got '${language}'`
    throw new SignError('ERR_USAGE', this.#poses.path, problem, 'Choose one of them, or train it')
  }

  /** What reads a sentence. */
  #reading(text: string, options: Pick<SignOptions, 'language'>) {
    checkOptions(options, 'sign')
    checkText(text, 'sign', 'a sentence')
    return this.#vocabularyOf(this.#groupOf(options.language))
  }

  #vocabularyOf(group: string) {
    return this.#poses.groups.find(({ language }) => language === group)!.vocabulary
  }

  #promptParts(prompts: Checkpoint | undefined): PromptParts {
    if (!prompts) {
      const problem = 'wanted a model that reads prompts, got one of sentences alone'
      throw new SignError('ERR_USAGE', this.#poses.path, problem, 'Sign sentences, or export the model with --prompts')
    }
    const model = restoreGlossModel(this.gpu, prompts)
    const reader = new PromptReader(model)
    return {
      generator: new PromptGenerator(reader, this.#generator),
      async [Symbol.asyncDispose]() {
        await reader.destroy()
        model.destroy()
      },
    }
  }
}

/** Throws ERR_USAGE for what a caller without types may ask wrongly. */
export function checkOpening(options: SignerOptions): void {
  checkOptions(options, 'Signer.open')
  const { gpu, device, language } = options
  if (language !== undefined) checkText(language, 'Signer.open', 'a language')
  if (gpu !== undefined) checkKind(gpu, Gpu, 'Signer.open', 'a Gpu that openGpu opened or Gpu.from made')
  if (gpu === undefined || device === undefined) return
  throw new SignError('ERR_USAGE', 'Signer.open', 'wanted a Gpu or a device, got both', 'Leave one of them out')
}

/** A model that was read, on a Gpu of its user's or on one that `open` opens. Where that fails, what was opened is destroyed. */
export async function signerOn<S extends OpenSigner>(
  kind: new (...made: ConstructorParameters<typeof OpenSigner>) => S,
  checkpoint: Checkpoint,
  { gpu: given, language, maxBytes, signal }: SignerOptions,
  open: () => Promise<Gpu>,
): Promise<S> {
  // Before a Gpu is opened for it.
  poseCheckpoint(checkpoint)
  signal?.throwIfAborted()
  const gpu = given ?? (await open())
  try {
    const signer = new kind(gpu, checkpoint, { language, maxBytes, ownsGpu: given === undefined })
    await signer.load(signal)
    return signer
  } catch (error) {
    if (!given) await gpu.destroy()
    throw error
  }
}
