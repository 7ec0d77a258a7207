// A training on clips and what is said in them: the ids of their sentences, whatever is learned of both.

import type { ReadSigns } from '../model/sign_rows.js'
import type { TextCoder } from '../text/text_coder.js'
import type { BatchPlan } from '../train/batches.js'
import type { TrainedModel } from '../train/one_model.js'
import type { Signing } from '../train/signing/signing.js'
import { type SigningRunConfig, SigningTraining } from '../train/signing/signing_training.js'
import type { LossReport } from '../train/task.js'
import { type SentenceArrays, sentenceArrays, tokensOf } from './language_model/batch.js'

/** A model of clips and sentences. */
export type ClipTextModel = TrainedModel & { readonly config: { readonly signs: ReadSigns }; readonly text: TextCoder }

export abstract class ClipTextTraining<
  Model extends ClipTextModel,
  Config extends SigningRunConfig,
  Report extends LossReport,
  Scores extends object,
> extends SigningTraining<Model, Config, Report, Scores> {
  /** Ids of each clip's sentence, with the closing ones. */
  readonly #sentences: readonly Uint32Array[]

  constructor(config: Config, model: Model, signing: Signing) {
    super(config, model, signing)
    this.#sentences = signing.clips.map(({ text }) => model.text.encode(text))
  }

  protected get signs(): ReadSigns {
    return this.model.config.signs
  }

  protected targetOf(example: number): number {
    return this.#sentences[example]!.length
  }

  /** The sentences of some clips. */
  protected idsOf(examples: readonly number[]): Uint32Array[] {
    return examples.map((i) => this.#sentences[i]!)
  }

  /** The sentences of a pass over a batch as they are written, each token with its share of the batch's. */
  protected sentencesOf(
    pass: readonly number[],
    { examples, target }: BatchPlan,
    special: Parameters<typeof sentenceArrays>[2],
  ): SentenceArrays {
    return sentenceArrays(this.idsOf(pass), { batch: pass.length, length: target }, special, tokensOf(this.idsOf(examples)))
  }
}
