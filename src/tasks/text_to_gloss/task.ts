// Text to gloss: a prompt in, language-marked gloss tokens out (the first half of Prompt2LangGloss).

import { readGlossCheckpoint } from '../../checkpoint/file.js'
import { restoreGlossModel } from '../../checkpoint/restore.js'
import { formatTextScores } from '../../metrics/text_scores.js'
import { GlossModel } from '../../model/text_to_gloss.js'
import type { Loaded, Task } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { oneModelRun } from '../one_model.js'
import { type GlossRunConfig, parseGlossConfig } from './config.js'
import { loadGlossData } from './data.js'
import { type GlossStep, GlossTraining, type GlossValidated } from './training.js'

export const textToGloss: Task<GlossRunConfig, GlossStep, GlossValidated> = {
  name: 'text-to-gloss',
  example: 'sentence',
  unit: 'token',
  unitsOf: ({ tokens }) => tokens,
  parse: parseGlossConfig,
  fixedKeys: ['task', 'seed', 'data', 'input', 'naming', 'gloss', 'tokens', 'minCount', 'model', 'precision', 'batch', 'smoothing'],
  load: loadGlossTraining,
  format: ({ scores }) => formatTextScores(scores),
  scoreName: '200 - BLEU-4 - ROUGE-L',
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadGlossTraining(config: GlossRunConfig): Promise<Loaded<GlossRunConfig, GlossTraining>> {
  const data = await loadGlossData(config)
  return oneModelRun({
    config,
    data,
    decided: 'sizes and words',
    make: (gpu, description, options) => new GlossModel(gpu, description, { ...options, seed: config.seed }),
    async read(path) {
      const saved = await readGlossCheckpoint(path)
      return { ...saved, restore: (gpu, options) => restoreGlossModel(gpu, saved, options) }
    },
    train: (model) => new GlossTraining(config, model, data.train, data.dev),
    stateOf: (saved) => savedState(saved as SavedState),
  })
}

/** Checkpoints of 0.1 have one loss scale, and count no updates: there was one a step. */
type SavedState = Omit<SavedTraining, 'scaling'> & { readonly scaling?: SavedTraining['scaling'] | readonly number[] }

function savedState({ scaling, ...state }: SavedState): SavedTraining {
  const updates = state.updates ?? { '': state.step }
  return {
    ...state,
    updates,
    ...(scaling && { scaling: Array.isArray(scaling) ? { '': scaling } : (scaling as SavedTraining['scaling'])! }),
  }
}
