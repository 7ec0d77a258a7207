// A VQ-Sign training: clips in, their tokens in the words of a codebook, from which those that come are predicted.

import { Random } from '../../base/random.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { vqSignContent } from '../../checkpoint/vq_sign.js'
import { CodeReader } from '../../infer/code_reader.js'
import { tokenLengths } from '../../infer/sign_reader.js'
import { tokenPlaces } from '../../infer/sign_text_reader.js'
import { perplexity, usage } from '../../metrics/code_usage.js'
import { tokenRows, tokensOf } from '../../model/sign_rows.js'
import { CODEBOOK, type VqSignModel } from '../../model/vq_sign.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchPlan } from '../../train/batches.js'
import { predictionArrays } from '../../train/prediction_pairs.js'
import type { Scalars } from '../../train/run/logs.js'
import type { Signing } from '../../train/signing/signing.js'
import { SigningTraining } from '../../train/signing/signing_training.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, Validation } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import type { VqSignRunConfig } from './config.js'
import { type CodeScores, scoreCodes } from './evaluate.js'
import { codeLosses, recordCodeLosses } from './losses.js'
import { CodeRevival, type RevivalState } from './revival.js'

/** What one step did. */
export interface VqSignStep {
  readonly loss: number
  /** What of the loss is of predictions, and what of tokens and codes that are apart. */
  readonly prediction: number
  readonly quantisation: number
  /** Codes that tokens of the batch have, and how many codes, taken equally often, would be as hard to guess. */
  readonly codesUsed: number
  readonly perplexity: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

/** What is remembered of a step that is no part of its report. */
interface CodedStep {
  readonly usage: Float64Array
  readonly rows: Float32Array
}

export class VqSignTraining extends SigningTraining<VqSignModel, VqSignRunConfig, VqSignStep, CodeScores> {
  readonly #revival: CodeRevival
  readonly #coded = new WeakMap<VqSignStep, CodedStep>()
  #reader: CodeReader | undefined

  constructor(config: VqSignRunConfig, model: VqSignModel, signing: Signing) {
    super(config, model, signing)
    this.#revival = new CodeRevival({ codes: model.config.codes, width: model.config.width, seed: config.seed })
  }

  protected get signs() {
    return this.model.config
  }

  protected targetOf(): number {
    return 1
  }

  protected override targetIn(_: number, source: number): number {
    return tokenRows(source, this.signs)
  }

  record(graph: Graph, shape: BatchShape) {
    return recordCodeLosses(graph, this.model, shape, this.config.loss, this.recordSigns(graph, shape))
  }

  feedsOf(pass: readonly number[], batch: BatchPlan, { step }: { readonly step: number }): HostArrays {
    const { config } = this.model
    const { negatives, lambda, against } = this.config.loss
    const shape = { rows: pass.length, length: batch.source }
    const length = tokenRows(batch.source, config)
    const signs = this.framesOf(pass, batch)
    const lengths = tokenLengths(signs, config)
    const random = Random.for(this.config.seed, 'codes', step, pass[0]!)
    const scale = this.#share(batch)
    const other = otherRows(lengths, length, against === 'own-clip', random)
    return {
      ...signs,
      tokenAt: tokenPlaces(shape, config),
      share: Float32Array.of(this.#distanceShare(batch)),
      ...predictionArrays(lengths, { length, steps: config.steps, negatives, lambda, scale }, other),
      chosen: lengths.map((tokens) => random.below(tokens)),
      none: Uint32Array.of(0),
    }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): VqSignStep {
    const { commitment } = this.config.loss
    const losses = codeLosses(passes, { share: this.#distanceShare(batch), commitment })
    const times = usage(
      passes.flatMap(({ index }) => [...new Uint32Array(index!)]),
      this.model.config.codes,
    )
    const report = {
      loss: losses.prediction + losses.quantisation,
      ...losses,
      codesUsed: times.filter((count) => count > 0).length,
      perplexity: perplexity(times),
      frames: this.framesIn(batch),
    }
    const rows = Float32Array.from(passes.flatMap(({ row }) => [...new Float32Array(row!)]))
    this.#coded.set(report, { usage: times, rows })
    return report
  }

  override remember(_: BatchPlan, report: VqSignStep): void {
    const { usage: times, rows } = this.#coded.get(report)!
    if (this.config.revive) this.#revival.remember(times, rows)
  }

  override endEpoch(epoch: number): void {
    if (!this.config.revive) return
    const { region, shape } = this.model.weights.get(CODEBOOK).value
    const bytes = 4 * shape[1]!
    for (const { code, row } of this.#revival.revived(epoch))
      this.gpu.device.queue.writeBuffer(region!.buffer, region!.offset + code * bytes, row as Float32Array<ArrayBuffer>)
  }

  override scalarsOf({ prediction, quantisation, codesUsed, perplexity: hard }: VqSignStep): Scalars {
    return { prediction, quantisation, codesUsed, perplexity: hard }
  }

  override state(): object {
    return { revival: this.#revival.state() }
  }

  override restore(state?: { readonly revival?: RevivalState }): void {
    if (state?.revival) this.#revival.restore(state.revival)
  }

  async validate(): Promise<Validation<CodeScores>> {
    const { validate, loss, seed } = this.config
    const held = await this.signing.held(validate.clips)
    this.#reader ??= new CodeReader(this.gpu, this.model)
    return scoreCodes(await this.#reader.read(held), this.model.config, { ...loss, seed })
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await vqSignContent(this.model, state))
  }

  /** Reads the first clip that it validates with. */
  async use(): Promise<ModelUse> {
    const reader = new CodeReader(this.gpu, this.model)
    const clips = await this.signing.held(1)
    return { run: () => reader.read(clips), destroy: () => reader.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#reader?.destroy()
    await super.destroy()
  }

  /** What a token's squared distance counts, a mean over its numbers. */
  #distanceShare(batch: BatchPlan): number {
    return (this.config.loss.codebook * this.#share(batch)) / this.model.config.width
  }

  /** A token's share of the batch's losses: of as many tokens as its clips have where they are shown as they are. */
  #share({ examples }: BatchPlan): number {
    return 1 / examples.reduce((sum, i) => sum + tokensOf(this.signing.clips[i]!.frames, this.model.config), 0)
  }
}

/** Draws a row of another clip of the pass; or, as of a clip alone, another row of its own than the one that comes. */
function otherRows(lengths: Uint32Array, length: number, own: boolean, random: Random): (b: number, t: number, k: number) => number {
  const rows = [...lengths].flatMap((tokens, b) => Array.from({ length: tokens }, (_, t) => b * length + t))
  const before = [...lengths].map((_, b) => lengths.subarray(0, b).reduce((sum, tokens) => sum + tokens, 0))
  return (b, t, k) => {
    const tokens = lengths[b]!
    if (own || lengths.length === 1) return b * length + ((t + k + 2 + random.below(tokens - 1)) % tokens)
    const other = random.below(rows.length - tokens)
    return rows[other < before[b]! ? other : other + tokens]!
  }
}
