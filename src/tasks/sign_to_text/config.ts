// The run file of a sign-to-text training, stage 2 of Sign2GPT, told from others by `task: sign-to-text`: its keys, their defaults and their limits.

import * as z from 'zod'
import { largest } from '../../model/config.js'
import { largestCodes } from '../../model/vq_sign.js'
import { batching, belowOne, count, identity, inFolder, keeping, positiveWeight, text, weight } from '../../train/config/parts.js'
import { runParser } from '../../train/config/run_parser.js'
import { chosen, type KeyedShape, keys } from '../../train/config/schema.js'
import {
  sentenceValidation,
  signedCorpora,
  signedPoseAugmentation,
  signSizes,
  signTraining,
  unfittingSigning,
  unfittingSignSizes,
} from '../../train/config/sign_parts.js'
import { textTokens } from '../../train/config/text_tokens.js'

const languageFile = keys({
  /** A checkpoint of `task: language-model`; a folder, `.safetensors` or `.index.json` of a published XGLM; or `xglm-564m` or `xglm-1.7b`, their sizes alone. */
  file: text,
  /** What its matrices are stored as; default f32 for a checkpoint, f16 for published files. */
  stored: z.enum(['f32', 'f16']).exactOptional(),
  /** Of what its layers add; default as it was trained. */
  dropout: belowOne.exactOptional(),
  /** Of its attention's weights, over words and over signing; default as it was trained. */
  attentionDropout: belowOne.exactOptional(),
})

const path = text.transform((file): z.output<typeof languageFile> => ({ file }))

const codes = keys({
  /** Codes of the codebook. */
  count: z.int().min(2).max(largestCodes.codes).default(256),
  /** What is read: codes one by one, or the words of several that the training clips are written in, found in the codes of `initFrom`. */
  as: z.enum(['tokens', 'words']).default('tokens'),
  /** Of the squared distances that draw codes to their tokens, means over their numbers. */
  codebook: weight.default(1),
  /** γ: of those that draw tokens to their codes, against the former. */
  commitment: weight.default(0.25),
  /** λ1: of the squared mean discrepancy of what is made of codes for the language model, and rows of its table. */
  discrepancy: weight.default(0.5),
  /** Widths of the discrepancy's Gaussian kernels, in units of the root of the language model's width. */
  kernels: z.array(positiveWeight).min(1).max(16).default([0.25, 0.5, 1, 2, 4]),
  /** Rows of the table that a step draws. */
  words: count.max(4096).default(256),
})

const run = keys({
  task: z.literal('sign-to-text'),
  ...identity,
  ...signedCorpora,
  /** The frozen language model, by its path or with what else there is to say of it. */
  language_model: chosen((value) => (typeof value === 'object' && value !== null ? languageFile : path)),
  /** How text is cut; null: by what came with the language model. */
  tokens: textTokens.nullable().default(null),
  /** A checkpoint of `task: pseudo-gloss` or `task: vq-sign`, stage 1, whose frames and sign encoder this begins with. */
  initFrom: text.nullable().default(null),
  /** Whether frames and sign encoder are trained on, or kept as stage 1 left them. */
  signs: z.enum(['trained', 'frozen']).default('trained'),
  /** Reads the nearest codes of tokens in the place of tokens, as SignLLM does; null: tokens as they are. */
  codes: codes.nullable().default(null),
  model: keys({
    ...signSizes,
    /** How the language model reads signing: each layer attends to it through a gate, or it stands before the sentence as words would. */
    signing: z.enum(['attended', 'prefix']).default('attended'),
    /** Of every adapter; 0, of a prefix alone: none. */
    rank: z.int().min(0).max(1024).multipleOf(4, 'wanted a multiple of 4').default(4),
    /** Adapters of queries, keys and values are multiplied by alpha / rank. */
    alpha: positiveWeight.default(4),
    /** Share of what those read that training drops. */
    adapterDropout: belowOne.default(0.1),
    /** How a gate's number opens it: between 0 and 1, or by its hyperbolic tangent. */
    gate: z.enum(['clamp', 'tanh']).default('clamp'),
    /** Longest text, in tokens with the closing one. */
    maxTokens: count.max(largest.maxTokens).default(64),
  }).prefault({}),
  ...signTraining,
  /** Share of the goal that is spread over the vocabulary (label smoothing). */
  smoothing: belowOne.default(0.1),
  augment: signedPoseAugmentation,
  batch: batching(16),
  validate: keys(sentenceValidation).prefault({}),
  ...keeping,
} satisfies KeyedShape)
  .superRefine((config, context) => {
    for (const [at, message] of [...unfittingSignSizes(config), ...unfittingSigning(config), ...unlearnt(config), ...unread(config)])
      context.addIssue({ code: 'custom', path: at, message })
  })
  .transform(inFolder)

function* unlearnt({
  signs,
  initFrom,
  codes: read,
}: {
  signs: string
  initFrom: string | null
  codes: { as: string } | null
}): Generator<[string[], string]> {
  if (read?.as === 'words' && initFrom === null)
    yield [['codes', 'as'], 'wanted initFrom, a stage of task vq-sign in whose codes there are words, got none']
  if (signs === 'frozen' && initFrom === null)
    yield [['signs'], 'wanted initFrom, what has learnt to read signing, to keep it frozen, got none']
}

/** Of what attends to signing, and what stands before the sentence, what the other has no use for. */
function* unread({ model }: { model: { signing: string; gate: string; rank: number } }): Generator<[string[], string]> {
  if (model.signing === 'prefix' && model.gate !== 'clamp')
    yield [['model', 'gate'], 'wanted signing: attended with it, got signing: prefix, which has no gate']
  if (model.signing === 'attended' && model.rank === 0)
    yield [['model', 'rank'], 'wanted 4 or more, since the language model attends to signing through adapters, got 0']
}

/** A sign-to-text training, complete. In `model`, what the preset decides may be absent. */
export type SignToTextRunConfig = z.output<typeof run>

/** Reads a run file's text. */
export const parseSignToTextConfig = runParser(run)
