// How surprised a language model is by sentences it has not seen.

import type { Gpu } from '../../device/gpu.js'
import { Program, Recorder } from '../../device/program.js'
import { diverged } from '../../infer/divergence.js'
import type { LanguageModel } from '../../model/language_model.js'
import { Graph } from '../../ops/graph.js'
import type { RecordedLosses } from '../../train/task.js'
import { type SentenceShape, sentenceArrays, tokensOf } from './batch.js'
import { recordSentenceLosses } from './losses.js'

/** Sentences read side by side. */
const BATCH = 32
/** Padded lengths are a multiple of this. */
const BUCKET = 8

export interface Perplexity {
  /** e to the mean of the tokens' losses in nats, of the closing tokens too. */
  readonly perplexity: number
  /** Tokens it is of. */
  readonly tokens: number
}

/** Reads sentences of any lengths, those of like length side by side; keeps what it recorded for the next time. */
export class SentenceScorer {
  readonly #gpu: Gpu
  readonly #model: LanguageModel
  readonly #programs = new Map<number, { readonly program: Program; readonly recorded: RecordedLosses }>()

  constructor(gpu: Gpu, model: LanguageModel) {
    this.#gpu = gpu
    this.#model = model
  }

  /** Of sentences as ids, each with the closing one. Throws ERR_DIVERGED where the model's numbers are not finite. */
  async perplexity(sentences: readonly Uint32Array[]): Promise<Perplexity> {
    const order = sentences.toSorted((a, b) => a.length - b.length)
    let loss = 0
    for (let first = 0; first < order.length; first += BATCH) loss += await this.#lossOf(order.slice(first, first + BATCH))
    const tokens = tokensOf(sentences)
    if (!Number.isFinite(loss)) throw diverged('the language model', `a loss of ${loss}`)
    return { perplexity: Math.exp(loss / tokens), tokens }
  }

  /** Idempotent. */
  destroy(): void {
    for (const { program } of this.#programs.values()) program.destroy()
    this.#programs.clear()
  }

  /** The losses of a batch's tokens together. */
  async #lossOf(batch: readonly Uint32Array[]): Promise<number> {
    const shape = { batch: BATCH, length: Math.ceil(batch.at(-1)!.length / BUCKET) * BUCKET }
    const { program, recorded } = await this.#recorded(shape)
    const rows = [...batch, ...new Array<Uint32Array>(BATCH - batch.length).fill(new Uint32Array())]
    const arrays = { ...sentenceArrays(rows, shape, this.#model.config) } as Record<string, Float32Array | Uint32Array>
    for (const [name, tensor] of Object.entries(recorded.feeds)) if (name in arrays) program.write(tensor, arrays[name]!)
    const [losses] = await program.run()
    const found = new Float32Array(losses!)
    return batch.reduce((sum, { length }, b) => {
      for (let n = 0; n < length; n++) sum += found[2 * (b * shape.length + n)]!
      return sum
    }, 0)
  }

  async #recorded(shape: SentenceShape) {
    const known = this.#programs.get(shape.length)
    if (known) return known
    const recorder = new Recorder()
    const recorded = recordSentenceLosses(new Graph(recorder), this.#model, shape, 0)
    recorder.report(recorded.reports.rows!)
    const made = { program: await Program.build(this.#gpu, recorder), recorded }
    this.#programs.set(shape.length, made)
    return made
  }
}
