// The run file of a text-to-gloss training, told from others by `task: text-to-gloss`: its keys, their defaults and their limits.

import { z } from 'zod'
import { glossSources } from '../../text/lang_gloss.js'
import { promptNamings } from '../../text/prompts.js'
import { tokenPolicies } from '../../text/tokenise.js'
import {
  adapter,
  checkpoint,
  count,
  endless,
  languageTag,
  log,
  microBatch,
  name,
  optimiser,
  precision,
  schedule,
  share,
  sizes,
  stop,
  synthetic,
  text,
} from '../../train/config/parts.js'
import { chosen, type KeyedShape, keys } from '../../train/config/schema.js'
import { explain, readYaml, withNewNames } from '../../train/config/yaml_errors.js'
import type { Warn } from '../../train/run_file.js'

const corpus = keys({
  language: languageTag,
  /** Prefix of `.text` and its companions, or a `.csv` as PHOENIX-2014T has it. */
  train: text,
  dev: text.exactOptional(),
  test: text.exactOptional(),
})

const run = keys({
  task: z.literal('text-to-gloss'),
  name,
  /** Folder of the run; default `runs/<name>`. */
  out: text.exactOptional(),
  seed: z.int().default(27),
  data: z.array(chosen((entry) => (typeof entry === 'object' && entry !== null && 'synthetic' in entry ? synthetic : corpus))).min(1),
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
    maxTokens: count.default(64),
  }).prefault({}),
  precision,
  optimiser: optimiser.prefault({}),
  schedule: schedule.prefault({}),
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: share.default(0.1),
  batch: keys({
    size: count.default(32),
    /** Padded gloss tokens are a multiple of this. */
    bucket: count.default(4),
    microBatch,
    order: z.enum(['shuffle', 'fixed']).default('shuffle'),
  }).prefault({}),
  stop: stop.prefault({}),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(200),
    /** Sentences a validation, as many of each language; null for all. */
    sentences: count.nullable().default(null),
    /** 1 is greedy. */
    beams: z.int().min(1).max(16).default(1),
    lengthPenalty: z.number().min(0).default(0),
  }).prefault({}),
  checkpoint: checkpoint.prefault({}),
  log: log.prefault({}),
  adapter,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [path, message] of endless(config)) context.addIssue({ code: 'custom', path, message })
  })
  .transform(({ name, out = `runs/${name}`, ...rest }) => ({ name, out, ...rest }))

/** A text-to-gloss training, complete. In `model`, what the preset decides may be absent. */
export type GlossRunConfig = z.output<typeof run>

const renamed = [{ path: ['reads'], now: 'input' }]

/** Reads a run file's text; `who` is its name in messages, `warn` is told of older names of keys. Throws ERR_CONFIG with `file:line:column` of each unknown key and bad value. */
export function parseGlossConfig(source: string, who: string, warn: Warn = () => {}): GlossRunConfig {
  const yaml = withNewNames(readYaml(source, who), renamed, who, warn)
  const parsed = run.safeParse(yaml.value, { reportInput: true })
  if (parsed.success) return parsed.data
  throw explain(parsed.error.issues, yaml, who)
}
