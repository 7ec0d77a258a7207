// What a checkpoint of a language model says.

import * as z from 'zod'
import type { Gpu } from '../device/gpu.js'
import { largest } from '../model/config.js'
import { LanguageModel, type LanguageModelConfig, type LanguageModelOptions } from '../model/language_model.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import type { TextCoder } from '../text/text_coder.js'
import type { Part } from './arenas.js'
import { type Checkpoint, type CheckpointContent, tensorsUnder } from './checkpoint.js'
import { coderNamed, restored, savedCoders, savedDescription, withTensors } from './one_model.js'
import { LANGUAGE_MODEL } from './tasks.js'

const id = z.int().min(0)

/** The sizes of a language model, as checkpoints hold them. */
export const savedLanguage = z.strictObject({
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  layers: z.int().positive().max(largest.decoderLayers),
  vocabulary: z.int().positive(),
  maxTokens: z.int().positive().max(largest.maxTokens),
  dropout: z.number(),
  attentionDropout: z.number().exactOptional(),
  activationDropout: z.number(),
  activation: z.enum(['relu', 'gelu', 'gelu-erf']),
  padding: id,
  start: id,
  end: id,
})

const savedModel = z.strictObject({
  config: savedLanguage,
  languages: z.array(z.string()),
})

/** What a language model is, beside its weights. */
export interface LanguageDescription {
  readonly config: LanguageModelConfig
  /** What it reads and writes text by. */
  readonly words: TextCoder
  /** Tags of the languages of what it was trained on. */
  readonly languages: readonly string[]
}

/** A language model as it was read, still on the host. */
export interface LanguageCheckpoint {
  readonly task: typeof LANGUAGE_MODEL
  /** Where it was read from, or the name it was given: for messages. */
  readonly path: string
  readonly description: LanguageDescription
  /** What its user should know, as sentences; a command says them on standard error. */
  readonly notes: readonly string[]
  /** What the trainer saved to go on from; absent in a model meant for use only. */
  readonly state: unknown
  tensors(part: Part): HostTensors
}

/** Takes a checkpoint as a language model. Throws ERR_CHECKPOINT for one of another task, or inconsistent. */
export function languageCheckpoint(checkpoint: Checkpoint): LanguageCheckpoint {
  const described = savedDescription(checkpoint, LANGUAGE_MODEL, savedModel)
  const { path, notes, state } = checkpoint
  return {
    task: LANGUAGE_MODEL,
    path,
    description: { ...described, words: coderNamed(checkpoint, 'words') },
    notes,
    state,
    tensors: (part) => tensorsUnder(checkpoint, `${part}/`),
  }
}

/** A language model of a checkpoint; in training, with its moments. Throws ERR_CHECKPOINT for tensors that are not those of its sizes. */
export function restoreLanguageModel(gpu: Gpu, saved: LanguageCheckpoint, options: LanguageModelOptions = {}): LanguageModel {
  return restored(
    saved,
    options.training,
    (tensors) => new LanguageModel(gpu, saved.description.config, { ...options, tensors, who: saved.path }),
  )
}

/** What to save of a model; with `state`, the optimiser's moments too. */
export function languageContent(weights: ParameterSet, description: LanguageDescription, state?: unknown): Promise<CheckpointContent> {
  // In the schema's order of keys, whoever made it: equal models give equal bytes.
  const model = savedModel.strip().parse(description)
  return withTensors(weights, { task: LANGUAGE_MODEL, model, ...savedCoders({ words: description.words }), state })
}
