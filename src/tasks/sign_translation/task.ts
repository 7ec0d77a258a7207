// Sign translation: frames in, sentences out, by an encoder and a decoder that are trained with what reads frames (stage 2 of GFSLT-VLP).

import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignTranslation, signTranslationDescription } from '../../checkpoint/sign_translation.js'
import { SIGN_TRANSLATION } from '../../checkpoint/tasks.js'
import { SignTranslationModel, signTranslationSpecs } from '../../model/sign_translation.js'
import { initialTensors } from '../../nn/init.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import { openSigning } from '../../train/signing/open_signing.js'
import type { Loaded, LoadOptions, Task } from '../../train/task.js'
import { publishedEncoder, withEncoder } from '../image_source.js'
import { oneModelRun } from '../one_model.js'
import type { SentenceStep } from '../sentence_training.js'
import { formatTextValidation, type TextValidation } from '../sign_to_text/evaluate.js'
import { parseSignTranslationConfig, type SignTranslationRunConfig } from './config.js'
import { loadSignTranslationData } from './data.js'
import { firstStage } from './first_stage.js'
import { SignTranslationTraining } from './training.js'

export const signTranslation: Task<SignTranslationRunConfig, SentenceStep, TextValidation> = {
  name: SIGN_TRANSLATION,
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parseSignTranslationConfig,
  fixedKeys: [
    ...(['task', 'seed', 'data', 'input', 'video', 'tokens', 'minCount', 'initFrom', 'model', 'precision'] as const),
    ...(['smoothing', 'batch', 'augment'] as const),
  ],
  load: loadSignTranslationTraining,
  format: formatTextValidation,
  scoreName: '100 - BLEU-4',
  ablation: { key: 'model.padding', values: ['cut', 'ones'] },
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadSignTranslationTraining(
  config: SignTranslationRunConfig,
  { resumed, ...preparing }: LoadOptions,
): Promise<Loaded<SignTranslationRunConfig, SignTranslationTraining>> {
  const data = await loadSignTranslationData(config, preparing)
  const encoder = resumed ? undefined : await publishedEncoder(config.video)
  const stage = config.initFrom !== null && !resumed ? firstStage(data.description, await readCheckpoint(config.initFrom)) : undefined
  return oneModelRun({
    config,
    data: { ...data, dev: data.dev.clips, notes: [...data.notes, ...(stage ? [stage.note] : [])] },
    clips: await clipsMark(data.train.clips),
    decided: 'sizes, clips and words',
    make(gpu, description, options) {
      const { signs } = description.config
      const first = initialTensors(signTranslationSpecs(description.config, description.text), description.seed)
      const begun = withEncoder(first, encoder, signs, description.seed)
      return new SignTranslationModel(gpu, description, { ...options, tensors: new Map([...begun, ...(stage?.tensors ?? [])]) })
    },
    async read(path) {
      const saved = await readCheckpoint(path)
      const description = signTranslationDescription(saved)
      return { ...saved, description, restore: (gpu, options) => restoreSignTranslation(gpu, saved, options) }
    },
    train: async (model: SignTranslationModel, options) =>
      new SignTranslationTraining(config, model, await openSigning(model, model.config.signs, data, config, options)),
  })
}
