// VQ-Sign: frames in; signing in the words of a codebook, learnt from signing alone by predicting what comes (the first stage of SignLLM).

import { readCheckpoint } from '../../checkpoint/file.js'
import { VQ_SIGN } from '../../checkpoint/tasks.js'
import { restoreVqSign, vqSignDescription } from '../../checkpoint/vq_sign.js'
import { VqSignModel, vqSignSpecs } from '../../model/vq_sign.js'
import { initialTensors } from '../../nn/init.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import { openSigning } from '../../train/signing/open_signing.js'
import type { Loaded, LoadOptions, Task } from '../../train/task.js'
import { publishedEncoder, withEncoder } from '../image_source.js'
import { oneModelRun } from '../one_model.js'
import { parseVqSignConfig, type VqSignRunConfig } from './config.js'
import { loadVqSignData } from './data.js'
import { type CodeScores, formatCodeScores } from './evaluate.js'
import { type VqSignStep, VqSignTraining } from './training.js'

export const vqSign: Task<VqSignRunConfig, VqSignStep, CodeScores> = {
  name: VQ_SIGN,
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parseVqSignConfig,
  fixedKeys: ['task', 'seed', 'data', 'input', 'video', 'model', 'precision', 'loss', 'revive', 'batch', 'augment'],
  load: loadVqSignTraining,
  format: formatCodeScores,
  scoreName: '1 - contrastive accuracy',
  ablation: { key: 'model.codes', values: ['256', '64'] },
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadVqSignTraining(
  config: VqSignRunConfig,
  { resumed, ...preparing }: LoadOptions = { resumed: false },
): Promise<Loaded<VqSignRunConfig, VqSignTraining>> {
  const data = await loadVqSignData(config, preparing)
  const encoder = resumed ? undefined : await publishedEncoder(config.video)
  return oneModelRun({
    config,
    data: { ...data, dev: data.dev.clips },
    clips: await clipsMark(data.train.clips),
    decided: 'sizes and clips',
    make: (gpu, description, options) => {
      const tensors = withEncoder(
        initialTensors(vqSignSpecs(description.config), description.seed),
        encoder,
        description.config,
        description.seed,
      )
      return new VqSignModel(gpu, description, { ...options, tensors })
    },
    async read(path) {
      const saved = await readCheckpoint(path)
      return { ...saved, description: vqSignDescription(saved), restore: (gpu, options) => restoreVqSign(gpu, saved, options) }
    },
    train: async (model: VqSignModel, options) =>
      new VqSignTraining(config, model, await openSigning(model, model.config, data, config, options)),
  })
}
