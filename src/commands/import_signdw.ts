// `signllm import` of a SignDW Transformer (SignVerse-2M), out of its state dict as safetensors.

import { savePoseCheckpoint } from '../checkpoint/file.js'
import { TEXT_TO_POSE } from '../checkpoint/tasks.js'
import type { ModelConfig } from '../model/config.js'
import { rawFrames } from '../model/frame_scaling.js'
import { SignModel } from '../model/sign_model.js'
import { checkSignDwNames, signDwScaling, signDwSizes, signDwTensors } from '../model/signdw_state_dict.js'
import { openAdapter } from './adapter.js'
import { readStateDict, readTableWords } from './imported_parts.js'
import type { Listener } from './say.js'

export interface SignDwImport extends Listener {
  readonly out: string
  readonly lang: string
  /** File with one token a line, in id order: `itos` of the checkpoint's vocabulary. */
  readonly vocabulary: string
  /** Default 8. */
  readonly heads?: number | undefined
  /** A tokeniser by its name; default `words-and-marks`, its own. */
  readonly tokens?: string | undefined
  /** Default 24. */
  readonly fps?: number | undefined
  /** Frames of the longest clip, in which it tells lengths; default 96. */
  readonly maxFrames?: number | undefined
  /** Tokens of the longest sentence; default 96. */
  readonly maxTokens?: number | undefined
  readonly adapter?: string | undefined
}

/**
 * Converts the file, or the files of an index, and returns the model's sizes. Throws ERR_CHECKPOINT for tensors that make no such model, and for the first number
 * that is not finite.
 */
export async function importSignDw(path: string, options: SignDwImport) {
  const { out, lang, tokens = 'words-and-marks', fps = 24 } = options
  const theirs = await readStateDict(path, { check: checkSignDwNames })
  const tensors = signDwTensors(theirs, path)
  const { sizes, vocabularySize } = signDwSizes(tensors, path)
  const { heads = sizes.heads, maxFrames = sizes.maxFrames, maxTokens = sizes.maxTokens } = options
  const config: ModelConfig = { ...sizes, heads, maxFrames, maxTokens }
  const vocabulary = await readTableWords(path, options.vocabulary, tokens, vocabularySize)
  const scaling = signDwScaling(theirs, config.numbers, path) ?? rawFrames(config.numbers)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    const model = new SignModel(gpu)
    // It starts from zeros, which z-scored numbers have at their mean.
    const startFrame = scaling.centre.slice(0, config.numbers)
    model.addLanguage({ language: lang, config, vocabulary, startFrame, scaling, fps }, { tensors, who: path })
    await savePoseCheckpoint(out, model)
    return { task: TEXT_TO_POSE, out, language: lang, vocabulary: vocabulary.size, ...config }
  } finally {
    await gpu.destroy()
  }
}
