// Sign to text: frames in, sentences out, by a frozen language model that learns to read signing through adapters (stage 2 of Sign2GPT).

import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../../checkpoint/sign_to_text.js'
import { SIGN_TO_TEXT } from '../../checkpoint/tasks.js'
import type { Gpu } from '../../device/gpu.js'
import { type SignToTextDescription, SignToTextModel } from '../../model/sign_to_text.js'
import type { ParameterSetOptions } from '../../nn/parameter_set.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import { openSigning } from '../../train/signing/open_signing.js'
import type { Loaded, LoadOptions, Task } from '../../train/task.js'
import { publishedEncoder } from '../image_source.js'
import { openReferred } from '../language_source.js'
import { oneModelRun } from '../one_model.js'
import { parseSignToTextConfig, type SignToTextRunConfig } from './config.js'
import { loadSignToTextData, type SignToTextData } from './data.js'
import { formatTextValidation, type TextValidation } from './evaluate.js'
import { checkSameSigns, type FirstSigns, firstTensors } from './first_signs.js'
import { firstWords } from './first_words.js'
import { type SignToTextStep, SignToTextTraining } from './training.js'

export const signToText: Task<SignToTextRunConfig, SignToTextStep, TextValidation> = {
  name: SIGN_TO_TEXT,
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parseSignToTextConfig,
  fixedKeys: [
    ...([
      'task',
      'seed',
      'data',
      'input',
      'video',
      'language_model',
      'tokens',
      'initFrom',
      'signs',
      'codes',
      'model',
      'precision',
    ] as const),
    ...(['smoothing', 'batch', 'augment'] as const),
  ],
  load: loadSignToTextTraining,
  format: formatTextValidation,
  scoreName: '100 - BLEU-4',
  // Of what this stage adds: what it begins with decides the sizes of the sign encoder.
  ablation: { key: 'model.gate', values: ['clamp', 'tanh'] },
}

/** Loads the data of a run, the language model's sizes, and the stage it begins with. Throws as `Task.load`. */
export async function loadSignToTextTraining(
  config: SignToTextRunConfig,
  { resumed, ...preparing }: LoadOptions,
): Promise<Loaded<SignToTextRunConfig, SignToTextTraining>> {
  const data = await loadSignToTextData(config, preparing)
  const encoder = resumed ? undefined : await publishedEncoder(config.video)
  const stage = config.initFrom !== null && !resumed ? await readCheckpoint(config.initFrom) : undefined
  if (stage) checkSameSigns(data.description, stage)
  return oneModelRun({
    config,
    data: { ...data, dev: data.dev.clips },
    clips: await clipsMark(data.train.clips),
    decided: 'sizes, clips and language model',
    make: (gpu, description, options) => firstModel(gpu, description, options, { ...data, stage, encoder }),
    async read(path) {
      const saved = await readCheckpoint(path)
      const restore = (gpu: Gpu, options: ParameterSetOptions) => restoreSignToText(gpu, saved, { ...options, openLanguage: openReferred })
      // Words are learnt when a run begins, of what its clips and the stage before decide.
      const { words: _, ...description } = signToTextDescription(saved)
      return { ...saved, description, restore }
    },
    train: async (model: SignToTextModel, options) =>
      new SignToTextTraining(config, model, await openSigning(model, model.config.signs, data, config, options)),
  })
}

async function firstModel(
  gpu: Gpu,
  description: SignToTextDescription,
  options: ParameterSetOptions,
  { language, train, ...first }: Pick<SignToTextData, 'language' | 'train'> & FirstSigns,
): Promise<SignToTextModel> {
  const tensors = firstTensors(description, first)
  const words = description.config.words && first.stage ? await firstWords(gpu, first.stage, train) : undefined
  const frozen = await language.open(gpu)
  try {
    return new SignToTextModel(gpu, { ...description, words }, frozen, { ...options, tensors })
  } catch (error) {
    frozen.destroy()
    throw error
  }
}
