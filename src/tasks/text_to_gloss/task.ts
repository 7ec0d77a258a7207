// Text to gloss: a prompt in, language-marked gloss tokens out (the first half of Prompt2LangGloss).

import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../../base/errors.js'
import { trainerState } from '../../checkpoint/checkpoint.js'
import { readGlossCheckpoint } from '../../checkpoint/file.js'
import { restoreGlossModel } from '../../checkpoint/restore.js'
import { formatTextScores } from '../../metrics/text_scores.js'
import { GlossModel, type GlossModelDescription } from '../../model/text_to_gloss.js'
import type { Loaded, Task } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { withoutDev } from '../../train/validation_note.js'
import { type GlossRunConfig, parseGlossConfig } from './config.js'
import { loadGlossData } from './data.js'
import { type GlossStep, GlossTraining, type GlossValidated } from './training.js'

export const textToGloss: Task<GlossRunConfig, GlossStep, GlossValidated> = {
  name: 'text-to-gloss',
  example: 'sentence',
  unit: 'tokens',
  unitsOf: ({ tokens }) => tokens,
  parse: parseGlossConfig,
  fixedKeys: ['task', 'seed', 'data', 'input', 'naming', 'gloss', 'tokens', 'minCount', 'model', 'precision', 'batch', 'smoothing'],
  load: loadGlossTraining,
  format: ({ scores }) => formatTextScores(scores),
  scoreName: '200 - BLEU-4 - ROUGE-L',
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadGlossTraining(config: GlossRunConfig): Promise<Loaded<GlossRunConfig, GlossTraining>> {
  const { train, dev, description, notes } = await loadGlossData(config)
  const { precision, seed } = config
  return {
    config,
    notes: [...notes, ...(dev.length > 0 ? [] : [withoutDev('the corpora')])],
    async begin(gpu) {
      const model = new GlossModel(gpu, description, { training: true, precision, seed })
      return { training: new GlossTraining(config, model, train, dev), notes: [] }
    },
    async resume(gpu, path) {
      const checkpoint = await readGlossCheckpoint(path)
      const state = savedState(trainerState(checkpoint) as SavedState)
      if (!isDeepStrictEqual(plain(checkpoint.description), plain(description))) {
        const problem = 'wanted a model of the run file’s sizes and words, got another'
        throw new SignError('ERR_CHECKPOINT', path, problem, 'Resume with the run file and data it was started with')
      }
      const model = restoreGlossModel(gpu, checkpoint, { training: true, precision })
      return { training: new GlossTraining(config, model, train, dev), notes: checkpoint.notes, state }
    },
  }
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

/** What a description says, for comparing. */
function plain({ source, gloss, ...rest }: GlossModelDescription): object {
  return { ...rest, source: source.toJSON(), gloss: gloss.toJSON() }
}
