// The first half of every generation: texts in, the keys and values that the decoder's layers attend to out, once for all steps.

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

/** What of a model the encoder is made of. */
export type EncoderModel = Pick<Recording, 'weights' | 'config'> & { readonly positions: Tensor }

export interface EncoderOptions {
  /** Texts side by side. */
  readonly rows: number
  /** Tokens of each, padding included. */
  readonly length: number
  /** Records what is reported of the encoded texts beside. */
  readonly report?: ((recording: Recording, encoded: Tensor, lengths: Tensor) => Tensor) | undefined
}

/** Tokens that texts side by side are padded to. */
export const paddedLength = (texts: readonly Uint32Array[]): number => padded(Math.max(...texts.map((ids) => ids.length)))

/** An encoder recorded for texts of one shape. */
export class SourceEncoder {
  /** Each decoder layer's keys and values of the texts, [rows, length, 2 × width], in memory of the encoder's. */
  readonly memory: readonly Tensor[]
  /** u32 [rows]: tokens of each text. */
  readonly lengths: Tensor
  readonly #program: Program
  readonly #ids: Tensor

  private constructor(program: Program, { ids, lengths, memory }: { ids: Tensor; lengths: Tensor; memory: readonly Tensor[] }) {
    const placed = (tensor: Tensor): Tensor => ({ ...tensor, region: program.region(tensor) })
    this.memory = memory.map(placed)
    this.lengths = placed(lengths)
    this.#program = program
    this.#ids = ids
  }

  /** An encoder, and what `decoder` records to work on its output; the encoder is destroyed where that throws. */
  static async recordWith<D>(
    gpu: Gpu,
    { weights, config, positions }: EncoderModel,
    { rows, length, report }: EncoderOptions,
    decoder: (encoding: SourceEncoder) => Promise<D>,
  ): Promise<D & { readonly encoding: SourceEncoder }> {
    const recorder = new Recorder()
    const recording: Recording = { graph: new Graph(recorder), weights, config }
    const ids = recorder.feed('ids', [rows, length], 'u32')
    const lengths = recorder.feed('source_lengths', [rows], 'u32')
    const encoded = encode(recording, { ids }, lengths, positions)
    const memory = memoryCaches(recording, encoded).map((cache) => recorder.keep(cache))
    if (report) recorder.report(report(recording, encoded, lengths))
    const encoding = new SourceEncoder(await Program.build(gpu, recorder), { ids, lengths, memory })
    try {
      return { ...(await decoder(encoding)), encoding }
    } catch (error) {
      encoding.destroy()
      throw error
    }
  }

  /** Encodes texts, as many as it was recorded for; whatever is submitted later finds them encoded. */
  start(texts: readonly Uint32Array[]): Promise<PendingReports> {
    const [rows, length] = this.#ids.shape as [number, number]
    const ids = new Uint32Array(rows * length).fill(specialId.padding)
    for (const [r, text] of texts.entries()) ids.set(text, r * length)
    this.#program.write(this.#ids, ids)
    this.#program.write(
      this.lengths,
      Uint32Array.from(texts, (text) => text.length),
    )
    return this.#program.start()
  }

  destroy(): void {
    this.#program.destroy()
  }
}
