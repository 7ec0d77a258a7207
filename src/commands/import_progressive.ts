// `signllm import` of a model trained with the released Progressive Transformers code, out of its state dict as safetensors.

import { savePoseCheckpoint } from '../checkpoint/file.js'
import { exchangedTensor } from '../checkpoint/sides.js'
import { TEXT_TO_POSE } from '../checkpoint/tasks.js'
import { type ModelConfig, presets } from '../model/config.js'
import { rawFrames } from '../model/frame_scaling.js'
import { SignModel } from '../model/sign_model.js'
import { checkStateDictNames, isPositionTable, stateDictTensors } from '../model/state_dict.js'
import { COORDS } from '../motion/skeleton.js'
import { openAdapter } from './adapter.js'
import { readStateDict, readTableWords } from './imported_parts.js'
import type { Listener } from './say.js'

export interface ProgressiveImport extends Listener {
  readonly out: string
  readonly lang: string
  /** File with one word a line, in id order. */
  readonly vocabulary: string
  /** Default 4. */
  readonly heads?: number | undefined
  /** A tokeniser by its name; default `whitespace`. */
  readonly tokens?: string | undefined
  /** Default 25. */
  readonly fps?: number | undefined
  /**
   * `exchanged` for a model trained on motions whose right is the signer's left, as the published ones of PHOENIX14T (motion/sides.ts): it is brought to ours. No
   * tensor tells. Default `facing`.
   */
  readonly sides?: 'facing' | 'exchanged' | undefined
  readonly adapter?: string | undefined
}

/**
 * Converts the file, or the files of an index, and returns the model's sizes. Throws ERR_CHECKPOINT for tensors that make no such model, and for the first number
 * that is not finite.
 */
export async function importProgressive(path: string, options: ProgressiveImport) {
  const { out, lang, heads = 4, tokens = 'whitespace', fps = 25, sides = 'facing' } = options
  const { tensors, sizes, vocabularySize } = stateDictTensors(await readStateDict(path, published), path)
  const config: ModelConfig = { ...presets['pt-base'], ...sizes, heads }
  const vocabulary = await readTableWords(path, options.vocabulary, tokens, vocabularySize)
  const { gpu } = await openAdapter({ adapter: options.adapter }, options)
  try {
    const model = new SignModel(gpu)
    // A state dict has no start frame: that code starts from the true first one. The neutral pose is all zeros about the neck.
    model.addLanguage(
      { language: lang, config, vocabulary, startFrame: new Float32Array(COORDS), scaling: rawFrames(), fps },
      {
        tensors: sides === 'facing' ? tensors : new Map([...tensors].map(([name, tensor]) => [name, exchangedTensor(name, tensor)])),
        who: path,
      },
    )
    await savePoseCheckpoint(out, model)
    return { task: TEXT_TO_POSE, out, language: lang, vocabulary: vocabulary.size, ...config }
  } finally {
    await gpu.destroy()
  }
}

/** Position tables, 400 MB each at width 512, are not read. */
const published = { wants: (name: string) => !isPositionTable(name), check: checkStateDictNames }
