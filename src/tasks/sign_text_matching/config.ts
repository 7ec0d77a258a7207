// The run file of a sign-text matching training, stage 1 of GFSLT-VLP, told from others by `task: sign-text-matching`: its keys, their defaults and their limits.

import * as z from 'zod'
import { activations, largest, unfitting } from '../../model/config.js'
import { convolvedPresets, sentencePresets } from '../../model/text_transformer_sizes.js'
import { convolvedSizes, convolvedTraining, unfittingConvolved } from '../../train/config/convolved_parts.js'
import { batching, belowOne, count, identity, inFolder, keeping, optimiser, share } from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'
import { clipValidation, signedCorpora, signedPoseAugmentation, unfittingSigning } from '../../train/config/sign_parts.js'
import { textTokens } from '../../train/config/text_tokens.js'
import { hidingWays } from './hiding.js'

const run = keys({
  task: z.literal('sign-text-matching'),
  ...identity,
  ...signedCorpora,
  /** How text is cut. */
  tokens: textTokens.default('words'),
  /** Words of texts seen less often are unknown. */
  minCount: count.default(1),
  model: keys({
    ...convolvedSizes,
    /** Longest text, in tokens with the closing ones. */
    maxTokens: count.max(largest.maxTokens).default(64),
    /** What reads sentences, where it differs from what the preset has. */
    sentences: keys({
      encoderLayers: count.max(largest.encoderLayers).exactOptional(),
      heads: count.max(largest.heads).exactOptional(),
      hidden: count.max(largest.hidden).exactOptional(),
      activation: z.enum(activations).exactOptional(),
    }).prefault({}),
  }).prefault({}),
  ...convolvedTraining(0),
  /** Sentences of which words are hidden are restored by a decoder, for stage 2 to write by. */
  restoring: keys({
    /** After so many batches that are matched, the sentences of the last one are restored; null: none ever are. */
    every: count.nullable().default(5),
    hide: z.enum(hidingWays).default('last'),
    /** At most this share of a sentence's words with `last`, and this share with `spread`. */
    share: share.default(0.15),
    /** Share of the goal that is spread over the vocabulary (label smoothing). */
    smoothing: belowOne.default(0.2),
    /** Of the optimiser that trains the decoder, AdamW without weight decay. */
    rate: z.number().positive().default(1e-3),
  }).prefault({}),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys(clipValidation).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [at, message] of [
      ...unfittingConvolved(config),
      ...unfittingSigning(config),
      ...unfittingSentences(config),
      ...unfittingBatch(config.batch),
    ])
      context.addIssue({ code: 'custom', path: at, message })
  })
  .transform(inFolder)

/** A sign-text matching training, complete. In `model`, what the preset decides may be absent. */
export type SignTextMatchingRunConfig = z.output<typeof run>

/** What trains the decoder that restores sentences: as published, AdamW without weight decay. */
export const restoringOptimiser = ({ restoring: { rate } }: Pick<SignTextMatchingRunConfig, 'restoring'>) =>
  optimiser.parse({ kind: 'adamw', rate, beta2: 0.98, clip: null })

/** Reads a run file's text. */
export const parseSignTextMatchingConfig = runParser(run)

/** Sizes that what reads sentences cannot have. */
function* unfittingSentences({
  model: { preset, sentences, ...own },
}: Pick<SignTextMatchingRunConfig, 'model'>): Generator<[path: string[], message: string]> {
  const sizes = { ...convolvedPresets[preset], ...own, ...sentencePresets[preset], ...sentences }
  for (const [size, message] of unfitting(sizes)) {
    const at = size === 'width' ? 'heads' : size
    if (sentences[at] !== undefined) yield [['model', 'sentences', at], message]
  }
}

/** Batches in which there is nothing to tell a clip from, or whose passes differ in what their norms are made of. */
function* unfittingBatch({ size, microBatch }: SignTextMatchingRunConfig['batch']): Generator<[path: string[], message: string]> {
  if (size < 2) yield [['batch', 'size'], `wanted at least 2, since each clip is told from the others of its batch, got ${size}`]
  if (microBatch !== null && microBatch < size && size % microBatch !== 0)
    yield [['batch', 'microBatch'], `wanted a part of batch.size, ${size}, so that all passes are alike, got ${microBatch}`]
}
