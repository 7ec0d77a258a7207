// The run file of a sign translation training, stage 2 of GFSLT-VLP, told from others by `task: sign-translation`: its keys, their defaults and their limits.

import * as z from 'zod'
import { beamDialects } from '../../infer/beam.js'
import { largest } from '../../model/config.js'
import { convolvedSizes, convolvedTraining, unfittingConvolved } from '../../train/config/convolved_parts.js'
import { batching, belowOne, corpora, count, endless, identity, inFolder, keeping, lengthPenalty } from '../../train/config/parts.js'
import { frameCorpus, unfittingFrames } from '../../train/config/pose_parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'
import { misplacedKeys, signedPoseAugmentation, signInput, untrainedAdapters, video, videoCache } from '../../train/config/sign_parts.js'
import { textTokens } from '../../train/config/text_tokens.js'

const run = keys({
  task: z.literal('sign-translation'),
  ...identity,
  data: corpora(frameCorpus),
  input: signInput,
  video,
  cache: videoCache,
  /** How text is cut. */
  tokens: textTokens.default('words'),
  /** Words of texts seen less often are unknown. */
  minCount: count.default(1),
  model: keys({
    ...convolvedSizes,
    /** Longest text, in tokens with the closing ones. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...convolvedTraining({ weightDecay: 1e-3 }),
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: belowOne.default(0.2),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(100),
    /** Clips a validation; null for all. */
    clips: count.nullable().default(null),
    /** 1 is greedy. */
    beams: z.int().min(1).max(64).default(4),
    /** Scores are divided by n^α as Hugging Face has it, or ((5 + n) / 6)^α; −1 leaves the latter as they are. */
    alpha: lengthPenalty.default(1),
    dialect: z.enum(beamDialects).default('huggingface'),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [at, message] of [
      ...unfittingConvolved(config),
      ...misplacedKeys(config),
      ...untrainedAdapters(config),
      ...unfittingFrames(config),
      ...endless(config),
    ])
      context.addIssue({ code: 'custom', path: at, message })
  })
  .transform(inFolder)

/** A sign translation training, complete. In `model`, what the preset decides may be absent. */
export type SignTranslationRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseSignTranslationConfig = runParser(run)
