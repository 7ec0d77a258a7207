// How well a model signs sentences it has not seen: generated free-running, scored beside the baselines.

import { sourceOf } from '../../data/source.js'
import { Generator } from '../../infer/generator.js'
import type { LengthPolicy } from '../../infer/length_policy.js'
import { type ScoredPair, type ScoreRow, scoreMotions } from '../../metrics/scores.js'
import type { SignModel } from '../../model/sign_model.js'
import type { LanguageData } from './data.js'

export interface ValidationOptions {
  /** Clips in all, taken in equal shares from each language. */
  readonly clips: number
  readonly policy: LengthPolicy
}

/** Clips generated side by side. */
const BATCH = 8

/**
 * Generates dev clips (training clips of a language that has no dev split) and scores them. The model's row is first.
 * Clips are taken in order, so every validation of a run scores the same ones. A sentence without a word cannot be signed, and is passed over.
 */
export async function validate(model: SignModel, data: readonly LanguageData[], { clips, policy }: ValidationOptions): Promise<ScoreRow[]> {
  const pairs: ScoredPair[] = []
  const share = Math.max(1, Math.floor(clips / data.length))
  for (const { language, source, train, dev } of data) {
    const signable = (samples: typeof dev) => samples.filter(({ ids }) => ids.length > 1)
    const held = signable(dev.length > 0 ? dev : train)
      .slice(0, share)
      .map(({ clip }) => clip)
    const generator = new Generator(model.gpu, model.group(language))
    try {
      for (let first = 0; first < held.length; first += BATCH) {
        const batch = held.slice(first, first + BATCH)
        const lengths = batch.map(({ frames }) => frames)
        const motions = await generator.generate(
          batch.map((clip) => sourceOf(clip, source)),
          { policy, lengths },
        )
        motions.forEach((hypothesis, i) => {
          pairs.push({ reference: batch[i]!, hypothesis })
        })
      }
    } finally {
      await generator.destroy()
    }
  }
  return scoreMotions(
    pairs,
    data.flatMap(({ train }) => train.map(({ clip }) => clip)),
  )
}
