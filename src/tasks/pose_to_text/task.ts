// Pose to text: frames in, glosses by CTC and words by a decoder out (Sign Language Transformers). The judge of what is generated.

import { isDeepStrictEqual } from 'node:util'
import { SignError } from '../../base/errors.js'
import { trainerState } from '../../checkpoint/checkpoint.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { poseToTextDescription, restorePoseToText } from '../../checkpoint/pose_to_text.js'
import { type PoseToTextDescription, PoseToTextModel } from '../../model/pose_to_text.js'
import type { Loaded, Task } from '../../train/task.js'
import type { SavedTraining } from '../../train/trainer.js'
import { withoutDev } from '../../train/validation_note.js'
import { type PoseToTextRunConfig, parsePoseToTextConfig } from './config.js'
import { loadPoseToTextData } from './data.js'
import { formatTranslationScores, type TranslationScores } from './evaluate.js'
import { PoseToTextTraining, type SignedStep } from './training.js'

export const poseToText: Task<PoseToTextRunConfig, SignedStep, TranslationScores> = {
  name: 'pose-to-text',
  example: 'clip',
  unit: 'frames',
  unitsOf: ({ frames }) => frames,
  parse: parsePoseToTextConfig,
  fixedKeys: [
    ...(['task', 'seed', 'data', 'labels', 'tokens', 'minCount', 'loss', 'model', 'precision', 'batch', 'augment', 'signCl'] as const),
    ...(['smoothing', 'smoothingKind'] as const),
  ],
  load: loadPoseToTextTraining,
  format: formatTranslationScores,
  scoreName: '100 - BLEU-4, or label error rate where nothing is translated',
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadPoseToTextTraining(config: PoseToTextRunConfig): Promise<Loaded<PoseToTextRunConfig, PoseToTextTraining>> {
  const { train, dev, description, notes } = await loadPoseToTextData(config)
  const { precision } = config
  return {
    config,
    notes: [...notes, ...(dev.length > 0 ? [] : [withoutDev('the corpora')])],
    async begin(gpu) {
      const model = new PoseToTextModel(gpu, description, { training: true, precision })
      return { training: new PoseToTextTraining(config, model, train, dev), notes: [] }
    },
    async resume(gpu, path) {
      const checkpoint = await readCheckpoint(path)
      const state = trainerState(checkpoint) as SavedTraining
      if (!isDeepStrictEqual(plain(poseToTextDescription(checkpoint)), plain(description))) {
        const problem = 'wanted a model of the run file’s sizes, clips and words, got another'
        throw new SignError('ERR_CHECKPOINT', path, problem, 'Resume with the run file and data it was started with')
      }
      const model = restorePoseToText(gpu, checkpoint, { training: true, precision })
      return { training: new PoseToTextTraining(config, model, train, dev), notes: checkpoint.notes, state }
    },
  }
}

/** What a description says, for comparing. */
function plain({ glosses, words, ...rest }: PoseToTextDescription): object {
  return { ...rest, glosses: glosses?.toJSON(), words: words?.toJSON() }
}
