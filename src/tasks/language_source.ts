// The frozen language model that a run file names: a checkpoint of our own, files as Hugging Face publishes them, or the sizes of a published one alone.

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { SignError } from '../base/errors.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { languageCheckpoint, restoreLanguageModel } from '../checkpoint/language_model.js'
import { loadXglm, readXglmConfig } from '../checkpoint/xglm_files.js'
import type { Gpu } from '../device/gpu.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { modelFiles } from '../formats/safetensors/model_folder.js'
import { modelMark } from '../formats/safetensors/model_mark.js'
import { checkLanguageConfig, LanguageModel, type LanguageModelConfig, languagePresets } from '../model/language_model.js'
import type { FrozenLanguage, SignToTextDescription } from '../model/sign_to_text.js'
import { readPieces } from '../text/pieces/piece_file.js'
import type { TextCoder } from '../text/text_coder.js'

export interface LanguageSource {
  readonly config: LanguageModelConfig
  readonly frozen: FrozenLanguage
  /** What came with it to read and write text by; undefined where nothing did. */
  readonly text: TextCoder | undefined
  /** What to know of it. */
  readonly notes: readonly string[]
  /** Opens it, frozen. */
  open(gpu: Gpu): Promise<LanguageModel>
}

/** How its matrices are stored where nobody says. */
export interface LanguageChoice {
  /** A path, or one of `languagePresets`. */
  readonly file: string
  readonly stored?: 'f32' | 'f16' | undefined
}

type Preset = keyof typeof languagePresets
const isPreset = (name: string): name is Preset => Object.hasOwn(languagePresets, name)

/** Whether it names sizes alone, whose vocabulary is larger than that of any text. */
export const isShapeAlone = ({ path = '' }: FrozenLanguage): boolean => isPreset(path)

/** Reads all but the weights. Throws ERR_CHECKPOINT and ERR_CONFIG naming the file for what is no language model. */
export async function languageSource({ file, stored }: LanguageChoice): Promise<LanguageSource> {
  if (isPreset(file)) return shapeAlone(file, stored)
  const { weights, config: beside } = await modelFiles(file)
  return (await isOurs(weights)) ? ofCheckpoint(weights, stored) : ofFiles(weights, beside, stored)
}

/** What is said of the language model, shares that training drops among it. */
export interface ToldOfLanguage extends Pick<LanguageChoice, 'file'> {
  readonly dropout?: number
  readonly attentionDropout?: number
}

/** The language model's sizes, and its ids as the coder has them. Throws ERR_CONFIG naming its file where they are others. */
export function writtenBy(
  { config, frozen }: LanguageSource,
  { special }: TextCoder,
  { file, dropout = config.dropout, attentionDropout = config.attentionDropout }: ToldOfLanguage,
): LanguageModelConfig {
  const sizes = checkLanguageConfig({ ...config, dropout, ...(attentionDropout !== undefined && { attentionDropout }) })
  const { padding, start, end } = special
  if (isShapeAlone(frozen)) return { ...sizes, padding, start, end }
  for (const id of ['padding', 'end'] as const)
    if (special[id] !== config[id]) {
      const problem = `wanted a tokenizer whose ${id} is ${config[id]}, as the language model has it, got ${special[id]}`
      throw new SignError('ERR_CONFIG', file, problem, 'Take the tokenizer file that came with these weights')
    }
  return sizes
}

async function isOurs(path: string): Promise<boolean> {
  if (path.endsWith('.index.json')) return false
  const { metadata } = await readSafetensors(path, { wants: () => false })
  return metadata.format?.startsWith('signllm-') ?? false
}

async function ofCheckpoint(path: string, stored: 'f32' | 'f16' = 'f32'): Promise<LanguageSource> {
  const saved = languageCheckpoint(await readCheckpoint(path))
  const { config, words } = saved.description
  return {
    config,
    frozen: { mark: await modelMark(path), stored },
    text: words,
    notes: saved.notes,
    open: async (gpu) => restoreLanguageModel(gpu, saved, { frozen: true, stored }),
  }
}

async function ofFiles(path: string, beside: string, stored: 'f32' | 'f16' = 'f16'): Promise<LanguageSource> {
  const config = await readXglmConfig(beside)
  return {
    config,
    frozen: { mark: await modelMark(path), path, stored },
    text: await tokenizerBeside(path),
    notes: [],
    open: (gpu) => loadXglm(gpu, path, { config, stored }),
  }
}

async function tokenizerBeside(path: string): Promise<TextCoder | undefined> {
  const [json, model] = ['tokenizer.json', 'sentencepiece.bpe.model'].map((name) => join(dirname(path), name)) as [string, string]
  if (existsSync(json)) return readPieces(json)
  return existsSync(model) ? readPieces(model, { layout: 'xglm' }) : undefined
}

function shapeAlone(name: Preset, stored: 'f32' | 'f16' = 'f16'): LanguageSource {
  const config = languagePresets[name]
  return {
    config,
    frozen: { mark: 'sizes alone', path: name, stored },
    text: undefined,
    notes: [
      `language_model: ${name} names sizes alone: its weights are zeros, so that a run can be planned and measured, and learns nothing`,
    ],
    open: async (gpu) => new LanguageModel(gpu, config, { frozen: true, stored, tensors: 'later' }),
  }
}

const ELSEWHERE = 'Name the folder with its files: --language-model'

/**
 * Opens the files that the checkpoint at `checkpoint` refers to: the path is tried from the working directory, as in the run file, then from the
 * checkpoint's folder and from each folder around it; with `elsewhere`, only that. Throws ERR_CHECKPOINT where they are gone, or hold another model.
 */
export async function openReferred(
  gpu: Gpu,
  { frozen, config }: SignToTextDescription,
  checkpoint: string,
  elsewhere?: string,
): Promise<LanguageModel> {
  const path = elsewhere ?? found(frozen.path!, checkpoint)
  if (isPreset(path)) return shapeAlone(path, frozen.stored).open(gpu)
  const { weights } = await modelFiles(path).catch((cause: unknown) => {
    if (!(cause instanceof SignError)) throw cause
    throw new SignError('ERR_CHECKPOINT', checkpoint, `wanted the files of its language model, got ${cause.message}`, ELSEWHERE, { cause })
  })
  const mark = await modelMark(weights)
  if (mark === frozen.mark) return loadXglm(gpu, weights, { config: config.language, stored: frozen.stored })
  const problem = `wanted the language model that it was trained with (${frozen.mark}), got another (${mark}) in ${path}`
  throw new SignError('ERR_CHECKPOINT', checkpoint, problem, ELSEWHERE)
}

/** Where a file that a run named lies, as told by what is there; as it was named where nothing is. */
function found(path: string, checkpoint: string): string {
  const around: string[] = []
  for (let folder = dirname(resolve(checkpoint)); around.at(-1) !== folder; folder = dirname(folder)) around.push(folder)
  return [path, ...around.map((folder) => resolve(folder, path))].find(existsSync) ?? path
}
