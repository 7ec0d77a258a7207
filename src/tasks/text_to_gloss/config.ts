// The run file of a text-to-gloss training, told from others by `task: text-to-gloss`: its keys, their defaults and their limits.

import * as z from 'zod'
import { largest } from '../../model/config.js'
import { glossSources } from '../../text/lang_gloss.js'
import { promptNamings } from '../../text/prompts.js'
import { tokenPolicies } from '../../text/tokenise.js'
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

/** Paths are prefixes of `.text` and its companions, or a `.csv` as PHOENIX-2014T has it. */
const corpus = keys(splits)

const run = keys({
  task: z.literal('text-to-gloss'),
  ...identity,
  data: corpora(corpus),
  /** What is read: a prompt drawn anew for every sentence and epoch, the line of the `.prompt` file, or the sentence itself. */
  input: z.enum(['drawn', 'prompt', 'text']).default('drawn'),
  /** Which drawn prompts name their sign language; the others have it told in a word before them. */
  naming: z.enum(promptNamings).default('half'),
  /** What the gloss is made of. */
  gloss: z.enum(glossSources).default('auto'),
  tokens: z.enum(tokenPolicies).default('words'),
  /** Words of sentences seen less often are unknown, or under `tokens: spelled` spelled. */
  minCount: count.default(1),
  model: keys({
    ...sizes,
    /** Longest prompt and longest gloss, in tokens with the closing one. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...training,
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: belowOne.default(0.1),
  batch: batching(4),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(200),
    /** Sentences a validation, as many of each language; null for all. */
    sentences: count.nullable().default(null),
    /** 1 is greedy. */
    beams: z.int().min(1).max(16).default(1),
    lengthPenalty: z.number().min(0).default(0),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [path, message] of [...unfittingSizes(config), ...endless(config)]) context.addIssue({ code: 'custom', path, message })
  })
  .transform(inFolder)

/** A text-to-gloss training, complete. In `model`, what the preset decides may be absent. */
export type GlossRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseGlossConfig = runParser(run, [{ path: ['reads'], now: 'input' }])
