// A text-to-pose training: one group of parameters a language, clips drawn by the Priority Learning Channel, noise as large as the model's
// own errors.

import { Random } from '../../base/random.js'
import { savePoseCheckpoint } from '../../checkpoint/file.js'
import type { Gpu } from '../../device/gpu.js'
import { Generator } from '../../infer/generator.js'
import { inputNumbers, outputNumbers } from '../../model/config.js'
import type { LanguageGroup, SignModel } from '../../model/sign_model.js'
import type { Graph } from '../../ops/graph.js'
import { padded } from '../../ops/parameter.js'
import { lineFor } from '../../text/language_mark.js'
import { type BatchPlan, type GroupSizes, planGroups } from '../../train/batches.js'
import type { Scalars } from '../../train/run/logs.js'
import type { BatchShape, HostArrays, ModelUse, PassReports, TrainedGroup, Training, Validation } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { augments, drawVariation, mostFrames, type Variation, varied } from './augment.js'
import { batchArrays, type Sample } from './batch.js'
import { BatchMemory } from './batch_memory.js'
import type { RunConfig } from './config.js'
import type { LanguageData } from './data.js'
import { ErrorRecord, type SavedErrors } from './error_record.js'
import { type Validated, validate } from './evaluate.js'
import { drawGroups, type Examples, inMemory, numbersOf } from './examples.js'
import { FetchedSamples } from './fetched_samples.js'
import {
  type PoseLossOptions,
  type PoseLossReport,
  poseLossReport,
  type RewardOptions,
  recordPoseLosses,
  type StepArrays,
  unitsOf,
} from './losses.js'
import { pointWeighing } from './point_weights.js'
import { drawEpoch, drawsClips, type EpochDraw, skipRates } from './priority.js'
import { shareAt } from './sampling.js'
import { StoredExamples } from './stored_examples.js'

/** What one step did. */
export interface PoseStep extends PoseLossReport {
  readonly language: string
  /** Real frames of the batch, padding not counted. */
  readonly frames: number
}

/** What is remembered between steps, as plain JSON. */
export interface PoseMemory {
  readonly errors: Readonly<Record<string, SavedErrors>>
  /** What the Priority Learning Channel drew for this epoch, by language; null where it draws nothing. */
  readonly drawn: Readonly<Record<string, EpochDraw>> | null
}

/** Frames of the sentence that stands for the model's work. */
const USED_FRAMES = 64

export class PoseTraining implements Training<PoseStep, Validated> {
  readonly config: RunConfig
  readonly model: SignModel
  readonly data: readonly LanguageData[]
  readonly #errors = new Map<string, ErrorRecord>()
  #drawn: ReadonlyMap<string, EpochDraw> | null = null
  readonly #examples = new Map<string, Examples>()
  readonly #fetched = new FetchedSamples()
  readonly #memory = new BatchMemory()
  /** The epoch last planned: its batches are all read before the next is. */
  #epoch = 0

  constructor(config: RunConfig, model: SignModel, data: readonly LanguageData[]) {
    this.config = config
    this.model = model
    this.data = data
    for (const { language, train, stored } of data) {
      const examples = stored ?? inMemory(train)
      this.#examples.set(language, examples)
      const followed = drawsClips(config.learning.mode) ? examples.length : 0
      this.#errors.set(language, new ErrorRecord(padded(outputNumbers(model.group(language).config)), followed))
    }
  }

  get gpu(): Gpu {
    return this.model.gpu
  }

  get groups(): readonly TrainedGroup[] {
    return this.model.groups.map(trainedGroup)
  }

  get examples(): number {
    return [...this.#examples.values()].reduce((sum, { length }) => sum + length, 0)
  }

  check(): void {
    this.model.check()
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    const { batch, seed, augment } = this.config
    this.#epoch = epoch
    const sizes = [...this.#examples].map(([group, examples]): [string, GroupSizes] => {
      const { maxFrames } = this.model.group(group).config
      return [
        group,
        {
          length: examples.length,
          // Padded for the most frames that a clip may be given: the shapes stay the same from epoch to epoch.
          target: (example) => mostFrames(examples.frames(example), augment, maxFrames),
          source: (example) => examples.tokens(example),
        },
      ]
    })
    return planGroups(new Map(sizes), { ...batch, seed, epoch, drawn: this.#visited(epoch) })
  }

  nameOf(language: string, example: number): string {
    return this.#examples.get(language)!.name(example)
  }

  record(graph: Graph, { group, ...shape }: BatchShape) {
    return recordPoseLosses(graph, this.model.group(group), shape, lossOptions(this.config))
  }

  async prepare(batch: BatchPlan): Promise<void> {
    const examples = this.#examples.get(batch.group)!
    if (examples instanceof StoredExamples) await this.#fetched.fetch(batch, examples)
  }

  feedsOf(pass: readonly number[], batch: BatchPlan, { step }: { readonly step: number }): HostArrays {
    const { loss, noise, sampling } = this.config
    const group = this.model.group(batch.group)
    const samples = pass.map((i) => this.#shown(batch, i))
    const shape = { batch: pass.length, target: batch.target, source: batch.source }
    const { sigma, medianError } = this.#errors.get(batch.group)!
    // In the decoder input's own stride: under future prediction the outputs are longer.
    const inputSigma = new Float32Array(padded(inputNumbers(group.config)))
    if (step > noise.warmup) inputSigma.set(sigma.subarray(0, inputSigma.length))
    const ones = new Float32Array(padded(outputNumbers(group.config))).fill(1)
    const arrays: StepArrays = {
      sigma: inputSigma,
      ones,
      medianError: Float32Array.of(medianError),
      units: unitsOf(group),
      samplingShare: Float32Array.of(shareAt(sampling, step)),
    }
    const whole = { whole: batch.examples.length, wholeFrames: this.#framesOf(batch) }
    const settings = { padding: loss.padding, points: pointWeighing(this.config), memory: this.#memory, ...whole }
    return { ...batchArrays(samples, shape, group, settings), ...arrays }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): PoseStep {
    return { ...poseLossReport(passes, pointWeighing(this.config)), language: batch.group, frames: this.#framesOf(batch) }
  }

  remember({ group, examples }: BatchPlan, { spread, frames, samples }: PoseStep): void {
    this.#errors.get(group)!.add(
      spread,
      frames,
      examples,
      samples.map(({ error }) => error),
    )
  }

  endEpoch(epoch: number): void {
    for (const record of this.#errors.values()) record.endEpoch()
    this.#drawn = this.#draw(epoch)
  }

  scalarsOf({ samples, lengthLoss, lossBones, lossVelocity, lossVisibility }: PoseStep): Scalars {
    const reward = samples.reduce((sum, sample) => sum + sample.reward, 0) / samples.length
    return {
      reward,
      ...(lengthLoss === undefined ? {} : { lengthLoss }),
      ...(lossBones === undefined ? {} : { lossBones }),
      ...(lossVelocity === undefined ? {} : { lossVelocity }),
      ...(lossVisibility === undefined ? {} : { lossVisibility }),
    }
  }

  /** What share of this epoch's draws is skipped, by language and length, as `skip/ASL/long`; empty where nothing is drawn. */
  epochScalars(): Scalars {
    const drawn = this.#drawn ?? new Map<string, EpochDraw>()
    return Object.fromEntries(
      [...this.#examples].flatMap(([language, examples]) => {
        const draw = drawn.get(language)
        if (!draw) return []
        const rates = skipRates(
          draw,
          numbersOf(examples).map((i) => examples.frames(i)),
        )
        return Object.entries(rates).map(([part, rate]) => [part === 'all' ? `skip/${language}` : `skip/${language}/${part}`, rate])
      }),
    )
  }

  state(): PoseMemory {
    return {
      errors: Object.fromEntries([...this.#errors].map(([language, record]) => [language, record.state()])),
      drawn: this.#drawn && Object.fromEntries(this.#drawn),
    }
  }

  restore(state: object): void {
    const { errors, drawn } = state as PoseMemory
    this.#drawn = drawn && new Map(Object.entries(drawn))
    for (const [language, saved] of Object.entries(errors)) this.#errors.get(language)?.restore(saved)
  }

  async validate(): Promise<Validation<Validated>> {
    const result = await validate(this.model, this.data, this.config.validate)
    const { name: _, ...scores } = result.rows[0]!
    // What has no number, such as the hands of clips in which none moves, is left out of the charts.
    const whole = Object.entries(scores)
      .filter(([, value]) => Number.isFinite(value))
      .map(([score, value]) => [`dev/${score}`, value])
    const classes = result.lengths.flatMap(({ tokens, dtw, durationRatio, wristPathRatio }) =>
      Object.entries({ dtw, duration: durationRatio, wristPath: wristPathRatio })
        .filter(([, value]) => Number.isFinite(value))
        .map(([score, value]) => [`dev/${score}/${tokens}`, value]),
    )
    return { result, score: scores.dtw, scalars: Object.fromEntries([...whole, ...classes]) }
  }

  save(path: string, state: SavedTraining | undefined): Promise<void> {
    return savePoseCheckpoint(path, this.model, state)
  }

  /** Signs two words of the first language's vocabulary. */
  async use(): Promise<ModelUse> {
    const group = this.model.group(this.data[0]!.language)
    const generator = new Generator(this.gpu, group)
    const { vocabulary } = group
    const sentence = lineFor(vocabulary, vocabulary.tokens.slice(-2).join(' '), vocabulary.languages[0])
    const lengths = [Math.min(USED_FRAMES, group.config.maxFrames)]
    return { run: () => generator.generate([sentence], { policy: 'oracle', lengths }), destroy: () => generator.destroy() }
  }

  async destroy(): Promise<void> {
    this.model.destroy()
    for (const { stored } of this.data) await stored?.stored.corpus.reader.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  /** A clip as this epoch shows it. */
  #shown(batch: BatchPlan, example: number): Sample {
    const { group } = batch
    const { train, stored } = this.data.find(({ language }) => language === group)!
    const sample = stored ? this.#fetched.sample(group, example) : train[example]!
    if (!augments(this.config.augment)) return sample
    return varied(sample, this.#variation(group, example), this.model.group(group))
  }

  /** The examples of each group that an epoch visits, where it is not all of them once. */
  #visited(epoch: number): ReadonlyMap<string, readonly number[]> {
    const { temperature } = this.config.batch
    if (temperature === null) return new Map([...(this.#drawn ?? [])].map(([language, { clips }]) => [language, clips]))
    return drawGroups(this.#examples, { temperature, seed: this.config.seed, epoch })
  }

  /** Frames of all clips of a batch. */
  #framesOf({ group, examples }: BatchPlan): number {
    return examples.reduce((sum, i) => sum + this.#variation(group, i).frames, 0)
  }

  #variation(language: string, example: number): Variation {
    const { augment, seed } = this.config
    const frames = this.#examples.get(language)!.frames(example)
    if (!augments(augment)) return { mirror: false, frames, angle: 0 }
    const { maxFrames } = this.model.group(language).config
    return drawVariation(frames, augment, maxFrames, Random.for(seed, 'augment', language, this.#epoch, example))
  }

  /** The clips of the epoch that begins, where the mode draws; decided once, by the errors as they are now. */
  #draw(epoch: number): ReadonlyMap<string, EpochDraw> | null {
    const { learning, seed } = this.config
    if (!drawsClips(learning.mode)) return null
    return new Map(
      [...this.#examples].map(([language, examples]) => {
        const { byClip: last, byClipBefore: before, medianError: median } = this.#errors.get(language)!
        const errors = { last, before, median, frames: numbersOf(examples).map((i) => examples.frames(i)) }
        return [language, drawEpoch(errors, learning, epoch, Random.for(seed, 'priority', language, epoch))]
      }),
    )
  }
}

/** A language's group, as what trains and measures it sees it. */
export const trainedGroup = ({ language, weights, positions }: LanguageGroup): TrainedGroup => ({
  name: language,
  weights,
  tables: [positions.region!.buffer],
})

/** What of a run file decides the losses of a step. */
export function lossOptions(config: RunConfig): PoseLossOptions {
  const { loss, noise, sampling, learning } = config
  const { kind, bones, velocity } = loss
  const samplingPasses = sampling.share > 0 ? sampling.passes : 0
  const weighsPoints = pointWeighing(config) !== undefined
  return { loss: kind, bones, velocity, weighsPoints, noiseRate: noise.rate, samplingPasses, reward: rewardOptions(learning) }
}

function rewardOptions({ mode, intensity, spread }: RunConfig['learning']): RewardOptions | undefined {
  if (mode === 'rwr') return { kind: 'regression', intensity }
  if (mode === 'reinforce') return { kind: 'policy', spread }
  return undefined
}
