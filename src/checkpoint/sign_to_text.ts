// What a checkpoint of a sign-to-text model says, and the model made of it. A frozen language model that was trained with signllm is saved with it, so that
// one file is all that a user has to keep. Files of a published one, gigabytes that never change, are referred to by their path and a mark of what is in them.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import { LanguageModel } from '../model/language_model.js'
import { type SignToTextDescription, SignToTextModel, type SignToTextOptions } from '../model/sign_to_text.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { savedLanguage } from './language_model.js'
import { coderNamed, restored, savedCoders, savedDescription, withTensors } from './one_model.js'
import { savedSigns } from './sizes.js'
import { SIGN_TO_TEXT } from './tasks.js'

/** Where the language model's tensors lie, beside those of the model's own parts. */
const LANGUAGE = 'frozen/'

const savedModel = z.strictObject({
  config: z.strictObject({
    signs: z.strictObject(savedSigns),
    signsTrained: z.boolean(),
    adapters: z.strictObject({
      rank: z.int().nonnegative(),
      alpha: z.number().positive(),
      dropout: z.number(),
      gate: z.enum(['clamp', 'tanh']),
    }),
    prefix: z.literal(true).exactOptional(),
    codes: z.int().positive().exactOptional(),
    words: z.literal(true).exactOptional(),
    language: savedLanguage,
    maxTokens: z.int().positive(),
  }),
  frozen: z.strictObject({
    mark: z.string(),
    path: z.string().exactOptional(),
    stored: z.enum(['f32', 'f16']),
  }),
  words: z
    .strictObject({
      slow: z.int().positive(),
      longest: z.number().positive(),
      words: z.array(z.array(z.int().nonnegative())),
    })
    .optional(),
  languages: z.array(z.string()),
  fps: z.number().positive(),
  trainedOn: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
  seed: z.int(),
})

/** What a checkpoint says of its model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function signToTextDescription(checkpoint: Checkpoint): SignToTextDescription {
  const described = savedDescription(checkpoint, SIGN_TO_TEXT, savedModel)
  const text = coderNamed(checkpoint, 'text')
  const { vocabulary } = described.config.language
  if (text.size > vocabulary) {
    const problem = `wanted a row of the language model's table for each of ${text.size} ids, got ${vocabulary}`
    throw new SignError('ERR_CHECKPOINT', checkpoint.path, problem, 'Save the checkpoint again')
  }
  return { ...described, text }
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export async function signToTextContent(model: SignToTextModel, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const described = savedModel.strip().parse(model)
  const content = await withTensors(model.weights, {
    task: SIGN_TO_TEXT,
    model: described,
    ...savedCoders({ text: model.text }),
    state,
  })
  if (model.frozen.path !== undefined) return content
  const language = [...(await model.language.weights.save())].map(([name, tensor]) => [`${LANGUAGE}${name}`, tensor] as const)
  return { ...content, tensors: new Map([...content.tensors, ...language]) }
}

export interface RestoreSignToTextOptions extends SignToTextOptions {
  /** Opens a language model that the checkpoint, whose path it is told, refers to. */
  readonly openLanguage?: (gpu: Gpu, description: SignToTextDescription, checkpoint: string) => Promise<LanguageModel>
}

/**
 * The model of a checkpoint; with `training`, its moments too. Throws ERR_CHECKPOINT for one of another task, where its tensors are not those of its
 * sizes, and for one that refers to files where those cannot be opened.
 */
export async function restoreSignToText(
  gpu: Gpu,
  checkpoint: Checkpoint,
  { openLanguage, ...options }: RestoreSignToTextOptions = {},
): Promise<SignToTextModel> {
  const { path } = checkpoint
  const description = signToTextDescription(checkpoint)
  const language = await languageOf(gpu, checkpoint, description, openLanguage)
  try {
    const parts = { path, tensors: (part: Part) => tensorsUnder(checkpoint, `${part}/`) }
    const make: Parameters<typeof restored<SignToTextModel>>[2] = (tensors) =>
      new SignToTextModel(gpu, description, language, { ...options, tensors, who: path })
    return restored(parts, options.training, make)
  } catch (error) {
    language.destroy()
    throw error
  }
}

async function languageOf(
  gpu: Gpu,
  checkpoint: Checkpoint,
  description: SignToTextDescription,
  openLanguage: RestoreSignToTextOptions['openLanguage'],
): Promise<LanguageModel> {
  const { config, frozen } = description
  if (frozen.path === undefined) {
    const tensors = tensorsUnder(checkpoint, LANGUAGE)
    return new LanguageModel(gpu, config.language, { frozen: true, stored: frozen.stored, tensors, who: checkpoint.path })
  }
  if (openLanguage) return openLanguage(gpu, description, checkpoint.path)
  const problem = `wanted the language model with it, got one that refers to ${frozen.path}`
  throw new SignError('ERR_CHECKPOINT', checkpoint.path, problem, 'Open it where those files are: signllm translate')
}
