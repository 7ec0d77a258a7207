// The run file of a pose-to-text training, told from others by `task: pose-to-text`: its keys, their defaults and their limits.

import * as z from 'zod'
import { beamDialects } from '../../infer/beam.js'
import { largest } from '../../model/config.js'
import { glossForms, MOST_SAMPLES } from '../../nn/gloss_attention.js'
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
  lengthPenalty,
  optimiser,
  sizes,
  text,
  training,
  unfittingSizes,
  weight,
} from '../../train/config/parts.js'
import { frameCorpus, frameLayout, poseAugmentation, unfittingFrames } from '../../train/config/pose_parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { type KeyedShape, keys } from '../../train/config/schema.js'

export const labelSources = ['gloss', 'lang_gloss', 'letters'] as const
export type LabelSource = (typeof labelSources)[number]

const run = keys({
  task: z.literal('pose-to-text'),
  ...identity,
  data: corpora(frameCorpus),
  /** What CTC is to tell of the frames: the line of the `.gloss` file, that with its language in every gloss, or the letters of the text. */
  labels: z.enum(labelSources).default('gloss'),
  /** How the text is cut into what the decoder writes. */
  tokens: z.enum(tokenPolicies).default('whitespace'),
  /** Words of texts seen less often are unknown. */
  minCount: count.default(1),
  /** λ_R · (CTC of a clip / its labels), averaged over clips, + λ_T · (a sentence's summed cross-entropy), averaged over clips. 0 leaves that half of the model out. */
  loss: keys({ recognition: weight.default(5), translation: weight.default(1) }).prefault({}),
  model: keys({
    ...sizes,
    layout: frameLayout,
    /** Of attention's weights. */
    attentionDropout: belowOne.default(0),
    /** Of the encoder: each frame attends to all of its clip, or to a few places that it chooses itself (GASLT's gloss attention). */
    attention: z.enum(['full', 'gloss']).default('full'),
    /** Of gloss attention: places that each head of a frame sees. */
    samples: count.max(MOST_SAMPLES).default(7),
    /** And how places are read: by linear interpolation, or as the released code does, where they depend on how far a batch is padded. */
    form: z.enum(glossForms).default('clean'),
    /** Longest clip, in frames. */
    maxFrames: count.max(largest.maxFrames).default(400),
    /** Longest text, in tokens with the closing one. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...training,
  optimiser: optimiser
    .extend({
      beta2: belowOne.default(0.998),
      weightDecay: z.number().min(0).default(1e-3),
      decayed: z.enum(['weights', 'matrices', 'all']).default('all'),
      clip: z.number().positive().nullable().default(null),
    })
    .prefault({}),
  /** Share of the goal that is spread over the vocabulary (label smoothing), and as PyTorch (`uniform`) or JoeyNMT has it. */
  smoothing: belowOne.default(0),
  smoothingKind: z.enum(['uniform', 'joey']).default('joey'),
  /** SignCL beside the other losses: neighbouring frames are drawn together, frames of other signs pushed apart. */
  signCl: keys({
    /** λ; 0, the default, leaves it out. The paper has 0.01. */
    weight: weight.default(0),
    form: z.enum(['paper', 'released']).default('paper'),
    /** m, the distance that frames of other signs are pushed to; default 64, or 32 in the released form. Features of other widths want another. */
    maxDistance: z.number().positive().exactOptional(),
    /** Whose frames: the embedded ones, or those the encoder puts out. */
    at: z.enum(['frames', 'encoder']).default('encoder'),
  }).prefault({}),
  /** GASLT's knowledge transfer: clips of a pass are to be as similar as their sentences are. */
  similarity: keys({
    /** Of the mean squared difference of cosines; 0, the default, leaves it out. GASLT has 10. */
    weight: weight.default(0),
    /** How similar sentences are, or vectors of them, as safetensors. */
    file: text.nullable().default(null),
    /** Or a language model, as `language_model` of sign-to-text names one, by whose sentence vectors they are compared. */
    language_model: text.nullable().default(null),
  }).prefault({}),
  augment: poseAugmentation(),
  batch: batching(16),
  validate: keys({
    /** Steps from one validation to the next. */
    every: count.default(100),
    /** Clips a validation; null for all. */
    clips: count.nullable().default(null),
    /** 1 is greedy. */
    beams: z.int().min(1).max(64).default(1),
    /** Scores are divided by ((5 + n) / 6)^α, or n^α as Hugging Face has it; −1 leaves them as they are. */
    alpha: lengthPenalty.default(-1),
    dialect: z.enum(beamDialects).default('slrt'),
    /** Hypotheses of CTC; 1 is greedy. */
    glossBeams: z.int().min(1).max(64).default(1),
    /** Whether the sign density ratio of the features that SignCL works on, `signCl.at`, is measured; glosses must be recognised. */
    density: z.boolean().default(false),
  }).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    const problems = [
      ...unfittingSizes(config),
      ...endless(config),
      ...unlearning(config),
      ...unfittingFrames(config),
      ...uncompared(config),
      ...unaligned(config),
    ]
    for (const [path, message] of problems) context.addIssue({ code: 'custom', path, message })
  })
  .transform(inFolder)

function* unlearning({ loss }: { loss: { recognition: number; translation: number } }): Generator<[string[], string]> {
  if (loss.recognition === 0 && loss.translation === 0) yield [['loss'], 'wanted recognition or translation above 0, got 0 for both']
}

function* uncompared({
  similarity: { weight, file, language_model: language },
}: {
  similarity: { weight: number; file: string | null; language_model: string | null }
}): Generator<[string[], string]> {
  const named = [file, language].filter((one) => one !== null).length
  if (weight > 0 && named !== 1)
    yield [['similarity'], `wanted file or language_model, which says how similar sentences are, got ${named === 0 ? 'neither' : 'both'}`]
}

function* unaligned({ loss, validate }: { loss: { recognition: number }; validate: { density: boolean } }): Generator<[string[], string]> {
  if (validate.density && loss.recognition === 0)
    yield [['validate', 'density'], 'wanted loss.recognition above 0, by which glosses are aligned to frames, got 0']
}

/** A pose-to-text training, complete. In `model`, what the preset decides may be absent. */
export type PoseToTextRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parsePoseToTextConfig = runParser(run)
