// A language model: what a sentence's next token is, learned from text alone. It is the frozen decoder of translations.

import { readCheckpoint } from '../../checkpoint/file.js'
import { languageCheckpoint, restoreLanguageModel } from '../../checkpoint/language_model.js'
import { LANGUAGE_MODEL } from '../../checkpoint/tasks.js'
import { LanguageModel } from '../../model/language_model.js'
import type { Loaded, Task } from '../../train/task.js'
import { oneModelRun } from '../one_model.js'
import { type LanguageRunConfig, parseLanguageConfig } from './config.js'
import { loadLanguageData } from './data.js'
import type { Perplexity } from './evaluate.js'
import { type LanguageStep, LanguageTraining } from './training.js'

export const languageModel: Task<LanguageRunConfig, LanguageStep, Perplexity> = {
  name: LANGUAGE_MODEL,
  example: 'sentence',
  unit: 'token',
  unitsOf: ({ tokens }) => tokens,
  lengths: { target: 'tokens', source: 'tokens' },
  parse: parseLanguageConfig,
  fixedKeys: ['task', 'seed', 'data', 'tokens', 'minCount', 'model', 'precision', 'batch', 'smoothing'],
  load: loadLanguageTraining,
  format: ({ perplexity, tokens }) => `perplexity ${perplexity.toFixed(2)} of ${tokens} tokens`,
  scoreName: 'perplexity',
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadLanguageTraining(config: LanguageRunConfig): Promise<Loaded<LanguageRunConfig, LanguageTraining>> {
  const data = await loadLanguageData(config)
  return oneModelRun({
    config,
    data,
    decided: 'sizes and words',
    make: (gpu, description, options) => new LanguageModel(gpu, description.config, { ...options, seed: config.seed }),
    async read(path) {
      const saved = languageCheckpoint(await readCheckpoint(path))
      return { ...saved, restore: (gpu, options) => restoreLanguageModel(gpu, saved, options) }
    },
    train: (model) => new LanguageTraining(config, model, data),
  })
}
