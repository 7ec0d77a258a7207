// The parts that run files of every task have: languages, sizes, optimiser, schedule, when to stop, what to keep.

import * as z from 'zod'
import { syntheticLanguages } from '../../data/synthetic/corpus.js'
import { activations, largest, type Preset, presets, unfitting } from '../../model/config.js'
import type { PresetModel } from '../../model/preset_width.js'
import { LANGUAGE_TAG } from '../../text/language_tag.js'
import { chosen, keys, oneKind } from './schema.js'

export const count = z.int().min(1)
export const share = z.number().min(0).max(1)
export const belowOne = z.number().min(0).lt(1)
/** What a loss or a branch is multiplied by: far above all that is of use, and far below what overflows. */
export const weight = z.number().min(0).max(1e6)
export const positiveWeight = weight.positive()
/** Exponent of the length that scores of beam search are divided by. */
export const lengthPenalty = z.number().min(-10).max(10)
/** Frames a second. */
export const frameRate = z.number().positive().max(1000)
/** Every so many frames. */
export const frameStride = count.max(1000)
export const text = z.string().min(1)
export const languageTag = z.string().regex(LANGUAGE_TAG, 'wanted a language tag such as ASL or LSF-CH')

export const synthetic = keys({
  /** The built-in corpus instead of files. */
  synthetic: keys({
    languages: z.array(z.enum(syntheticLanguages)).min(1).default(['ASL', 'GSL']),
    clipsPerLanguage: count.default(24),
    words: count.default(8),
    /** Fewest and most words of a sentence. */
    wordsPerSentence: z
      .tuple([count, count])
      .refine(([least, most]) => least <= most, 'wanted [minimum, maximum]')
      .default([1, 2]),
    framesPerSign: z.int().min(4).max(1000).default(8),
    seed: z.int().default(1),
  }),
})

/** `sgd`: gradient descent with Nesterov's momentum, which reads neither betas nor epsilon. */
export const optimisers = ['adam', 'adamw', 'sgd'] as const

export const optimiser = keys({
  kind: z.enum(optimisers).default('adam'),
  rate: z.number().positive().default(1e-3),
  beta1: belowOne.default(0.9),
  beta2: belowOne.default(0.999),
  epsilon: z.number().positive().default(1e-8),
  /** Of `sgd`. */
  momentum: belowOne.default(0.9),
  weightDecay: z.number().min(0).default(0),
  /**
   * What decays: matrices, as AdamW is used today; of those only weights of layers, no embeddings and other tables; or biases and the gains of norms
   * too, as PyTorch's optimisers do where nobody sorts parameters.
   */
  decayed: z.enum(['weights', 'matrices', 'all']).default('matrices'),
  /** Gradients are scaled down to this global norm; null leaves them as they are. */
  clip: z.number().positive().nullable().default(5),
  /** Each number of a gradient is cut off at ± this before the norm is taken; null leaves them as they are. */
  clipElements: z.number().positive().nullable().default(null),
})

/** What a task's schedule is where its run file does not say. */
interface UsualSchedule {
  readonly kind?: 'plateau' | 'warmup-cosine'
  readonly warmup?: number
  readonly start?: number
  readonly floor?: number
}

/** How the learning rate goes, by its `kind`; what the file leaves out is as usual for the task. */
export const scheduleOf = ({ kind = 'plateau', warmup = 200, start = 0, floor = 0.05 }: UsualSchedule = {}) =>
  oneKind(kind, {
    plateau: keys({
      kind: z.literal('plateau').default('plateau'),
      factor: z.number().positive().lt(1).default(0.7),
      /** Validations without improvement that are borne before the rate falls. */
      patience: z.int().min(0).default(7),
      /** Training ends once the rate is below this. */
      minRate: z.number().min(0).default(2e-4),
    }),
    'warmup-cosine': keys({
      kind: z.literal('warmup-cosine').default('warmup-cosine'),
      warmup: z.int().min(0).default(warmup),
      /** What the rate rises from, as a share of it. */
      start: share.default(start),
      steps: count.default(2000),
      /** What is left of the rate at the end, as a share of it. */
      floor: share.default(floor),
    }).refine(({ warmup, steps }) => warmup <= steps, { path: ['warmup'], message: 'wanted at most `steps`' }),
    constant: keys({ kind: z.literal('constant') }),
  })

export const schedule = scheduleOf()

/** Training ends at the first of these; null turns one off. */
export const stop = keys({
  steps: count.nullable().default(2000),
  epochs: count.nullable().default(null),
  /** Validations without improvement. */
  patience: count.nullable().default(null),
  minRate: z.number().positive().nullable().default(null),
})

/** `keep`: how many of the last checkpoints. */
export const checkpoint = keys({ every: count.default(200), keep: count.default(1) })

export const log = keys({ every: count.default(10), tensorboard: z.boolean().default(true) })

/** `ablate` names runs after values, such as `rl+plc` and `model.width=64`. */
export const name = z.string().regex(/^\w[\w.+=-]*$/, 'wanted letters, digits, dots, dashes, underscores, + or =')

/**
 * What the products of linear layers and attention are made of in training: `f32`, or `f16`, halves with sums in f32, weights and all else
 * in f32 and the loss scaled so that gradients stay in range. Faster on GPUs with matrix units.
 */
export const precision = z.enum(['f32', 'f16']).default('f32')

/** The GPU to take, by a part of its name; null takes the best. */
export const adapter = text.nullable().default(null)

/** What is left out of all but the preset stays with it. */
export const sizes = {
  preset: z.enum(['tiny', 'pt-base', 'slt-base', 'base-40m', 'large-120m', 'super-1b', 'signdw']).default('tiny'),
  width: count.max(largest.width).exactOptional(),
  heads: count.max(largest.heads).exactOptional(),
  /** Width of the feed-forward blocks. */
  hidden: count.max(largest.hidden).exactOptional(),
  encoderLayers: count.max(largest.encoderLayers).exactOptional(),
  decoderLayers: count.max(largest.decoderLayers).exactOptional(),
  dropout: belowOne.exactOptional(),
  activation: z.enum(activations).exactOptional(),
}

/** Examples a pass: a larger batch goes through in several, whose gradients are added up before the update. null takes a batch whole. */
export const microBatch = count.nullable().default(null)

/** How examples are put into batches; padded lengths of the longer side are a multiple of `bucket`. */
export const batching = (bucket: number) =>
  keys({
    size: count.default(32),
    bucket: count.default(bucket),
    microBatch,
    order: z.enum(['shuffle', 'fixed']).default('shuffle'),
  }).prefault({})

/** Which run it is: the keys that every run file begins with, beside `task`. */
export const identity = {
  name,
  /** Folder of the run; default `runs/<name>`. */
  out: text.exactOptional(),
  seed: z.int().default(27),
}

/** How it is trained, whatever the task. */
export const training = {
  precision,
  optimiser: optimiser.prefault({}),
  schedule: schedule.prefault({}),
  stop: stop.prefault({}),
}

/** What is kept of it, and where it runs. */
export const keeping = { checkpoint: checkpoint.prefault({}), log: log.prefault({}), adapter }

/** The splits of a corpus of one language, by their paths. */
export const splits = { language: languageTag, train: text, dev: text.exactOptional(), test: text.exactOptional() }

/** A run's corpora: of files as `corpus` has them, or built in. */
export const corpora = <C extends z.ZodType>(corpus: C) =>
  z.array(chosen((entry) => (typeof entry === 'object' && entry !== null && 'synthetic' in entry ? synthetic : corpus))).min(1)

/** Fills in the run's folder. */
export const inFolder = <R extends { readonly name: string; readonly out?: string }>({ name, out = `runs/${name}`, ...rest }: R) => ({
  name,
  out,
  ...rest,
})

/** What the run files of every task have. */
export interface TrainingConfig {
  readonly task: string
  readonly name: string
  /** Folder of the run. */
  readonly out: string
  readonly seed: number
  readonly model: PresetModel
  readonly precision: z.output<typeof precision>
  readonly optimiser: z.output<typeof optimiser>
  readonly schedule: z.output<typeof schedule>
  readonly batch: { readonly size: number; readonly microBatch: z.output<typeof microBatch> }
  readonly stop: z.output<typeof stop>
  /** Steps from one validation to the next. */
  readonly validate: { readonly every: number }
  readonly checkpoint: z.output<typeof checkpoint>
  readonly log: z.output<typeof log>
  readonly adapter: z.output<typeof adapter>
}

/** What the model of such a run is opened with: `sgd` keeps no second moments. */
export const trainingOptions = ({ precision, optimiser }: Pick<TrainingConfig, 'precision' | 'optimiser'>) =>
  ({ training: true, precision, moments: optimiser.kind === 'sgd' ? 1 : 2 }) as const

/** What is wrong with a run that nothing would end: where, and how to say it. */
export function* endless(config: {
  readonly stop: z.output<typeof stop>
  readonly schedule: z.output<typeof schedule>
}): Generator<[path: (string | number)[], message: string]> {
  const { steps, epochs, patience, minRate } = config.stop
  if (steps === null && epochs === null && patience === null && minRate === null && config.schedule.kind !== 'plateau')
    yield [['stop'], 'wanted steps, epochs, patience or minRate, got none, so that the run would not end']
}

/** What is wrong between the sizes of a run's model: where, and how to say it. `headsOf` as `unfitting` has it. */
export function* unfittingSizes(
  { model }: { readonly model: { readonly preset: Preset; readonly width?: number; readonly heads?: number; readonly hidden?: number } },
  headsOf: 1 | 4 = 4,
): Generator<[path: (string | number)[], message: string]> {
  for (const [size, message] of unfitting({ ...presets[model.preset], ...model }, headsOf)) {
    // Of two that do not fit, the one that the file names.
    yield [['model', size === 'width' && model.width === undefined ? 'heads' : size], message]
  }
}
