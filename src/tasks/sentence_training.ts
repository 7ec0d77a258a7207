// A training in which a model learns to write what clips say: what those do alike, whatever writes.

import { SignTranslator, type SignWritingModel } from '../infer/sign_translator.js'
import type { BatchPlan } from '../train/batches.js'
import type { ModelUse, PassReports, Validation } from '../train/task.js'
import { tokenLoss } from '../train/tokens.js'
import { ClipTextTraining } from './clip_text_training.js'
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
export type SentenceRun = Pick<SignToTextRunConfig, 'seed' | 'batch' | 'validate'> & { readonly task: string }

export abstract class SentenceTraining<
  Model extends SignWritingModel,
  Config extends SentenceRun,
  Step extends SentenceStep,
> extends ClipTextTraining<Model, Config, Step, TextValidation> {
  #translator: SignTranslator | undefined

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
    await super.destroy()
  }

  /** What a step did to sentences alone. */
  protected sentenceStep(batch: BatchPlan, passes: readonly PassReports[]): SentenceStep {
    return { loss: tokenLoss(passes), frames: this.framesIn(batch) }
  }
}
