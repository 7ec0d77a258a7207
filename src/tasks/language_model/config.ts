// The run file of a language model's training, told from others by `task: language-model`: its keys, their defaults and their limits.

import * as z from 'zod'
import { largest } from '../../model/config.js'
import {
  batching,
  belowOne,
  corpora,
  count,
  endless,
  identity,
  inFolder,
  keeping,
  sizes,
  splits,
  training,
  unfittingSizes,
} from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'
import { textTokens } from '../../train/config/text_tokens.js'

/** Paths are prefixes of `.text`, text files of a sentence a line, or a `.csv` as PHOENIX-2014T has it. */
const corpus = keys(splits)

const { preset, width, heads, hidden, dropout } = sizes

const run = keys({
  task: z.literal('language-model'),
  ...identity,
  data: corpora(corpus),
  /** How text is cut: a policy, or a tokenizer's file. */
  tokens: textTokens.default('words'),
  /** Words seen less often are unknown. */
  minCount: count.default(1),
  model: keys({
    preset,
    width,
    heads,
    hidden,
    layers: count.max(largest.decoderLayers).exactOptional(),
    dropout,
    /** Of attention's weights. */
    attentionDropout: belowOne.default(0),
    /** Of the feed-forward blocks' activations. */
    activationDropout: belowOne.default(0),
    activation: z.enum(['relu', 'gelu', 'gelu-erf']).default('gelu-erf'),
    /** Longest sentence, in tokens with the closing one. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...training,
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: belowOne.default(0),
  batch: batching(4),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(200),
    /** Sentences a validation, as many of each corpus; null for all. */
    sentences: count.nullable().default(null),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [path, message] of [...unfittingSizes(config), ...endless(config)]) context.addIssue({ code: 'custom', path, message })
  })
  .transform(inFolder)

/** A language model's training, complete. In `model`, what the preset decides may be absent. */
export type LanguageRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseLanguageConfig = runParser(run)
