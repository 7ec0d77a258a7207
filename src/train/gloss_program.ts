// One training step of text to gloss as one recorded program.

import type { Gpu } from '../device/gpu.js'
import type { SlotPool, Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { invertIds } from '../kernels/embedding.js'
import { decodeGloss, type GlossModel } from '../model/text_to_gloss.js'
import { encode } from '../model/text_to_pose.js'
import type { Recording } from '../nn/recording.js'
import { crossEntropy } from '../ops/cross_entropy.js'
import { Graph } from '../ops/graph.js'
import { specialId } from '../text/vocabulary.js'
import { type LossScale, readLossScale } from './loss_scale.js'
import type { PendingReport } from './pending_step.js'
import { recordHalves, recordUpdate, type UpdateOptions } from './update.js'

/** A prompt and its gloss as ids, each with the closing token. */
export interface GlossPair {
  readonly source: Uint32Array
  readonly gloss: Uint32Array
}

export interface GlossShape {
  readonly batch: number
  /** Padded tokens on either side. */
  readonly source: number
  readonly gloss: number
}

export interface GlossOptions extends UpdateOptions {
  /** Share of the goal that is spread over the vocabulary. */
  readonly smoothing: number
}

const names = [
  'ids',
  'uniqueIds',
  'starts',
  'order',
  'sourceLengths',
  'given',
  'givenUniqueIds',
  'givenStarts',
  'givenOrder',
  'glossLengths',
  'goal',
  'coefficient',
] as const
type Name = (typeof names)[number]
type GlossArrays = Readonly<Record<Exclude<Name, 'coefficient'>, Uint32Array>> & { readonly coefficient: Float32Array }
type Feeds = Readonly<Record<Name | 'seed' | 'hyper', Tensor>>

/** Lays out a batch. The decoder starts from `<s>` and is to predict each token of the gloss, the closing one last. */
export function glossArrays(pairs: readonly GlossPair[], shape: GlossShape): GlossArrays {
  const { batch, source: sourceLength, gloss: glossLength } = shape
  const ids = new Uint32Array(batch * sourceLength).fill(specialId.padding)
  const given = new Uint32Array(batch * glossLength).fill(specialId.padding)
  const goal = new Uint32Array(batch * glossLength).fill(specialId.padding)
  const counted = pairs.reduce((sum, { gloss }) => sum + gloss.length, 0)
  pairs.forEach(({ source, gloss }, b) => {
    ids.set(source, b * sourceLength)
    given.set([specialId.start, ...gloss.subarray(0, -1)], b * glossLength)
    goal.set(gloss, b * glossLength)
  })
  const sourceInverse = invertIds(ids, specialId.padding)
  const givenInverse = invertIds(given, specialId.padding)
  return {
    ids,
    ...sourceInverse,
    sourceLengths: Uint32Array.from(pairs, ({ source }) => source.length),
    given,
    givenUniqueIds: givenInverse.uniqueIds,
    givenStarts: givenInverse.starts,
    givenOrder: givenInverse.order,
    glossLengths: Uint32Array.from(pairs, ({ gloss }) => gloss.length),
    goal,
    coefficient: Float32Array.from(goal, (id) => (id === specialId.padding ? 0 : 1 / counted)),
  }
}

export interface GlossReport {
  /** Mean over the batch's tokens. */
  readonly loss: number
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number
  /** In f16. */
  readonly lossScale: LossScale | undefined
}

/** The step, recorded for one shape of batch. */
export class GlossProgram {
  readonly program: Program
  readonly #feeds: Feeds
  readonly #grads: readonly GPUBuffer[]

  private constructor(program: Program, feeds: Feeds, grads: readonly GPUBuffer[]) {
    this.program = program
    this.#feeds = feeds
    this.#grads = grads
  }

  static async record(gpu: Gpu, model: GlossModel, shape: GlossShape, options: GlossOptions, pool?: SlotPool): Promise<GlossProgram> {
    const { batch, source, gloss } = shape
    const recorder = new Recorder()
    const [sourceRows, givenRows] = [batch * source, batch * gloss]
    const feeds = {
      ids: recorder.feed('ids', [batch, source], 'u32'),
      uniqueIds: recorder.feed('unique_ids', [sourceRows], 'u32'),
      starts: recorder.feed('starts', [sourceRows + 1], 'u32'),
      order: recorder.feed('order', [sourceRows], 'u32'),
      sourceLengths: recorder.feed('source_lengths', [batch], 'u32'),
      given: recorder.feed('given', [batch, gloss], 'u32'),
      givenUniqueIds: recorder.feed('given_unique_ids', [givenRows], 'u32'),
      givenStarts: recorder.feed('given_starts', [givenRows + 1], 'u32'),
      givenOrder: recorder.feed('given_order', [givenRows], 'u32'),
      glossLengths: recorder.feed('gloss_lengths', [batch], 'u32'),
      goal: recorder.feed('goal', [givenRows], 'u32'),
      coefficient: recorder.feed('coefficient', [givenRows]),
      seed: recorder.feed('seed', [4], 'u32'),
      hyper: recorder.feed('hyper', [8]),
    }
    const { weights, config, positions } = model
    recorder.scope('halves', () => recordHalves(recorder, weights))
    const { dummy, scaling } = weights
    const graph = new Graph(recorder, { training: { seed: feeds.seed, dummy, scaling } })
    const recording: Recording = { graph, weights, config }
    const { uniqueIds, starts, order, givenUniqueIds, givenStarts, givenOrder } = feeds
    const memory = encode(recording, { ids: feeds.ids, inverse: { uniqueIds, starts, order } }, feeds.sourceLengths, positions)
    const given = { ids: feeds.given, inverse: { uniqueIds: givenUniqueIds, starts: givenStarts, order: givenOrder } }
    const logits = decodeGloss(recording, given, feeds.glossLengths, positions, memory, feeds.sourceLengths)
    const result = recorder.scope('loss', () =>
      crossEntropy(graph, logits, feeds, { classes: model.gloss.size, ignored: specialId.padding, smoothing: options.smoothing }),
    )
    graph.backward()
    const clip = recorder.scope('update', () => recordUpdate(recorder, weights, feeds.hyper, options))
    recorder.report(result)
    recorder.report(clip)
    if (scaling) recorder.report(scaling)
    return new GlossProgram(await Program.build(gpu, recorder, pool), feeds, weights.grads!.buffers)
  }

  /** Runs the step and waits for its report. */
  async run(arrays: GlossArrays, seed: Uint32Array, hyper: readonly number[]): Promise<GlossReport> {
    return (await this.start(arrays, seed, hyper)).read()
  }

  /** Submits the step, behind whatever runs. */
  async start(arrays: GlossArrays, seed: Uint32Array, hyper: readonly number[]): Promise<PendingReport<GlossReport>> {
    for (const name of names) this.program.write(this.#feeds[name], arrays[name])
    this.program.write(this.#feeds.seed, seed)
    this.program.write(
      this.#feeds.hyper,
      Float32Array.from({ length: 8 }, (_, i) => hyper[i] ?? 0),
    )
    const reports = await this.program.start({ clear: this.#grads })
    return { read: async () => glossReport(await reports.read(), arrays.coefficient) }
  }

  destroy(): void {
    this.program.destroy()
  }
}

function glossReport([result, clip, scaling]: readonly ArrayBuffer[], coefficient: Float32Array): GlossReport {
  const rows = new Float32Array(result!)
  const loss = coefficient.reduce((sum, share, r) => sum + (share > 0 ? share * rows[2 * r]! : 0), 0)
  return { loss, gradientNorm: new Float32Array(clip!)[0]!, lossScale: readLossScale(scaling) }
}
