// A sign-text matching training: clips and their sentences in, features that are alike where they belong together; and now and then sentences with hidden words,
// which a decoder restores by an optimiser of its own.

import { Random } from '../../base/random.js'
import { saveCheckpoint } from '../../checkpoint/file.js'
import { signTextMatchingContent } from '../../checkpoint/sign_text_matching.js'
import { tokenLengths } from '../../infer/sign_reader.js'
import { SignTextMatcher } from '../../infer/sign_text_matcher.js'
import { roomFor, tokenRows } from '../../model/sign_rows.js'
import type { SignTextMatchingModel } from '../../model/sign_text_matching.js'
import type { ParameterSet } from '../../nn/parameter_set.js'
import { placesOf } from '../../nn/text_transformer.js'
import type { Graph } from '../../ops/graph.js'
import { padded } from '../../ops/parameter.js'
import type { BatchPlan } from '../../train/batches.js'
import type { Scalars } from '../../train/run/logs.js'
import type { BatchShape, ComparedExamples, HostArrays, ModelUse, PassReports, TrainedGroup, Validation } from '../../train/task.js'
import { tokenArrays, tokenLoss } from '../../train/tokens.js'
import type { SavedTraining } from '../../train/trainer.js'
import { ClipTextTraining } from '../clip_text_training.js'
import { restoringOptimiser, type SignTextMatchingRunConfig } from './config.js'
import { withDistinctTexts } from './distinct.js'
import { type RetrievalScores, scoreRetrieval } from './evaluate.js'
import { withHiddenWords } from './hiding.js'
import { matchingLossOf, recordMatching, recordPassFeatures, recordRestoring } from './losses.js'

/** What one step did: matched a batch, or restored its sentences. */
export interface MatchingStep {
  /** Of matching, a clip's share; of restoring, a token's, in nats. */
  readonly loss: number
  /** What cosines are multiplied by, of a step that matched. */
  readonly factor?: number
  /** Frames of the batch, padding not counted; none where sentences are restored. */
  readonly frames: number
}

/** The group of what restores sentences. */
const RESTORING = 'restoring'

export class SignTextMatchingTraining extends ClipTextTraining<
  SignTextMatchingModel,
  SignTextMatchingRunConfig,
  MatchingStep,
  RetrievalScores
> {
  #matcher: SignTextMatcher | undefined

  override get groups(): readonly TrainedGroup[] {
    const { restoring: weights } = this.model
    return [...super.groups, ...(weights ? [{ name: RESTORING, weights, tables: [], optimiser: restoringOptimiser(this.config) }] : [])]
  }

  get compared(): ComparedExamples {
    return {
      group: this.group,
      recordFeatures: (graph, shape) => recordPassFeatures(graph, this.model, shape, this.recordSigns(graph, shape)),
    }
  }

  /** Behind every so many batches that are matched, one in which the sentences of the last are restored. A clip alone has nothing to be told from. */
  override planEpoch(epoch: number): readonly BatchPlan[] {
    const { signing, signs } = this
    const placed = (i: number) => ({
      text: signing.clips[i]!.text,
      target: this.targetOf(i),
      source: roomFor(signing.mostFrames(i), signs),
    })
    const matched = withDistinctTexts(super.planEpoch(epoch), placed).filter(({ examples }) => examples.length > 1)
    const { every } = this.config.restoring
    if (every === null) return matched
    const isRestored = (i: number) => (epoch * matched.length + i + 1) % every === 0
    return matched.flatMap((plan, i) => (isRestored(i) ? [plan, { ...plan, group: RESTORING, source: 0 }] : [plan]))
  }

  override async prepare(batch: BatchPlan): Promise<void> {
    if (batch.group !== RESTORING) await super.prepare(batch)
  }

  record(graph: Graph, shape: BatchShape) {
    if (shape.group !== RESTORING) return recordMatching(graph, this.model, shape, this.recordSigns(graph, shape))
    const model = this.model as SignTextMatchingModel & { readonly restoring: ParameterSet }
    return recordRestoring(graph, model, shape, this.config.restoring.smoothing)
  }

  feedsOf(pass: readonly number[], batch: BatchPlan, { step }: { readonly step: number }): HostArrays {
    return batch.group === RESTORING ? this.#restoringFeeds(pass, batch, step) : this.#matchingFeeds(pass, batch)
  }

  #matchingFeeds(pass: readonly number[], batch: BatchPlan): HostArrays {
    const { config, text } = this.model
    const { width, places } = config.transformer
    const signs = this.framesOf(pass, batch)
    const rows = batch.examples.length
    const place = batch.examples.indexOf(pass[0]!)
    const sentences = this.idsOf(pass)
    const lengths = Uint32Array.from(sentences, ({ length }) => length)
    return {
      ...signs,
      tokenLengths: tokenLengths(signs, config.signs).map((tokens) => tokens + 1),
      ...tokenArrays('read', placesOf(pass.length, tokenRows(batch.source, config.signs) + 1, places), NO_PLACE),
      ...tokenArrays('words', sideBySide(sentences, batch.target, text.special.padding), text.special.padding),
      ...tokenArrays('placed', placesOf(pass.length, batch.target, places), NO_PLACE),
      sentenceLengths: lengths,
      first: new Uint32Array(pass.length),
      last: lengths.map((length) => length - 1),
      none: Uint32Array.of(0),
      // Of other passes, where there are any, what those make.
      allSigns: new Float32Array(padded(rows) * width),
      allTexts: new Float32Array(padded(rows) * width),
      place: Uint32Array.of(place),
      own: new Float32Array(rows).fill(1, place, place + pass.length),
      coefficient: Float32Array.of(1 / rows),
    }
  }

  #restoringFeeds(pass: readonly number[], batch: BatchPlan, step: number): HostArrays {
    const { config, text } = this.model
    const { places } = config.transformer
    const { restoring, seed } = this.config
    const { target } = batch
    const hidden = pass.map((i) => withHiddenWords(this.signing.clips[i]!.text, text, restoring, Random.for(seed, 'hidden words', step, i)))
    const { at: _, lengths: givenLengths, ...given } = this.sentencesOf(pass, batch, { ...text.special, ...config })
    return {
      hidden: sideBySide(hidden, target, text.special.padding),
      hiddenPlaces: placesOf(pass.length, target, places),
      hiddenLengths: Uint32Array.from(hidden, ({ length }) => length),
      ...given,
      givenLengths,
      ...tokenArrays('written', placesOf(pass.length, target, places), NO_PLACE),
    }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): MatchingStep {
    if (batch.group === RESTORING) return { loss: tokenLoss(passes), frames: 0 }
    return { ...matchingLossOf(passes), frames: this.framesIn(batch) }
  }

  override scalarsOf({ loss, factor }: MatchingStep): Scalars {
    return factor === undefined ? { restoring: loss } : { matching: loss, factor }
  }

  async validate(): Promise<Validation<RetrievalScores>> {
    const held = await this.signing.held(this.config.validate.clips)
    this.#matcher ??= new SignTextMatcher(this.gpu, this.model)
    const texts = held.map(({ text }) => text)
    return scoreRetrieval({ texts, signs: await this.#matcher.signs(held), sentences: await this.#matcher.texts(texts) })
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await signTextMatchingContent(this.model, state))
  }

  /** Makes the feature of the first clip that it validates with. */
  async use(): Promise<ModelUse> {
    const matcher = new SignTextMatcher(this.gpu, this.model)
    const clips = await this.signing.held(1)
    return { run: () => matcher.signs(clips), destroy: () => matcher.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#matcher?.destroy()
    await super.destroy()
  }
}

/** A row of a table of positions that none stands at: all others are trained. */
const NO_PLACE = 0

/** Ids padded to one length, [B, length]. */
function sideBySide(sentences: readonly Uint32Array[], length: number, padding: number): Uint32Array {
  const ids = new Uint32Array(sentences.length * length).fill(padding)
  for (const [b, sentence] of sentences.entries()) ids.set(sentence, b * length)
  return ids
}
