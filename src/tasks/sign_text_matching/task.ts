// Sign-text matching: clips and sentences in, features of both that are alike where a sentence says what a clip does (stage 1 of GFSLT-VLP).

import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignTextMatching, signTextMatchingDescription } from '../../checkpoint/sign_text_matching.js'
import { SIGN_TEXT_MATCHING } from '../../checkpoint/tasks.js'
import { matchingSpecs, restoringSpecs, SignTextMatchingModel } from '../../model/sign_text_matching.js'
import { initialTensors } from '../../nn/init.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import { openSigning } from '../../train/signing/open_signing.js'
import type { Loaded, LoadOptions, Task } from '../../train/task.js'
import { publishedEncoder, withEncoder } from '../image_source.js'
import { oneModelRun } from '../one_model.js'
import { parseSignTextMatchingConfig, type SignTextMatchingRunConfig } from './config.js'
import { loadSignTextMatchingData } from './data.js'
import { formatRetrieval, type RetrievalScores } from './evaluate.js'
import { type MatchingStep, SignTextMatchingTraining } from './training.js'

export const signTextMatching: Task<SignTextMatchingRunConfig, MatchingStep, RetrievalScores> = {
  name: SIGN_TEXT_MATCHING,
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parseSignTextMatchingConfig,
  fixedKeys: [
    ...(['task', 'seed', 'data', 'input', 'video', 'tokens', 'minCount', 'model', 'precision'] as const),
    ...(['restoring', 'batch', 'augment'] as const),
  ],
  load: loadSignTextMatchingTraining,
  format: formatRetrieval,
  scoreName: '1 - recall@1',
  ablation: { key: 'model.padding', values: ['cut', 'ones'] },
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadSignTextMatchingTraining(
  config: SignTextMatchingRunConfig,
  { resumed, ...preparing }: LoadOptions,
): Promise<Loaded<SignTextMatchingRunConfig, SignTextMatchingTraining>> {
  const data = await loadSignTextMatchingData(config, preparing)
  const encoder = resumed ? undefined : await publishedEncoder(config.video)
  return oneModelRun({
    config,
    data: { ...data, dev: data.dev.clips },
    clips: await clipsMark(data.train.clips),
    decided: 'sizes, clips and words',
    make(gpu, description, options) {
      const { config: sizes, text, seed } = description
      const first = initialTensors([...matchingSpecs(sizes, text), ...restoringSpecs(sizes, text)], seed)
      return new SignTextMatchingModel(gpu, description, { ...options, tensors: withEncoder(first, encoder, sizes.signs, seed) })
    },
    async read(path) {
      const saved = await readCheckpoint(path)
      const description = signTextMatchingDescription(saved)
      return { ...saved, description, restore: (gpu, options) => restoreSignTextMatching(gpu, saved, options) }
    },
    train: async (model: SignTextMatchingModel, options) =>
      new SignTextMatchingTraining(config, model, await openSigning(model, model.config.signs, data, config, options)),
  })
}
