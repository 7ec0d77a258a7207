// A sign translation training: clips in, their sentences by a decoder that is trained with all else, cross-entropy.

import { saveCheckpoint } from '../../checkpoint/file.js'
import { signTranslationContent } from '../../checkpoint/sign_translation.js'
import type { SignTranslationModel } from '../../model/sign_translation.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchPlan } from '../../train/batches.js'
import type { BatchShape, HostArrays, PassReports } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { type SentenceStep, SentenceTraining } from '../sentence_training.js'
import type { SignTranslationRunConfig } from './config.js'
import { placesArrays, recordTranslationLosses } from './losses.js'

export class SignTranslationTraining extends SentenceTraining<SignTranslationModel, SignTranslationRunConfig, SentenceStep> {
  record(graph: Graph, shape: BatchShape) {
    const seen = this.recordSigns(graph, shape)
    return recordTranslationLosses(graph, this.model, shape, this.config.smoothing, seen)
  }

  feedsOf(pass: readonly number[], batch: BatchPlan): HostArrays {
    const { config, text } = this.model
    const { at: _, lengths: givenLengths, ...sentences } = this.sentencesOf(pass, batch, { ...text.special, ...config })
    return {
      ...this.framesOf(pass, batch),
      ...placesArrays({ batch: pass.length, source: batch.source, target: batch.target }, config),
      ...{ ...sentences, givenLengths },
    }
  }

  reportStep(batch: BatchPlan, passes: readonly PassReports[]): SentenceStep {
    return this.sentenceStep(batch, passes)
  }

  async save(path: string, state: SavedTraining | undefined): Promise<void> {
    await saveCheckpoint(path, await signTranslationContent(this.model, state))
  }
}
