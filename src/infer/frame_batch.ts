// A batch of sentences on the GPU in which each row is at a frame of its own: a sentence is put into a row that is free while others go on, and taken out
// when it ends. Programs for few rows and for many work on the first rows of the same memory, so that few sentences cost little.

import { once } from '../base/once.js'
import type { Gpu } from '../device/gpu.js'
import { bytesOf, elements, SlotPool, type Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import type { PendingReports } from '../device/readback.js'
import type { LanguageGroup } from '../model/sign_model.js'
import { padded } from '../ops/parameter.js'
import { type EncodedSentences, endingRule, type FrameRows, firstInput, frameRows, recordFrame } from './frame_program.js'
import { lengthsOf } from './sentence_tokens.js'
import { SourceEncoder, tokenReader } from './source_encoder.js'

/** Rows of the smallest program. Fewer would take other kernels, whose sums are rounded otherwise: what a sentence gives would depend on how many there are. */
export const LEAST_ROWS = 4

export class FrameBatch {
  readonly rows: number
  readonly #gpu: Gpu
  readonly #group: LanguageGroup
  readonly #buffers: GPUBuffer[] = []
  readonly #frames: FrameRows
  readonly #sentences: EncodedSentences
  readonly #first: Float32Array
  readonly #encoders = new Map<string, Promise<SourceEncoder>>()
  /** By the rows that they run. */
  readonly #programs: readonly Program[]
  readonly #pool: SlotPool

  private constructor(gpu: Gpu, group: LanguageGroup, parts: BatchParts & { readonly programs: readonly Program[] }) {
    this.rows = parts.rows
    this.#gpu = gpu
    this.#group = group
    this.#buffers = parts.buffers
    this.#frames = parts.frames
    this.#sentences = parts.sentences
    this.#first = firstInput(group)
    this.#programs = parts.programs
    this.#pool = parts.pool
    for (let row = 0; row < this.rows; row++) this.rest(row)
  }

  /** Records a batch of so many rows, of whose frames the last `kept` are read. Throws ERR_DEVICE for what the adapter cannot hold. */
  static async record(
    gpu: Gpu,
    group: LanguageGroup,
    { rows, kept }: { readonly rows: number; readonly kept: number },
  ): Promise<FrameBatch> {
    const parts = batchParts(gpu, group, rows, kept)
    const programs: Program[] = []
    try {
      for (const count of programSizes(rows)) {
        const recorder = new Recorder()
        recordFrame(recorder, group, firstRows(parts.frames, count), firstSentences(parts.sentences, count))
        programs.push(await Program.build(gpu, recorder, parts.pool))
      }
      return new FrameBatch(gpu, group, { ...parts, programs })
    } catch (error) {
      for (const program of programs) program.destroy()
      freeParts(parts)
      throw error
    }
  }

  /** What encodes a sentence of so many tokens; recorded once for each of a few lengths. */
  encoderFor(tokens: number): Promise<SourceEncoder> {
    const length = encodedLength(tokens, this.#group.config.maxTokens)
    return once(this.#encoders, String(length), () => {
      const recorded = SourceEncoder.recordWith(
        this.#gpu,
        tokenReader(this.#group),
        { rows: 1, length, beside: lengthsOf(this.#group) },
        async () => ({}),
      ).then(({ encoding }) => encoding)
      recorded.catch(() => this.#encoders.delete(String(length)))
      return recorded
    })
  }

  /** Encodes a sentence into a row, which rests until it is begun. One at a time: the encoder's own memory is used on the way. */
  async encode(encoder: SourceEncoder, row: number, tokens: Uint32Array): Promise<PendingReports> {
    const reports = await encoder.start([tokens])
    const commands = this.#gpu.device.createCommandEncoder()
    const { memory, kept } = this.#sentences
    encoder.memory.forEach((from, i) => {
      copyRow(commands, from, memory[i]!, row)
    })
    for (const [name, from] of Object.entries(encoder.kept)) copyRow(commands, from, kept[name]!, row)
    this.#gpu.device.queue.submit([commands.finish()])
    this.#write(this.#sentences.lengths, row, Uint32Array.of(tokens.length))
    return reports
  }

  /** Begins the sentence in a row at its first frame, of so many where they are known. */
  begin(row: number, frames: number | undefined): void {
    const { frame, lengths, done, policy } = this.#frames
    this.#write(frame, row, this.#first)
    this.#write(policy, row, Float32Array.from(endingRule(this.#group, frames)))
    this.#write(lengths, row, Uint32Array.of(0))
    this.#write(done, row, Uint32Array.of(0))
  }

  /** Lets a row rest: no frame of it is made, and what is computed of it with the others is as little as can be. */
  rest(row: number): void {
    this.#write(this.#frames.lengths, row, Uint32Array.of(0))
    this.#write(this.#frames.done, row, Uint32Array.of(1))
    this.#write(this.#sentences.lengths, row, Uint32Array.of(0))
  }

  /** Makes so many frames, at most `kept`, of the first `used` rows. Reports done and the kept frames of each. */
  start(used: number, frames: number): Promise<PendingReports> {
    const at = programSizes(this.rows).findIndex((size) => size >= used)
    return this.#programs[at]!.start({ times: frames })
  }

  destroy(): void {
    for (const program of this.#programs) program.destroy()
    for (const recorded of this.#encoders.values()) void recorded.then((encoder) => encoder.destroy()).catch(() => undefined)
    this.#encoders.clear()
    freeParts({ buffers: this.#buffers, pool: this.#pool })
  }

  #write({ region, shape }: Tensor, row: number, data: Float32Array | Uint32Array): void {
    const bytes = region!.bytes / shape[0]!
    this.#gpu.device.queue.writeBuffer(region!.buffer, row * bytes, data as Float32Array<ArrayBuffer>)
  }
}

/** Rows that a batch of at most `rows` may have: as many as an adapter can bind of a model's largest cache, in fours. */
export function rowsThatFit(gpu: Gpu, { config }: Pick<LanguageGroup, 'config'>, rows: number): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits
  const largest = 8 * config.width * Math.max(config.maxFrames, padded(config.maxTokens))
  const most = Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / largest)
  return Math.max(LEAST_ROWS, Math.min(padded(rows), most - (most % LEAST_ROWS)))
}

/** Rows of each program: each twice as many as the one before, up to all. */
export function programSizes(rows: number): number[] {
  const sizes: number[] = []
  for (let size = LEAST_ROWS; size < rows; size *= 2) sizes.push(size)
  return [...sizes, rows]
}

/** Tokens that a sentence is padded to: a power of two, so that few encoders do for all, and no more than the model reads. */
function encodedLength(tokens: number, maxTokens: number): number {
  let length = LEAST_TOKENS
  while (length < tokens) length *= 2
  return Math.min(length, padded(maxTokens))
}
const LEAST_TOKENS = 8

interface BatchParts {
  readonly rows: number
  readonly buffers: GPUBuffer[]
  readonly frames: FrameRows
  readonly sentences: EncodedSentences
  readonly pool: SlotPool
}

/** The memory of all rows. */
function batchParts(gpu: Gpu, group: LanguageGroup, rows: number, kept: number): BatchParts {
  const { config } = group
  const buffers: GPUBuffer[] = []
  const make = (name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor => {
    const bytes = 4 * elements([rows, ...shape])
    const buffer = gpu.buffer(bytes, `batch ${name}`)
    buffers.push(buffer)
    return { name, shape: [rows, ...shape], dtype, region: { buffer, offset: 0, bytes } }
  }
  const tokens = padded(config.maxTokens)
  try {
    const frames = frameRows(config, kept, make)
    const sentences: EncodedSentences = {
      memory: Array.from({ length: config.decoderLayers }, (_, i) => make(`memory.${i}`, [tokens, 2 * config.width])),
      lengths: make('source_lengths', [], 'u32'),
      kept: config.durations ? { features: make('features', [tokens, config.width]), spans: make('spans', [tokens, 2]) } : {},
    }
    return { rows, buffers, frames, sentences, pool: new SlotPool(gpu) }
  } catch (error) {
    for (const buffer of buffers) buffer.destroy()
    throw error
  }
}

function freeParts({ buffers, pool }: Pick<BatchParts, 'buffers' | 'pool'>): void {
  for (const buffer of buffers) buffer.destroy()
  pool.destroy()
}

/** The first rows of a tensor of rows. */
function first(tensor: Tensor, count: number): Tensor {
  const shape = [count, ...tensor.shape.slice(1)]
  return { ...tensor, shape, region: { ...tensor.region!, bytes: bytesOf({ ...tensor, shape }) } }
}

function firstRows({ frame, lengths, done, policy, frames, past }: FrameRows, count: number): FrameRows {
  const of = (tensor: Tensor) => first(tensor, count)
  return { frame: of(frame), lengths: of(lengths), done: of(done), policy: of(policy), frames: of(frames), past: past.map(of) }
}

function firstSentences({ memory, lengths, kept }: EncodedSentences, count: number): EncodedSentences {
  const of = (tensor: Tensor) => first(tensor, count)
  return {
    memory: memory.map(of),
    lengths: of(lengths),
    kept: Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, of(tensor)])),
  }
}

/** Copies what an encoder made of one sentence, [1, tokens, …], to the beginning of a row. */
function copyRow(commands: GPUCommandEncoder, from: Tensor, to: Tensor, row: number): void {
  const { buffer, offset } = from.region!
  commands.copyBufferToBuffer(buffer, offset, to.region!.buffer, (row * to.region!.bytes) / to.shape[0]!, bytesOf(from))
}
