// The decoder of tokens as a program: the most likely token a step, or the best of several beams in two.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { beamReorder } from '../kernels/beam_reorder.js'
import { beamStep } from '../kernels/beam_step.js'
import { nextToken } from '../kernels/next_token.js'
import { type DecodeTokenInputs, decodeGlossToken, type GlossModel } from '../model/text_to_gloss.js'
import type { Recording } from '../nn/recording.js'
import { Graph } from '../ops/graph.js'
import type { TopLogProbs } from '../ops/top_log_probs.js'
import { specialId } from '../text/vocabulary.js'
import type { SourceEncoder } from './source_encoder.js'

/** The score of a beam that does not exist yet. */
export const NO_BEAM = -1e30

export interface TokenShape {
  /** Prompts side by side. */
  readonly batch: number
  /** Beams of each; 1 is greedy. */
  readonly beams: number
  /** Most tokens. */
  readonly limit: number
}

/** What was read. */
type Memory = Pick<SourceEncoder, 'memory' | 'lengths'>

/** What of a model writes tokens. */
export interface TokenWriter extends Pick<Recording, 'weights' | 'config'> {
  /** Features a position. */
  readonly width: number
  /** Tokens there are. */
  readonly classes: number
  /** Records one token more: logits [1, rows, classes rounded up to 4], or what `top` reads. */
  step(recording: Recording, inputs: TokenStep): Tensor
  /** Records the most likely tokens after each row of what `step` gives; default those of logits. Of a writer that has its own, for BeamDecoder alone. */
  top?(recording: Recording, x: Tensor, options: { readonly k: number; readonly into?: TopLogProbs }): TopLogProbs
}

/** What a token follows from: the last ones, [1, rows], how many there are, and what was read. */
export type TokenStep = Omit<DecodeTokenInputs, 'positions' | 'noPosition'>

/** A text-to-gloss model as one. */
export function glossTokens({ weights, config, gloss, positions, noPosition }: GlossModel): TokenWriter {
  const step: TokenWriter['step'] = (recording, inputs) => decodeGlossToken(recording, { ...inputs, positions, noPosition })
  return { weights, config, width: config.width, classes: gloss.size, step }
}

interface TokenFeeds {
  readonly token: Tensor
  readonly lengths: Tensor
  readonly done: Tensor
  readonly scores?: Tensor
  readonly finished?: Tensor
}

/**
 * A decoder recorded for one shape, on the output of an encoder with a row for every beam. Greedy, it reports done [batch], tokens [batch, limit] and the latest
 * logits; with beams done, trail [batch, limit, beams, (parent, token)], scores and finished [batch × beams].
 */
export class TokenProgram {
  /** Tokens that a run makes. */
  readonly stride: number
  readonly #program: Program
  readonly #feeds: TokenFeeds
  readonly #beams: number

  private constructor(program: Program, feeds: TokenFeeds, beams: number) {
    this.stride = beams === 1 ? 1 : 2
    this.#program = program
    this.#feeds = feeds
    this.#beams = beams
  }

  static async record<Item>(gpu: Gpu, writer: TokenWriter, shape: TokenShape, encoding: SourceEncoder<Item>): Promise<TokenProgram> {
    const recorder = new Recorder()
    const rows = shape.batch * shape.beams
    const recording = { graph: new Graph(recorder), weights: writer.weights, config: writer.config }
    const token = recorder.feed('token', [1, rows], 'u32')
    const lengths = recorder.feed('lengths', [rows], 'u32')
    const done = recorder.feed('done', [shape.batch], 'u32')
    const record = shape.beams === 1 ? recordGreedy : recordBeams
    const feeds = record(recording, writer, shape, { token, lengths, done }, encoding)
    return new TokenProgram(await Program.build(gpu, recorder), feeds, shape.beams)
  }

  /** Puts every prompt at its beginning. */
  restart(): void {
    const { token, lengths, done, scores, finished } = this.#feeds
    const rows = lengths.shape[0]!
    this.#program.write(token, new Uint32Array(rows).fill(specialId.start))
    this.#program.write(lengths, new Uint32Array(rows))
    this.#program.write(done, new Uint32Array(done.shape[0]!))
    if (finished) this.#program.write(finished, new Uint32Array(rows))
    const firstOnly = Float32Array.from({ length: rows }, (_, r) => (r % this.#beams === 0 ? 0 : NO_BEAM))
    if (scores) this.#program.write(scores, firstOnly)
  }

  start: Program['start'] = (options) => this.#program.start(options)

  destroy(): void {
    this.#program.destroy()
  }
}

function recordGreedy(recording: Recording, writer: TokenWriter, { batch, limit }: TokenShape, feeds: TokenFeeds, encoding: Memory) {
  const { recorder } = recording.graph
  const { token, lengths, done } = feeds
  const past = caches(recorder, writer, batch, limit, 'past')
  const tokens = recorder.keep(recorder.tensor('tokens', [batch, limit], 'u32'))
  const logits = logitsOf(recording, writer, feeds, past, encoding)
  recorder.run(nextToken, { logits, lengths, done, input: token, tokens }, { batch, ...sizesOf(writer, logits, limit) })
  for (const tensor of [done, tokens, logits]) recorder.report(tensor)
  return feeds
}

/** Two steps a run: the beams' pasts are put in order from one set of caches into the other, and back. */
function recordBeams(recording: Recording, writer: TokenWriter, { batch, beams, limit }: TokenShape, feeds: TokenFeeds, encoding: Memory) {
  const { recorder } = recording.graph
  const { token, lengths, done } = feeds
  const rows = batch * beams
  const scores = recorder.feed('scores', [rows])
  const finished = recorder.feed('finished', [rows], 'u32')
  const parent = recorder.keep(recorder.tensor('parent', [rows], 'u32'))
  const trail = recorder.keep(recorder.tensor('trail', [batch, limit, beams, 2], 'u32'))
  const [even, odd] = ['even', 'odd'].map((name) => caches(recorder, writer, rows, limit, name)) as [Tensor[], Tensor[]]
  for (const [past, next] of [
    [even, odd],
    [odd, even],
  ] as const) {
    const logits = logitsOf(recording, writer, feeds, past, encoding)
    const size = { batch, beams, ...sizesOf(writer, logits, limit) }
    recorder.run(beamStep, { logits, scores, finished, input: token, parent, trail, lengths, done }, size)
    past.forEach((cache, i) => {
      const width = 2 * writer.width
      recorder.run(beamReorder, { x: cache, parent, lengths, y: next[i]! }, { rows, beams, capacity: limit, width })
    })
  }
  for (const tensor of [done, trail, scores, finished]) recorder.report(tensor)
  return { ...feeds, scores, finished }
}

function logitsOf(recording: Recording, writer: TokenWriter, { token, lengths }: TokenFeeds, past: Tensor[], encoding: Memory): Tensor {
  const { memory, lengths: memoryLengths } = encoding
  return writer.step(recording, { token, lengths, past, memory, memoryLengths })
}

const sizesOf = ({ classes }: TokenWriter, logits: Tensor, capacity: number) => ({
  classes,
  stride: logits.shape.at(-1)!,
  capacity,
  end: specialId.end,
})

function caches(recorder: Recorder, { config, width }: TokenWriter, rows: number, capacity: number, name: string): Tensor[] {
  const cache = (i: number) => recorder.keep(recorder.tensor(`${name}.${i}`, [rows, capacity, 2 * width]))
  return Array.from({ length: config.decoderLayers }, (_, i) => cache(i))
}
