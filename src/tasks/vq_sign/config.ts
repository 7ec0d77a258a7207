// The run file of a VQ-Sign training, the first stage of SignLLM, told from others by `task: vq-sign`: its keys, their defaults and their limits.

import * as z from 'zod'
import { largestCodes } from '../../model/vq_sign.js'
import { batching, count, identity, inFolder, keeping, positiveWeight, weight } from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'
import {
  clipValidation,
  signedCorpora,
  signedPoseAugmentation,
  signSizes,
  signTraining,
  unfittingSigning,
  unfittingSignSizes,
} from '../../train/config/sign_parts.js'

const run = keys({
  task: z.literal('vq-sign'),
  ...identity,
  ...signedCorpora,
  model: keys({
    ...signSizes,
    /** Tokens that know their places are told from those of other places by that alone. */
    positions: z.boolean().default(false),
    /** Codes of the codebook. */
    codes: z.int().min(2).max(largestCodes.codes).default(256),
    /** Layers that read the codes so far. */
    contextLayers: z.int().min(0).max(largestCodes.contextLayers).default(1),
    /** Tokens ahead that are predicted. */
    steps: count.max(largestCodes.steps).default(3),
  }).prefault({}),
  ...signTraining,
  loss: keys({
    /** Of the squared distances that draw codes to their tokens, means over their numbers. */
    codebook: weight.default(1),
    /** γ: of those that draw tokens to their codes, against the former. */
    commitment: weight.default(0.25),
    /** Tokens that each prediction is told from. */
    negatives: count.max(1000).default(10),
    /** Whose they are. */
    against: z.enum(['other-clips', 'own-clip']).default('own-clip'),
    /** λ: of the mean over those, against the token that comes. */
    lambda: positiveWeight.default(1),
  }).prefault({}),
  /** Whether codes that no token of an epoch had become tokens of it. */
  revive: z.boolean().default(true),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys(clipValidation).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [path, message] of [...unfittingSignSizes(config), ...unfittingSigning(config)])
      context.addIssue({ code: 'custom', path, message })
  })
  .transform(inFolder)

/** A VQ-Sign training, complete. In `model`, what the preset decides may be absent. */
export type VqSignRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseVqSignConfig = runParser(run)
