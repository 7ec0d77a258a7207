// A language model from the files that Hugging Face publishes: sizes from config.json, weights from one safetensors file or an index of several,
// a tensor at a time from the disk to the GPU.

import { SignError } from '../base/errors.js'
import { readText } from '../base/text_file.js'
import type { Gpu } from '../device/gpu.js'
import { asWeights } from '../formats/safetensors/float.js'
import { readSafetensorsOrIndex } from '../formats/safetensors/index_file.js'
import { modelFiles } from '../formats/safetensors/model_folder.js'
import { LanguageModel, type LanguageModelConfig } from '../model/language_model.js'
import { XglmImport, xglmConfig } from '../model/xglm_state_dict.js'

export interface LoadXglmOptions {
  /** Default: what config.json says, which lies beside the weights. */
  readonly config?: LanguageModelConfig
  /** What matrices are stored as; default f16, as they are published. */
  readonly stored?: 'f32' | 'f16'
  /** Which tensors are the language model's, in a file that holds others too; default all. */
  readonly wants?: (name: string) => boolean
}

/**
 * Loads a frozen language model from a folder, a .safetensors file or an .index.json. Throws ERR_CHECKPOINT naming file and tensor for what is
 * missing, superfluous, of another shape, cut short or not finite; ERR_CONFIG for sizes that cannot be; ERR_DEVICE for want of memory.
 */
export async function loadXglm(gpu: Gpu, path: string, { config, stored = 'f16', wants }: LoadXglmOptions = {}): Promise<LanguageModel> {
  const { weights, config: beside } = await modelFiles(path)
  const sizes = config ?? (await readXglmConfig(beside))
  const model = new LanguageModel(gpu, sizes, { frozen: true, stored, tensors: 'later' })
  try {
    const taking = new XglmImport(sizes, (name, tensor) => model.weights.write(name, tensor, weights), weights)
    await readSafetensorsOrIndex(weights, {
      ...(wants && { wants }),
      visit: (name, tensor) => taking.take(name, { shape: tensor.shape, data: asWeights(name, tensor, weights) }),
    })
    taking.finish()
    return model
  } catch (error) {
    model.destroy()
    throw error
  }
}

/** Reads a published configuration. Throws ERR_CONFIG for one that cannot be read, or tells of another model. */
export async function readXglmConfig(path: string): Promise<LanguageModelConfig> {
  const text = await readText(path, { code: 'ERR_CONFIG', wanted: 'the configuration of a language model' })
  try {
    return xglmConfig(JSON.parse(text), path)
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw new SignError('ERR_CONFIG', path, `wanted JSON, got ${(cause as Error).message}`, 'Fetch the file again', { cause })
  }
}
