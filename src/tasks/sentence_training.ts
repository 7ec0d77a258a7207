// A training in which a model learns to write what clips say: what those do alike, whatever writes.

import { SignError } from '../base/errors.js'
import { SignTranslator, type SignWritingModel } from '../infer/sign_translator.js'
import { mostPadded, type ReadSigns, roomFor } from '../model/sign_rows.js'
import { type BatchPlan, type EpochSettings, planEpoch } from '../train/batches.js'
import { OneModelTraining } from '../train/one_model.js'
import type { Signing } from '../train/signing/signing.js'
import type { HostArrays, ModelUse, PassReports, Validation } from '../train/task.js'
import { tokenLoss } from '../train/tokens.js'
import { type SentenceArrays, sentenceArrays, tokensOf } from './language_model/batch.js'
import type { SignToTextRunConfig } from './sign_to_text/config.js'
import { scoreSentences, type TextValidation } from './sign_to_text/evaluate.js'

/** What one step did. */
export interface SentenceStep {
  /** Mean over the batch's tokens, in nats. */
  readonly loss: number
  /** Frames of the batch, padding not counted. */
  readonly frames: number
}

/** What of a run file it goes by. */
export type SentenceRun = Pick<SignToTextRunConfig, 'seed' | 'batch' | 'validate'>

/** Batches of an epoch of clips, whose sentences have so many tokens, padded to no more than what reads them takes. */
export function planClips(
  signing: Pick<Signing, 'clips' | 'mostFrames'>,
  signs: ReadSigns,
  targets: (clip: number) => number,
  settings: EpochSettings & { readonly group: string },
): BatchPlan[] {
  const { group } = settings
  const sizes = signing.clips.map((_, i) => ({ group, target: targets(i), source: roomFor(signing.mostFrames(i), signs) }))
  const plans = planEpoch(sizes, { ...settings, longer: 'source' })
  return plans.map((plan) => ({ ...plan, source: Math.min(plan.source, mostPadded(signs)) }))
}

export abstract class SentenceTraining<
  Model extends SignWritingModel,
  Config extends SentenceRun,
  Step extends SentenceStep,
> extends OneModelTraining<Model, Step, TextValidation> {
  readonly config: Config
  readonly signing: Signing
  readonly #sentences: readonly Uint32Array[]
  #epoch = 0
  #translator: SignTranslator | undefined

  constructor(config: Config, model: Model, signing: Signing) {
    if (signing.clips.length === 0)
      throw new SignError('ERR_DATA', 'sign to text', 'wanted clips to train on, got none', 'Check the corpus')
    super(model)
    this.config = config
    this.signing = signing
    this.#sentences = signing.clips.map(({ text }) => model.text.encode(text))
  }

  get examples(): number {
    return this.signing.clips.length
  }

  planEpoch(epoch: number): readonly BatchPlan[] {
    this.#epoch = epoch
    const { seed, batch } = this.config
    const { group } = this
    return planClips(this.signing, this.model.config.signs, (i) => this.#sentences[i]!.length, { ...batch, seed, epoch, group })
  }

  nameOf(_: string, example: number): string {
    return this.signing.clips[example]!.name
  }

  async prepare(batch: BatchPlan): Promise<void> {
    await this.signing.prepare?.(batch, this.#epoch)
  }

  async validate(): Promise<Validation<TextValidation>> {
    const { clips, every: _, ...search } = this.config.validate
    const held = await this.signing.held(clips)
    this.#translator ??= new SignTranslator(this.gpu, this.model)
    return scoreSentences(held, await this.#translator.translate(held, search), this.model.text, search)
  }

  /** Translates the first clip that it validates with. */
  async use(): Promise<ModelUse> {
    const translator = new SignTranslator(this.gpu, this.model)
    const clips = await this.signing.held(1)
    return { run: () => translator.translate(clips), destroy: () => translator.destroy() }
  }

  override async destroy(): Promise<void> {
    await this.#translator?.destroy()
    this.signing.destroy()
    await super.destroy()
  }

  /** What a step did to sentences alone. */
  protected sentenceStep({ examples }: BatchPlan, passes: readonly PassReports[]): SentenceStep {
    return { loss: tokenLoss(passes), frames: examples.reduce((sum, i) => sum + this.signing.clips[i]!.frames, 0) }
  }

  /** The frames of a pass, as this epoch shows them. */
  protected framesOf(pass: readonly number[], { source }: BatchPlan): HostArrays {
    return this.signing.arrays(pass, { rows: pass.length, length: source }, this.#epoch)
  }

  /** The sentences of a pass over a batch, each token with its share of the batch's. */
  protected sentencesOf(
    pass: readonly number[],
    { examples, target }: BatchPlan,
    special: Parameters<typeof sentenceArrays>[2],
  ): SentenceArrays {
    const ids = (of: readonly number[]) => of.map((i) => this.#sentences[i]!)
    return sentenceArrays(ids(pass), { batch: pass.length, length: target }, special, tokensOf(ids(examples)))
  }
}
