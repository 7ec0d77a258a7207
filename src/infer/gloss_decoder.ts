// A prompt in, LangGloss out: the prompt is encoded once, then tokens come one dispatch chain at a time over key-value caches, the most
// likely one each time or the best of several beams. Many tokens run in one submission; choices and stops are made on the GPU.

import { SignError } from '../base/errors.js'
import { shown } from '../base/shown.js'
import type { Gpu } from '../device/gpu.js'
import { checkSameGpu } from '../device/owned_buffers.js'
import { MOST_BEAMS } from '../kernels/beam_step.js'
import { GlossModel } from '../model/text_to_gloss.js'
import type { Abortable } from './abort.js'
import { checkKind, checkOptions, checkTexts } from './asked.js'
import { runSteps } from './decoding_loop.js'
import { refuseDivergedLogits } from './divergence.js'
import { bestGlosses, type DecodedGloss, greedyGlosses, type TokenReports } from './gloss_result.js'
import { type Session, Sessions } from './sessions.js'
import { paddedLength, SourceEncoder, tokenReader } from './source_encoder.js'
import { glossTokens, TokenProgram, type TokenShape } from './token_program.js'

export type { DecodedGloss } from './gloss_result.js'

/** Tokens run between two looks at the result; even, for beams take two steps a run. */
const CHUNK = 8

export interface DecodeOptions extends Abortable {
  /** Beams, 1 to 16; 1, the default, is greedy. */
  readonly beams?: number
  /** Hypotheses are compared by log-probability / tokens^lengthPenalty; default 0. */
  readonly lengthPenalty?: number
  /** Most tokens, the closing one included; default and at most the model's. */
  readonly limit?: number
}

interface TokenSession extends Session {
  readonly encoding: SourceEncoder
  readonly decoding: TokenProgram
}

/**
 * Translates prompts. Any number of calls may be under way at once: each gives what it gives alone. Programs are recorded once for each
 * (batch, prompt length, beams, limit), and once more for each further call at the same time.
 */
export class GlossDecoder implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #model: GlossModel
  readonly #sessions = new Sessions<TokenSession>('gloss decoder')

  /** Throws ERR_USAGE for what is no text-to-gloss model, and for a model of another Gpu. */
  constructor(gpu: Gpu, model: GlossModel) {
    checkKind(model, GlossModel, 'gloss decoder', 'a text-to-gloss model')
    checkSameGpu('text-to-gloss model', gpu, model.gpu)
    this.#gpu = gpu.tunedAs(gpu.tuning)
    this.#model = model
  }

  /**
   * Each prompt's gloss, decoded side by side. Throws ERR_USAGE for an empty prompt, one over the model's length, or impossible options;
   * ERR_DIVERGED where the model's numbers are not finite, ERR_DISPOSED where what it needs is destroyed.
   */
  async decode(prompts: readonly string[], options: DecodeOptions = {}): Promise<DecodedGloss[]> {
    checkOptions(options, 'prompt')
    const { beams = 1, lengthPenalty = 0, limit = this.#model.config.maxTokens, signal } = options
    signal?.throwIfAborted()
    this.#check()
    checkTexts(prompts, 'prompt', 'prompts')
    this.#checkSearch({ beams, lengthPenalty, limit })
    if (prompts.length === 0) return []
    const sources = prompts.map((prompt) => this.#encodeText(prompt))
    const shape = { batch: sources.length, beams, limit }
    const length = paddedLength(sources)
    const call = {
      shape: `${shape.batch}x${length} ${beams} ${limit}`,
      record: () => this.#record(shape, length),
      check: () => this.#check(),
      signal,
    }
    let last: TokenReports | undefined
    for await (const reports of this.#sessions.use(call, (session) => this.#search(session, sources, shape, signal))) last = reports
    const { gloss } = this.#model
    return beams === 1 ? greedyGlosses(last!, shape, gloss) : bestGlosses(last!, shape, lengthPenalty, gloss)
  }

  /** Frees its memory; calls under way throw ERR_DISPOSED. Idempotent. The model stays its maker's. */
  destroy(): Promise<void> {
    return this.#sessions.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#sessions.check()
    this.#model.check()
  }

  async *#search(
    { encoding, decoding }: TokenSession,
    sources: readonly Uint32Array[],
    { batch, beams, limit }: TokenShape,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<TokenReports> {
    const { gloss } = this.#model
    decoding.restart()
    // Every beam of a prompt reads the prompt itself.
    await encoding.start(sources.flatMap((source) => new Array<Uint32Array>(beams).fill(source)))
    const steps = {
      chunk: CHUNK,
      stride: decoding.stride,
      most: limit,
      expected: CHUNK,
      further: CHUNK,
      read([done, ...rest]: readonly ArrayBuffer[]): TokenReports {
        // Of the latest token: what is not finite once stays in the caches.
        if (beams === 1) refuseDivergedLogits(new Float32Array(rest[1]!), batch, gloss.tokens)
        return { done: new Uint32Array(done!), rest }
      },
      // Nothing tells beforehand when a gloss ends, and what is run beyond it is run in vain.
      expect: ({ done }: TokenReports) => (done.every((count) => count > 0) ? ('done' as const) : 0),
    }
    yield* runSteps(decoding, steps, signal)
  }

  #record(shape: TokenShape, length: number): Promise<TokenSession> {
    const rows = shape.batch * shape.beams
    return SourceEncoder.recordWith(this.#gpu, tokenReader(this.#model), { rows, length }, async (encoding) => ({
      decoding: await TokenProgram.record(this.#gpu, glossTokens(this.#model), shape, encoding),
    }))
  }

  #checkSearch({ beams, lengthPenalty, limit }: Required<Omit<DecodeOptions, 'signal'>>): void {
    const { maxTokens } = this.#model.config
    const refuse = (problem: string) => new SignError('ERR_USAGE', 'prompt', problem, 'Choose a number within that range')
    if (!(Number.isInteger(beams) && beams >= 1 && beams <= MOST_BEAMS))
      throw refuse(`wanted 1 to ${MOST_BEAMS} beams, got ${shown(beams)}`)
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= maxTokens))
      throw refuse(`wanted a limit of 1 to ${maxTokens} tokens, got ${shown(limit)}`)
    if (!Number.isFinite(lengthPenalty)) throw refuse(`wanted a finite length penalty, got ${shown(lengthPenalty)}`)
  }

  #encodeText(prompt: string): Uint32Array {
    const ids = this.#model.source.encode(prompt)
    const { maxTokens } = this.#model.config
    if (ids.length >= 2 && ids.length <= maxTokens) return ids
    const problem = `wanted a prompt of 1 to ${maxTokens - 1} words, got ${ids.length - 1}`
    throw new SignError('ERR_USAGE', 'prompt', problem, ids.length < 2 ? 'Give at least one word' : 'Shorten it')
  }
}
