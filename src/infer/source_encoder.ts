// The first half of every use of a model: what is read goes in, the keys and values that the decoder's layers attend to come out, once for all steps.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import { encode } from '../model/text_to_pose.js'
import { memoryCaches } from '../nn/decoder.js'
import type { Recording } from '../nn/recording.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import { specialId } from '../text/vocabulary.js'

export interface EncoderShape {
  /** Items side by side. */
  readonly rows: number
  /** Tokens or frames of each, padding included. */
  readonly length: number
}

/** What a model reads, and how. */
export interface SourceReader<Item> extends Pick<Recording, 'weights' | 'config'> {
  /** Records the encoder: what is written before it runs, the items' lengths u32 [rows] among it, and the features [rows, length, width] it makes. */
  record(
    recording: Recording,
    shape: EncoderShape,
  ): { readonly feeds: Readonly<Record<string, Tensor>>; readonly lengths: Tensor; readonly encoded: Tensor }
  /** Records each decoder layer's keys and values of the features, [rows, length, 2 × width], as many as lengths u32 [rows] says; default those of `decoder`. */
  readonly caches?: (recording: Recording, encoded: Tensor, lengths: Tensor) => Tensor[]
  /** What is written for some items, by the names of the feeds. */
  lay(items: readonly Item[], shape: EncoderShape): Readonly<Record<string, Float32Array | Uint32Array>>
}

export interface EncoderOptions extends EncoderShape {
  /** Records what else is made of the encoded items. */
  readonly beside?: ((recording: Recording, encoded: Tensor, lengths: Tensor) => Beside) | undefined
}

/** What is made of encoded items beside the memory that a decoder attends to. */
export interface Beside {
  /** What the host is told. */
  readonly reports?: readonly Tensor[]
  /** What a decoder reads, by name. */
  readonly kept?: Readonly<Record<string, Tensor>>
}

/** Tokens that texts side by side are padded to. */
export const paddedLength = (texts: readonly Uint32Array[]): number => padded(Math.max(...texts.map((ids) => ids.length)))

/** A reader of tokens. positions [maxTokens, D]. */
export function tokenReader(model: Pick<Recording, 'weights' | 'config'> & { readonly positions: Tensor }): SourceReader<Uint32Array> {
  const { weights, config, positions } = model
  return {
    weights,
    config,
    record(recording, { rows, length }) {
      const { recorder } = recording.graph
      const ids = recorder.feed('ids', [rows, length], 'u32')
      const lengths = recorder.feed('source_lengths', [rows], 'u32')
      return { feeds: { ids, lengths }, lengths, encoded: encode(recording, { ids }, lengths, positions) }
    },
    lay(texts, { rows, length }) {
      const ids = new Uint32Array(rows * length).fill(specialId.padding)
      for (const [r, text] of texts.entries()) ids.set(text, r * length)
      return { ids, lengths: Uint32Array.from(texts, (text) => text.length) }
    },
  }
}

/** An encoder recorded for items of one shape. */
export class SourceEncoder<Item = Uint32Array> {
  /** Each decoder layer's keys and values of the items, [rows, length, 2 × width], in memory of the encoder's. */
  readonly memory: readonly Tensor[]
  /** u32 [rows]: how much of each item counts. */
  readonly lengths: Tensor
  /** What else was kept of them, by name. */
  readonly kept: Readonly<Record<string, Tensor>>
  readonly #program: Program
  readonly #reader: SourceReader<Item>
  readonly #shape: EncoderShape
  readonly #feeds: Readonly<Record<string, Tensor>>

  private constructor(
    program: Program,
    reader: SourceReader<Item>,
    shape: EncoderShape,
    {
      feeds,
      lengths,
      memory,
      kept,
    }: { feeds: Readonly<Record<string, Tensor>>; lengths: Tensor; memory: readonly Tensor[]; kept: Readonly<Record<string, Tensor>> },
  ) {
    const placed = (tensor: Tensor): Tensor => ({ ...tensor, region: program.region(tensor) })
    this.memory = memory.map(placed)
    this.lengths = placed(lengths)
    this.kept = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, placed(tensor)]))
    this.#program = program
    this.#reader = reader
    this.#shape = shape
    this.#feeds = feeds
  }

  /** An encoder, and what `decoder` records to work on its output; the encoder is destroyed where that throws. */
  static async recordWith<Item, D>(
    gpu: Gpu,
    reader: SourceReader<Item>,
    { beside, ...shape }: EncoderOptions,
    decoder: (encoding: SourceEncoder<Item>) => Promise<D>,
  ): Promise<D & { readonly encoding: SourceEncoder<Item> }> {
    const recorder = new Recorder()
    const { weights, config } = reader
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const { feeds, lengths, encoded } = reader.record(recording, shape)
    const memory = (reader.caches ?? memoryCaches)(recording, encoded, lengths).map((cache) => recorder.keep(cache))
    const { reports = [], kept = {} } = beside?.(recording, encoded, lengths) ?? {}
    for (const tensor of reports) recorder.report(tensor)
    for (const tensor of Object.values(kept)) recorder.keep(tensor)
    const encoding = new SourceEncoder(await Program.build(gpu, recorder), reader, shape, { feeds, lengths, memory, kept })
    try {
      return { ...(await decoder(encoding)), encoding }
    } catch (error) {
      encoding.destroy()
      throw error
    }
  }

  /** Encodes items, as many as it was recorded for; whatever is submitted later finds them encoded. */
  start(items: readonly Item[]): Promise<PendingReports> {
    const arrays = this.#reader.lay(items, this.#shape)
    for (const [name, tensor] of Object.entries(this.#feeds)) this.#program.write(tensor, arrays[name]!)
    return this.#program.start()
  }

  destroy(): void {
    this.#program.destroy()
  }
}
