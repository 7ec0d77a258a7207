// Pseudo-glosses: frames in; which words of its sentence a clip shows, and where, learnt from sentences alone (stage 1 of Sign2GPT).

import { readCheckpoint } from '../../checkpoint/file.js'
import { pseudoGlossDescription, restorePseudoGloss } from '../../checkpoint/pseudo_gloss.js'
import { PseudoGlossModel, pseudoGlossSpecs, VECTORS } from '../../model/pseudo_gloss.js'
import type { HostTensor } from '../../nn/host_tensor.js'
import { initialTensors } from '../../nn/init.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import { openSigning } from '../../train/signing/open_signing.js'
import type { Loaded, LoadOptions, Task } from '../../train/task.js'
import { type PublishedEncoder, publishedEncoder, withEncoder } from '../image_source.js'
import { oneModelRun } from '../one_model.js'
import { type PseudoGlossRunConfig, parsePseudoGlossConfig } from './config.js'
import { loadPseudoGlossData, type PseudoGlossData } from './data.js'
import { formatGlossScores, type PseudoGlossScores } from './evaluate.js'
import { type PseudoGlossStep, PseudoGlossTraining } from './training.js'

export const pseudoGloss: Task<PseudoGlossRunConfig, PseudoGlossStep, PseudoGlossScores> = {
  name: 'pseudo-gloss',
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parsePseudoGlossConfig,
  fixedKeys: [
    ...(['task', 'seed', 'data', 'input', 'video', 'items', 'spoken', 'ubiquitous', 'vectors', 'model', 'precision'] as const),
    ...(['loss', 'batch', 'augment'] as const),
  ],
  load: loadPseudoGlossTraining,
  format: formatGlossScores,
  scoreName: '1 - class F1',
  // Table 4 of the published slides begins with it.
  ablation: { key: 'model.attention', values: ['local', 'global'] },
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadPseudoGlossTraining(
  config: PseudoGlossRunConfig,
  { resumed, ...preparing }: LoadOptions = { resumed: false },
): Promise<Loaded<PseudoGlossRunConfig, PseudoGlossTraining>> {
  const data = await loadPseudoGlossData(config, preparing)
  const encoder = resumed ? undefined : await publishedEncoder(config.video)
  return oneModelRun({
    config,
    data: { ...data, dev: data.dev.clips },
    clips: await clipsMark(data.train.clips),
    decided: 'sizes, clips and pseudo-glosses',
    make: (gpu, description, options) => new PseudoGlossModel(gpu, description, { ...options, tensors: firstTensors(data, encoder) }),
    async read(path) {
      const saved = await readCheckpoint(path)
      const description = pseudoGlossDescription(saved)
      return { ...saved, description, restore: (gpu, options) => restorePseudoGloss(gpu, saved, options) }
    },
    train: async (model: PseudoGlossModel, options) =>
      new PseudoGlossTraining(config, model, await openSigning(model, model.config, data, config, options)),
  })
}

/** First weights, word vectors of a file among them. */
function firstTensors(
  { description: { config, classes, seed }, vectors }: PseudoGlossData,
  encoder: PublishedEncoder | undefined,
): Map<string, HostTensor> {
  const tensors = withEncoder(initialTensors(pseudoGlossSpecs(config, classes.size), seed), encoder, config, seed)
  if (vectors.values) tensors.get(VECTORS)!.data.set(vectors.values)
  return tensors
}
