// The run file: one YAML file says all of a training run. Here are the keys of a text-to-pose training, their defaults and their limits. No key is ever ignored.

import * as z from 'zod'
import { overlongPolicies } from '../../data/corpus/limits.js'
import { sources } from '../../data/source.js'
import { presets } from '../../model/config.js'
import { decodingNotes, decodingOf } from '../../model/decoding.js'
import { tokenPolicies } from '../../text/tokenise.js'
import {
  belowOne,
  count,
  frameRate,
  frameStride,
  identity,
  inFolder,
  keeping,
  languageTag,
  microBatch,
  share,
  splits,
  synthetic,
  text,
  training,
  weight,
} from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { chosen, type KeyedShape, keys } from '../../train/config/schema.js'
import { lossPaddings } from './batch.js'
import { contradictions } from './contradictions.js'
import { modelKeys } from './model_keys.js'
import { presetDefaults } from './preset_defaults.js'
import { rewardModes, weighsBatches } from './priority.js'
import { priorities } from './priority_rewards.js'

const corpus = keys({
  /** Paths are prefixes of `.skels`, `.text`, `.gloss` and `.files`, relative to the folder the command is run in. */
  ...splits,
  /** Which companion file is the model's input; `lang_gloss` is what `signllm data prompts` writes. */
  source: z.enum(sources).default('text'),
  /** Frames a second of the stored frames; null: what the corpus' manifest says, else 25. One that differs from the manifest stops the run. */
  fps: frameRate.nullable().default(null),
  /** Keep every n-th frame. */
  skipFrames: frameStride.default(1),
  /** A clip over `model.maxFrames` or `maxTokens`: stops the run, is left out, or is cut. */
  overlong: z.enum(overlongPolicies).default('error'),
  /** A fixed vocabulary, one word a line; without it, the words of the training split. */
  vocabulary: text.exactOptional(),
})

/** A corpus that stays on the disk, as `signllm data pack` writes it; a group of weights for each of its languages. */
const shards = keys({
  /** Its folder. */
  shards: text,
  /** Those to train; null: all. */
  languages: z.array(languageTag).min(1).nullable().default(null),
  /** What the model reads; LangGloss is made of the gloss, or of the words. */
  source: z.enum(sources).default('text'),
  /** Shorter clips are left out, and those longer than `model.maxFrames`. */
  minFrames: count.default(1),
  /** Clips of whose body and hands a smaller share was seen are left out. */
  minSeen: share.default(0),
  /** Share of the videos that are held out, by their names. */
  devShare: belowOne.default(0),
  /** Of the clips that are there when the run begins, which may not change; null: it is filled in. */
  checksum: text.nullable().default(null),
})

/** Which kind of corpus an entry names. */
const entry = chosen((value) => {
  const has = (key: string): boolean => typeof value === 'object' && value !== null && key in value
  if (has('synthetic')) return synthetic
  return has('shards') ? shards : corpus
})

const partWeight = weight.default(1)

const loss = keys({
  kind: z.enum(['mse', 'l1']).default('mse'),
  /** `per-sample`: each clip is a mean over its own frames. `frames`, as SignDW: all frames of a batch count the same. `batch`, as PT: a mean over all cells, padding too, over the batch size. */
  padding: z.enum(lossPaddings).default('per-sample'),
  /** Weight of the loss on bone directions, in which a finger's bone counts as much as an upper arm; 0 records none. `lossesOf` has the default. */
  bones: weight.exactOptional(),
  /** Of layouts other than the 50 joints: what the points of a part count beside those of others. */
  parts: keys({ body: partWeight, hands: partWeight, face: partWeight }).prefault({}),
  /** Of the same: whether coordinates count as much as their detector was sure of them. */
  byConfidence: z.boolean().default(false),
  /** Of `model.scores: seen`: weight of the cross-entropy of what is seen; `pointWeighing` has the default. */
  visibility: weight.exactOptional(),
  /** Weight of the loss on velocity, of bone directions and of joints, or of points; 0 records none. */
  velocity: weight.exactOptional(),
})

/** Weights where a run file names none: without them fingers, small beside the way of an arm, are signed crooked. */
const USUAL_LOSSES = { bones: 1, velocity: 0.5 } as const

/**
 * The losses of a run. What is left open of those on bones and on velocity has its usual weight for models whose tokens have durations, as far as
 * they can be, and 0 for others: those are trained as published.
 */
function lossesOf({
  loss: own,
  model,
  learning,
}: Pick<Written, 'loss' | 'model' | 'learning'>): z.output<typeof loss> & { bones: number; velocity: number } {
  const isUsual = model.durations && model.futureFrames <= 1 && !weighsBatches(learning.mode) && model.layout === 'skeleton-50'
  return { ...(isUsual ? USUAL_LOSSES : { bones: 0, velocity: 0 }), ...own }
}

const written = keys({
  task: z.literal('text-to-pose').default('text-to-pose'),
  ...identity,
  /** One entry a language group. */
  data: z.array(entry).min(1),
  /** `each`: a group of weights a language (MLSF). `shared`: one for all, which reads LangGloss (Prompt2LangGloss). */
  groups: z.enum(['each', 'shared']).default('each'),
  /** How sentences are cut; LangGloss is cut at white space whatever this says. */
  tokens: z.enum(tokenPolicies).default('words'),
  /** Most words of a vocabulary, the most frequent ones; null: all. */
  maxWords: count.nullable().default(null),
  /** A checkpoint to add these languages to; its own groups stay as they are, bit for bit. */
  base: keys({
    model: text,
    /** The group of it from whose weights, words aside, the new ones start; null starts fresh. */
    clone: languageTag.nullable().default(null),
  })
    .nullable()
    .default(null),
  /** A checkpoint to go on from with other data: its weights, words and units, a fresh optimiser. */
  initFrom: text.nullable().default(null),
  /**
   * Units the model sees frames in: `spread`, about the mean of the training clips in units of their spread; `columns`, each number in units of its own; `raw`, as
   * PT, as they are.
   */
  scaling: z.enum(['spread', 'columns', 'raw']).default('spread'),
  /** What the decoder starts from: the mean of the training clips' first frames, or zeros in the model's units. */
  startFrame: z.enum(['mean', 'zeros']).default('mean'),
  /** What it leaves open of how frames are made, `decodingOf` decides. */
  model: modelKeys.prefault({}).transform((own) => {
    const layout = own.layout ?? presets[own.preset].layout
    return { ...own, layout, ...decodingOf({ ...own, layout }) }
  }),
  ...training,
  loss: loss.prefault({}),
  /** Rewards and the Priority Learning Channel; `priority.ts` has the formulas. */
  learning: keys({
    mode: z.enum(rewardModes).default('mse'),
    /** What `rl+plc` draws and skips by: each clip's error, its error among clips of like length, or how much that fell between its last two visits. */
    priority: z.enum(priorities).default('error'),
    /** How much more a higher reward is drawn (rl+plc, plc-literal) or weighs (rwr). */
    intensity: z.number().min(0).max(80).default(1),
    /** Share of draws that ask for no reward. */
    uniform: share.default(0.1),
    /** Epochs at the start that visit every clip once. */
    warmup: z.int().min(0).default(5),
    /** Epochs over which the intensity then grows. */
    ramp: z.int().min(0).default(5),
    /** Every so many epochs visit every clip once. */
    refresh: count.default(10),
    /** Most of an epoch's draws that may be skipped, as a share. */
    maxSkip: belowOne.default(0.5),
    /** Deviation of the policy under `reinforce`, in the model's units. */
    spread: z.number().positive().default(0.1),
  }).prefault({}),
  /** Noise on the decoder's input, as large as the model's own error of the epoch before, times `rate`. 0 turns it off. */
  noise: keys({
    rate: z.number().min(0).default(5),
    /** Steps without noise at the start. */
    warmup: z.int().min(0).default(0),
  }).prefault({}),
  /** Scheduled sampling: some of the decoder's input frames are its own predictions. */
  sampling: keys({
    /** The probability that an input frame is a predicted one. 0 turns it off. */
    share: share.default(0),
    /** Passes of the decoder that make them, each from what the one before predicted; as many as there are frames are generation itself. */
    passes: count.default(1),
    /** Steps over which the share grows from 0. */
    ramp: z.int().min(0).default(0),
  }).prefault({}),
  /** What is done to training clips, drawn anew each epoch; no bone changes its length. */
  augment: keys({
    /** Share of clips that are mirrored, left and right exchanged. */
    mirror: share.default(0),
    /** Largest change of speed: a clip's frames are multiplied by 1/(1 + speed) to 1 + speed, as far as `model.maxFrames` allows. */
    speed: z.number().min(0).max(1).default(0),
    /** Largest turn about the vertical, in degrees. */
    rotation: z.number().min(0).max(90).default(0),
  }).prefault({}),
  batch: keys({
    size: count.default(32),
    /** Frames are padded to a multiple of this. */
    bucket: count.default(16),
    microBatch,
    order: z.enum(['shuffle', 'fixed']).default('shuffle'),
    /** How languages follow each other: in turns until each has no batch left, or spread by size over the whole epoch. */
    languages: z.enum(['turns', 'size']).default('turns'),
    /** How often languages of few clips are drawn: a language's share of an epoch is its number of clips to the power of 1/temperature. null: every clip once an epoch. */
    temperature: z.number().min(1).nullable().default(null),
  }).prefault({}),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(200),
    /** Clips a validation. */
    clips: count.default(20),
    /** How the number of frames is decided. `oracle` leaks the truth: only for comparison with published tables. */
    policy: z.enum(['auto', 'self-counter', 'predicted-length', 'oracle']).default('auto'),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)

/** A run file as it is written, most defaults filled in. */
export type Written = z.output<typeof written>

const run = z
  .preprocess((file: z.input<typeof written>) => presetDefaults(file), written)
  .superRefine((config, context) => {
    for (const [path, message] of contradictions(config)) context.addIssue({ code: 'custom', path, message })
  })
  .transform((config) => inFolder({ ...config, loss: lossesOf(config) }))

/** A training run, complete: every default is filled in. In `model`, what the preset decides may be absent. */
export type RunConfig = z.output<typeof run>

/** Clips from files, or from the built-in corpus. */
export type DataEntry = RunConfig['data'][number]

/** Reads a run file's text. */
export const parseRunConfig = runParser(
  run,
  [
    { path: ['start'], now: 'initFrom' },
    { path: ['data', '*', 'long'], now: 'overlong' },
  ],
  ({ model }, { model: { preset, layout } }) => decodingNotes({ ...model, preset, layout }),
)
