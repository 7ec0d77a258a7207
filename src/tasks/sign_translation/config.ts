// The run file of a sign translation training, stage 2 of GFSLT-VLP, told from others by `task: sign-translation`: its keys, their defaults and their limits.

import * as z from 'zod'
import { largest } from '../../model/config.js'
import { convolvedSizes, convolvedTraining, unfittingConvolved } from '../../train/config/convolved_parts.js'
import { batching, belowOne, count, identity, inFolder, keeping, text } from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'
import { sentenceValidation, signedCorpora, signedPoseAugmentation, unfittingSigning } from '../../train/config/sign_parts.js'
import { textTokens } from '../../train/config/text_tokens.js'

const run = keys({
  task: z.literal('sign-translation'),
  ...identity,
  ...signedCorpora,
  /** Checkpoint of stage 1, of task sign-text-matching: what reads signing begins with it, and the decoder where it writes the same words. */
  initFrom: text.nullable().default(null),
  /** How text is cut. */
  tokens: textTokens.default('words'),
  /** Words of texts seen less often are unknown. */
  minCount: count.default(1),
  model: keys({
    ...convolvedSizes,
    /** Longest text, in tokens with the closing ones. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...convolvedTraining(1e-3),
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: belowOne.default(0.2),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys(sentenceValidation).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [at, message] of [...unfittingConvolved(config), ...unfittingSigning(config)])
      context.addIssue({ code: 'custom', path: at, message })
  })
  .transform(inFolder)

/** A sign translation training, complete. In `model`, what the preset decides may be absent. */
export type SignTranslationRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseSignTranslationConfig = runParser(run)
