// A sign-to-text training: clips in, their sentences by a frozen language model that reads them through adapters, cross-entropy.

import { saveCheckpoint } from '../../checkpoint/file.js'
import { signToTextContent } from '../../checkpoint/sign_to_text.js'
import { tokenLengths } from '../../infer/sign_reader.js'
import { tokenPlaces } from '../../infer/sign_text_reader.js'
import { tokenRows, tokensOf as tokensOfSigns } from '../../model/sign_rows.js'
import type { SignToTextModel } from '../../model/sign_to_text.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchPlan } from '../../train/batches.js'
import type { Scalars } from '../../train/run/logs.js'
import type { BatchShape, HostArrays, PassReports, TrainedGroup } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { type SentenceStep, SentenceTraining } from '../sentence_training.js'
import { codeArrays, codeLosses } from './codes.js'
import type { SignToTextRunConfig } from './config.js'
import { recordTextLosses } from './losses.js'

/** What one step did. Of a model of codes, the loss is with the two below. */
export interface SignToTextStep extends SentenceStep {
  /** Of a model of codes: what of the loss is of tokens and codes that are apart, and what of the discrepancy from the language model's table. */
  readonly quantisation?: number
  readonly discrepancy?: number
}

export class SignToTextTraining extends SentenceTraining<SignToTextModel, SignToTextRunConfig, SignToTextStep> {
  /** The frozen language model lies beside what is trained. */
  override get groups(): readonly TrainedGroup[] {
    const { positions, weights } = this.model.language
    return super.groups.map((group) => ({ ...group, tables: [...group.tables, positions.region!.buffer], frozen: weights }))
  }

  record(graph: Graph, shape: BatchShape) {
    const seen = this.recordSigns(graph, shape)
    return recordTextLosses(graph, this.model, shape, this.config.smoothing, { seen, codes: this.config.codes })
  }

  feedsOf(pass: readonly number[], batch: BatchPlan, { step }: { readonly step: number }): HostArrays {
    const { signs, language } = this.model.config
    const { at: wordAt, lengths: givenLengths, ...sentences } = this.sentencesOf(pass, batch, language)
    const seen = this.framesOf(pass, batch)
    const { codes, seed } = this.config
    const [own, all] = [this.#signTokens(pass), this.#signTokens(batch.examples)]
    const shares = { length: tokenRows(batch.source, signs), share: 1 / all, ofBatch: own / all, step, seed }
    return {
      ...seen,
      tokenAt: tokenPlaces({ rows: pass.length, length: batch.source }, signs),
      ...{ ...sentences, wordAt, givenLengths },
      ...(codes && codeArrays(tokenLengths(seen, signs), shares, this.model, codes)),
    }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): SignToTextStep {
    const { loss, frames } = this.sentenceStep(batch, passes)
    const { codes } = this.config
    if (!codes) return { loss, frames }
    const own = codeLosses(passes, codes)
    return { loss: loss + own.quantisation + own.discrepancy, ...own, frames }
  }

  override scalarsOf({ quantisation, discrepancy }: SignToTextStep): Scalars {
    return quantisation === undefined || discrepancy === undefined ? {} : { quantisation, discrepancy }
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await signToTextContent(this.model, state))
  }

  /** Tokens of clips as they are. */
  #signTokens(examples: readonly number[]): number {
    return examples.reduce((sum, i) => sum + tokensOfSigns(this.signing.clips[i]!.frames, this.model.config.signs), 0)
  }
}
