// How well a model signs sentences it has not seen: generated free-running, scored beside the baselines.

import { sourceOf } from '../../data/source.js'
import { Generator } from '../../infer/generator.js'
import type { LengthPolicy } from '../../infer/length_policy.js'
import { type LengthScore, scoreByLength } from '../../metrics/length_classes.js'
import { type ScoredPair, type ScoreRow, scoreMotions, scorePair } from '../../metrics/scores.js'
import type { SignModel } from '../../model/sign_model.js'
import { lineFor } from '../../text/language_mark.js'
import { tokenUnit } from '../../text/spelled.js'
import type { Sample } from './batch.js'
import type { LanguageData } from './data.js'

export interface ValidationOptions {
  /** Clips in all, taken in equal shares from each language. */
  readonly clips: number
  readonly policy: LengthPolicy
}

/** A validation. */
export interface Validated {
  /** The model first, then the baselines. */
  readonly rows: readonly ScoreRow[]
  /** The model by the number of source tokens. */
  readonly lengths: readonly LengthScore[]
}

/** Clips generated side by side. */
const BATCH = 8

/**
 * Generates dev clips (training clips of a language that has no dev split) and scores them, as a whole and by length.
 * Clips are taken in order, so every validation of a run scores the same ones. A sentence without a word cannot be signed, and is passed over.
 */
export async function validate(model: SignModel, data: readonly LanguageData[], { clips, policy }: ValidationOptions): Promise<Validated> {
  const pairs: ScoredPair[] = []
  const tokens: number[] = []
  const units = new Set<'letters' | 'words'>()
  const share = Math.max(1, Math.floor(clips / data.length))
  for (const { language, source, train, dev, group } of data) {
    const tokensOf = ({ clip }: Sample) => group.vocabulary.tokensOf(sourceOf(clip, source)).length
    const signable = (all: typeof dev) => all.filter((sample) => tokensOf(sample) > 0)
    const samples = signable(dev.length > 0 ? dev : train).slice(0, share)
    const held = samples.map(({ clip }) => clip)
    const sentences = held.map((clip) => sourceOf(clip, source))
    const lines = held.map((clip, i) => lineFor(group.vocabulary, sentences[i]!, clip.language))
    units.add(tokenUnit(group.vocabulary.policy, sentences))
    tokens.push(...samples.map(tokensOf))
    const generator = new Generator(model.gpu, model.group(language))
    try {
      for (let first = 0; first < held.length; first += BATCH) {
        const batch = held.slice(first, first + BATCH)
        const lengths = batch.map(({ frames }) => frames)
        const motions = await generator.generate(lines.slice(first, first + BATCH), { policy, lengths })
        motions.forEach((hypothesis, i) => {
          pairs.push({ reference: batch[i]!, hypothesis })
        })
      }
    } finally {
      await generator.destroy()
    }
  }
  const scores = pairs.map(scorePair)
  const rows = scoreMotions(
    pairs,
    data.flatMap(({ train }) => train.map(({ clip }) => clip)),
    { scores },
  )
  return { rows, lengths: scoreByLength(scores, tokens, units.has('words') ? 'words' : 'letters') }
}
