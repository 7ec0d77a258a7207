// The run file of a pseudo-gloss training, stage 1 of Sign2GPT, told from others by `task: pseudo-gloss`: its keys, their defaults and their limits.

import * as z from 'zod'
import { analysedLanguages } from '../../data/pseudo_gloss/languages.js'
import { UBIQUITOUS } from '../../text/pseudo_gloss/classes.js'
import { batching, belowOne, count, identity, inFolder, keeping, positiveWeight, text } from '../../train/config/parts.js'
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

/** Which words of a sentence are its pseudo-glosses: those that carry content, in their base form, or all as they are written. */
export const itemSources = ['content', 'words'] as const

const run = keys({
  task: z.literal('pseudo-gloss'),
  ...identity,
  ...signedCorpora,
  /** Or the file of a sentence's items a line, as `signllm data pseudo-glosses` writes it. */
  items: z.union([z.enum(itemSources), text]).default('content'),
  /** Of the sentences; null: the one that is spoken where the sign language of each corpus is at home. */
  spoken: z.enum(analysedLanguages).nullable().default(null),
  /** Items that occur so many times per distinct sentence, or more, are no targets. */
  ubiquitous: z.number().positive().default(UBIQUITOUS),
  vectors: keys({
    /** Word vectors of the items as text, a `.vec` file as fastText has them; null: random ones. */
    file: text.nullable().default(null),
    /** Numbers of a random vector. */
    width: count.max(4096).default(300),
    trained: z.boolean().default(false),
  }).prefault({}),
  model: keys({
    ...signSizes,
    /** Dropout of tokens before they are compared with word vectors. */
    headDropout: belowOne.default(0.2),
    /** Whether the temperatures of both softmaxes are trained. */
    temperatures: z.boolean().default(true),
  }).prefault({}),
  ...signTraining,
  loss: keys({
    /** λ: what the mean binary cross-entropy is multiplied by. */
    weight: positiveWeight.default(10),
  }).prefault({}),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys({
    ...clipValidation,
    /** A class whose score is above this is found. */
    threshold: z.number().min(0).lt(1).default(0.5),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [path, message] of [...unfittingSignSizes(config), ...unfittingSigning(config)])
      context.addIssue({ code: 'custom', path, message })
  })
  .transform(inFolder)

/** A pseudo-gloss training, complete. In `model`, what the preset decides may be absent. */
export type PseudoGlossRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parsePseudoGlossConfig = runParser(run)
