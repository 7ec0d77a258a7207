// Sentences of any lengths through a language model, those of like length side by side.

import type { Gpu } from '../../device/gpu.js'
import type { Tensor } from '../../device/memory.js'
import { Program, Recorder } from '../../device/program.js'
import type { LanguageModel } from '../../model/language_model.js'
import { Graph } from '../../ops/graph.js'
import { type SentenceArrays, type SentenceShape, sentenceArrays } from './batch.js'

/** Sentences read side by side. */
const BATCH = 32
/** Padded lengths are a multiple of this. */
const BUCKET = 8

/** A batch as recorded: what is written of `sentenceArrays`, by name, and what is read. */
export interface RecordedSentences {
  readonly feeds: Readonly<Partial<Record<keyof SentenceArrays, Tensor>>>
  readonly report: Tensor
}

/** What was read of a batch, and where its sentences are among those given. */
export interface ReadSentences extends SentenceShape {
  readonly values: Float32Array
  readonly places: readonly number[]
}

/** Keeps what it recorded for the next time. */
export class SentenceBatches {
  readonly #gpu: Gpu
  readonly #model: LanguageModel
  readonly #record: (graph: Graph, shape: SentenceShape) => RecordedSentences
  readonly #programs = new Map<number, { readonly program: Program; readonly feeds: RecordedSentences['feeds'] }>()

  constructor(gpu: Gpu, model: LanguageModel, record: (graph: Graph, shape: SentenceShape) => RecordedSentences) {
    this.#gpu = gpu
    this.#model = model
    this.#record = record
  }

  /** Reads sentences as ids, each with the closing one; the shortest come first. */
  async *read(sentences: readonly Uint32Array[]): AsyncGenerator<ReadSentences> {
    const order = sentences.map((_, place) => place).sort((a, b) => sentences[a]!.length - sentences[b]!.length)
    for (let first = 0; first < order.length; first += BATCH) {
      const places = order.slice(first, first + BATCH)
      const shape = { batch: BATCH, length: Math.ceil(sentences[places.at(-1)!]!.length / BUCKET) * BUCKET }
      const { program, feeds } = await this.#recorded(shape)
      const none = new Array<Uint32Array>(BATCH - places.length).fill(new Uint32Array())
      const arrays = sentenceArrays([...places.map((place) => sentences[place]!), ...none], shape, this.#model.config)
      for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrays[name as keyof SentenceArrays])
      const [values] = await program.run()
      yield { ...shape, places, values: new Float32Array(values!) }
    }
  }

  /** Idempotent. */
  destroy(): void {
    for (const { program } of this.#programs.values()) program.destroy()
    this.#programs.clear()
  }

  async #recorded(shape: SentenceShape) {
    const known = this.#programs.get(shape.length)
    if (known) return known
    const recorder = new Recorder()
    const { feeds, report } = this.#record(new Graph(recorder), shape)
    recorder.report(report)
    const made = { program: await Program.build(this.#gpu, recorder), feeds }
    this.#programs.set(shape.length, made)
    return made
  }
}
