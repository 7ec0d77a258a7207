// Systems that read signing, each as the run files of its stages, in sizes that a laptop trains in a minute.

import { join } from 'node:path'
import type { Prefixes, SystemsCorpus } from './corpora.js'

/** What the run files of one row are made of. */
export interface RowSettings {
  readonly corpus: SystemsCorpus
  readonly prefixes: Prefixes
  readonly seed: number
  /** Where its runs are. */
  readonly out: string
  /** The checkpoint of the language model that all rows of a corpus have in common. */
  readonly language: string
}

/** A run file as an object; JSON is YAML. */
export type RunFile = Readonly<Record<string, unknown>> & { readonly task: string; readonly name: string; readonly out: string }

export interface System {
  readonly name: string
  readonly what: string
  /** Files and folders that are its own, kernels, references, tests and benches aside. */
  readonly sources: readonly string[]
  /** The row that it differs from by SignCL alone. */
  readonly without?: string
  /** Its stages, the last of which writes sentences. */
  stages(settings: RowSettings): readonly RunFile[]
}

/** What all run files of a row have. */
const common = ({ corpus: { language }, prefixes, seed, out }: RowSettings, stage: string, steps: number) => ({
  name: stage,
  out: join(out, stage),
  seed,
  data: [{ language, ...prefixes }],
  optimiser: { kind: 'adamw', rate: 2e-3, weightDecay: 1e-3, clip: 1 },
  schedule: { kind: 'warmup-cosine', warmup: 50, steps, floor: 0.02 },
  batch: { size: 16 },
  stop: { steps },
  checkpoint: { every: steps },
  log: { every: 50, tensorboard: false },
})

const sizes = { preset: 'tiny', width: 64, heads: 4, hidden: 128, dropout: 0.1 }

/** The language model of a corpus: of Sign2GPT what is frozen, of GASLT what tells how similar sentences are. */
export const languageRun = (settings: RowSettings): RunFile => ({
  ...common(settings, 'language', 300),
  task: 'language-model',
  model: { ...sizes, layers: 2, maxTokens: settings.corpus.maxTokens },
  validate: { every: 100 },
})

/** The released form, which has frames of other signs in short clips too. Not searched for; distances are sums over features of 64 numbers. */
const signCl = { weight: 1, form: 'released', maxDistance: 32 }

/** How near signs are, of systems that tell which frames a gloss has. */
const density = { validate: { every: 200, density: true } }

const transformer = (
  settings: RowSettings,
  more: Readonly<Record<string, unknown>>,
  model: Readonly<Record<string, unknown>> = {},
): RunFile => ({
  ...common(settings, 'translation', 400),
  task: 'pose-to-text',
  model: {
    ...sizes,
    encoderLayers: 2,
    decoderLayers: 2,
    maxFrames: settings.corpus.maxFrames,
    maxTokens: settings.corpus.maxTokens,
    ...model,
  },
  augment: { noise: 0.01, pace: 0.1 },
  validate: { every: 200 },
  ...more,
})

const withoutGlosses = { loss: { recognition: 0 } }
const similarity = ({ language }: RowSettings) => ({ similarity: { weight: 10, language_model: language } })

const gaslt = (settings: RowSettings, more: Readonly<Record<string, unknown>> = {}): RunFile =>
  transformer(settings, { ...withoutGlosses, ...similarity(settings), ...more }, { attention: 'gloss' })

const signs = ({ corpus }: RowSettings) => ({ preset: 'tiny', maxFrames: corpus.maxFrames })

/**
 * What the transformer's clips are augmented by, for systems whose own augmentation is that published for Sign2GPT: half of the clips mirrored, all of them turned,
 * scaled and moved far.
 */
const little = { augment: { mirror: 0, shift: 0, scale: 0, tilt: 0, noise: 0.01, pace: 0.1 } }

/** Stage 2 alone, from nothing. */
const gfslt = (settings: RowSettings): RunFile => ({
  ...common(settings, 'translation', 1200),
  task: 'sign-translation',
  model: convolvedSizes(settings),
  validate: { every: 400 },
})

const convolvedSizes = ({ corpus: { maxFrames, maxTokens } }: RowSettings) => ({
  ...{ ...sizes, features: 64, encoderLayers: 2, decoderLayers: 2 },
  ...{ maxFrames, maxTokens },
})

/** Both stages; of the first, which compares 16 clips and restores sentences, the second takes what reads signing and the decoder. */
function gfsltVlp(settings: RowSettings): RunFile[] {
  const first = common(settings, 'matching', 400)
  return [
    { ...first, task: 'sign-text-matching', model: convolvedSizes(settings), validate: { every: 200 } },
    { ...gfslt(settings), initFrom: join(first.out, 'best.safetensors') },
  ]
}

function signToGpt(settings: RowSettings): RunFile[] {
  const first = common(settings, 'words-found', 400)
  return [
    {
      ...first,
      task: 'pseudo-gloss',
      items: 'words',
      ubiquitous: 10,
      model: signs(settings),
      validate: { every: 200 },
    },
    {
      ...common(settings, 'translation', 1200),
      task: 'sign-to-text',
      language_model: settings.language,
      initFrom: join(first.out, 'best.safetensors'),
      model: { ...signs(settings), maxTokens: settings.corpus.maxTokens },
      validate: { every: 400, beams: 1 },
    },
  ]
}

/** Codes as the words of several that clips are written in, before the sentence, as published but for adapters of the language model's own attention. */
const signLlmByWords = (settings: RowSettings): RunFile[] =>
  signLlm(settings).map((run) =>
    run.task === 'sign-to-text'
      ? { ...run, codes: { count: 64, as: 'words' }, model: { ...(run.model as Readonly<Record<string, unknown>>), signing: 'prefix' } }
      : run,
  )

function signLlm(settings: RowSettings): RunFile[] {
  const first = common(settings, 'codes', 400)
  const model = { ...signs(settings), positions: false }
  return [
    { ...first, task: 'vq-sign', model: { ...model, codes: 64 }, loss: { against: 'own-clip' }, validate: { every: 200 } },
    {
      ...common(settings, 'translation', 1200),
      task: 'sign-to-text',
      language_model: settings.language,
      initFrom: join(first.out, 'best.safetensors'),
      codes: { count: 64 },
      model: { ...model, maxTokens: settings.corpus.maxTokens },
      validate: { every: 400, beams: 1 },
    },
  ]
}

/** The row of a system whose training clips are changed as little as the transformer's. */
const littleAugmented = (name: string, stages: System['stages']): System => ({
  name: `${name} augmented little`,
  what: 'the same with the augmentation of the transformer',
  sources: [],
  stages: (settings) => stages(settings).map((run) => ({ ...run, ...little })),
})

const ofTransformer = [
  'src/tasks/pose_to_text',
  'src/model/pose_to_text.ts',
  'src/checkpoint/pose_to_text.ts',
  'src/model/slt_state_dict.ts',
  'src/infer/translator.ts',
  'src/infer/gloss_decoder.ts',
  'src/infer/ctc',
  'src/ops/ctc.ts',
  'src/ops/ctc_align.ts',
  'src/ops/softsign.ts',
]
const ofSimilarity = [
  'src/nn/gloss_attention.ts',
  'src/ops/gloss_attention.ts',
  'src/ops/similarity.ts',
  'src/tasks/pose_to_text/similarity.ts',
  'src/tasks/language_model/sentence_vectors.ts',
  'src/tasks/language_model/sentence_batches.ts',
]
const ofConvolutions = [
  ...['src/tasks/sign_translation', 'src/tasks/convolved_sizes.ts', 'src/train/config/convolved_parts.ts'],
  ...[
    'src/model/sign_translation.ts',
    'src/model/convolved_signs.ts',
    'src/model/text_transformer_sizes.ts',
    'src/model/gfslt_state_dict.ts',
  ],
  ...[
    'src/nn/temporal_convolution.ts',
    'src/nn/text_transformer.ts',
    'src/nn/convolution.ts',
    'src/ops/convolution.ts',
    'src/ops/max_pool.ts',
  ],
  ...['src/checkpoint/sign_translation.ts', 'src/infer/translation_reader.ts'],
]
const ofSignCl = ['src/ops/sign_cl.ts', 'src/train/sign_pairs.ts']

export const systems: readonly System[] = [
  {
    name: 'sign language transformer',
    what: 'Camgöz et al. 2020: frames to glosses by CTC and to words by a decoder',
    sources: ofTransformer,
    stages: (settings) => [transformer(settings, density)],
  },
  {
    name: 'sign language transformer + SignCL',
    what: 'the same with Ye et al. 2024',
    sources: ofSignCl,
    without: 'sign language transformer',
    stages: (settings) => [transformer(settings, { ...density, signCl })],
  },
  {
    name: 'without glosses',
    what: 'the transformer with neither glosses nor what GASLT has in their place',
    sources: [],
    stages: (settings) => [transformer(settings, withoutGlosses)],
  },
  {
    name: 'gloss attention alone',
    what: 'GASLT without the similarity of sentences',
    sources: [],
    stages: (settings) => [transformer(settings, withoutGlosses, { attention: 'gloss' })],
  },
  {
    name: 'similarity alone',
    what: 'GASLT with the attention of the transformer',
    sources: [],
    stages: (settings) => [transformer(settings, { ...withoutGlosses, ...similarity(settings) })],
  },
  {
    name: 'GASLT',
    what: 'Yin et al. 2023: no glosses; gloss attention, and how similar sentences are by the language model',
    sources: ofSimilarity,
    stages: (settings) => [gaslt(settings)],
  },
  {
    name: 'GASLT + SignCL',
    what: 'the same with SignCL',
    sources: ofSignCl,
    without: 'GASLT',
    stages: (settings) => [gaslt(settings, { signCl })],
  },
  {
    name: 'GFSLT',
    what: 'Zhou et al. 2023: convolutions over time and a decoder of its own, without glosses and without the stage before',
    sources: ofConvolutions,
    stages: (settings) => [gfslt(settings)],
  },
  littleAugmented('GFSLT', (settings) => [gfslt(settings)]),
  {
    ...littleAugmented('GFSLT-VLP', gfsltVlp),
    what: 'the same with the stage before: which sentence says what a clip does, and sentences restored',
    sources: [
      ...['src/tasks/sign_text_matching', 'src/model/sign_text_matching.ts', 'src/checkpoint/sign_text_matching.ts'],
      ...[
        'src/infer/sign_text_matcher.ts',
        'src/ops/matching.ts',
        'src/train/features.ts',
        'src/commands/retrieve.ts',
        'src/cli_retrieve.ts',
      ],
    ],
  },
  {
    name: 'Sign2GPT',
    what: 'Wong et al. 2024: words of sentences found in frames first, then adapters of the frozen language model',
    sources: [
      ...[
        'src/tasks/pseudo_gloss',
        'src/tasks/sign_to_text',
        'src/model/pseudo_gloss.ts',
        'src/model/sign_to_text.ts',
        'src/model/sign_tokens.ts',
      ],
      ...[
        'src/nn/sign_encoder.ts',
        'src/nn/prototypes.ts',
        'src/nn/adapted_decoder.ts',
        'src/ops/banded_attention.ts',
        'src/ops/prototype_scores.ts',
      ],
      ...[
        'src/ops/lora.ts',
        'src/ops/head_gate.ts',
        'src/checkpoint/pseudo_gloss.ts',
        'src/checkpoint/sign_to_text.ts',
        'src/infer/sign_translator.ts',
        'src/infer/sign_text_reader.ts',
      ],
    ],
    stages: signToGpt,
  },
  littleAugmented('Sign2GPT', signToGpt),
  {
    name: 'SignLLM',
    what: 'Gong et al. 2024: signing in codes first, by predicting what comes, then read as codes by the frozen language model',
    sources: [
      ...[
        'src/tasks/vq_sign',
        'src/tasks/sign_to_text/codes.ts',
        'src/model/vq_sign.ts',
        'src/checkpoint/vq_sign.ts',
        'src/ops/vector_quantise.ts',
      ],
      ...[
        'src/ops/contrastive_prediction.ts',
        'src/ops/mean_discrepancy.ts',
        'src/text/sign_words',
        'src/commands/sign_codes.ts',
        'src/cli_sign_codes.ts',
      ],
    ],
    stages: signLlm,
  },
  littleAugmented('SignLLM', signLlm),
  {
    ...littleAugmented('SignLLM by words', signLlmByWords),
    what: 'the same, the codes read as words that stand before the sentence',
    sources: [
      ...['src/model/sign_features.ts', 'src/nn/prefixed_decoder.ts', 'src/ops/joined_rows.ts', 'src/ops/sign_words.ts'],
      'src/tasks/sign_to_text/first_words.ts',
    ],
  },
]
