// Pose to text: frames in, glosses by CTC and words by a decoder out (Sign Language Transformers). The judge of what is generated.

import { readCheckpoint } from '../../checkpoint/file.js'
import { poseToTextDescription, restorePoseToText } from '../../checkpoint/pose_to_text.js'
import { PoseToTextModel } from '../../model/pose_to_text.js'
import { clipsMark } from '../../train/signing/clips_mark.js'
import type { Loaded, Task } from '../../train/task.js'
import { oneModelRun } from '../one_model.js'
import { type PoseToTextRunConfig, parsePoseToTextConfig } from './config.js'
import { loadPoseToTextData } from './data.js'
import { formatTranslationScores, type TranslationScores } from './evaluate.js'
import { similaritySource } from './similarity.js'
import { PoseToTextTraining, type SignedStep } from './training.js'

export const poseToText: Task<PoseToTextRunConfig, SignedStep, TranslationScores> = {
  name: 'pose-to-text',
  example: 'clip',
  unit: 'frame',
  lengths: { target: 'tokens', source: 'frames' },
  unitsOf: ({ frames }) => frames,
  parse: parsePoseToTextConfig,
  fixedKeys: [
    ...(['task', 'seed', 'data', 'labels', 'tokens', 'minCount', 'loss', 'model', 'precision', 'batch', 'augment'] as const),
    ...(['signCl', 'similarity', 'smoothing', 'smoothingKind'] as const),
  ],
  load: loadPoseToTextTraining,
  format: formatTranslationScores,
  scoreName: '100 - BLEU-4, or label error rate where nothing is translated',
}

/** Loads the data of a run. Throws as `Task.load`. */
export async function loadPoseToTextTraining(config: PoseToTextRunConfig): Promise<Loaded<PoseToTextRunConfig, PoseToTextTraining>> {
  const data = await loadPoseToTextData(config)
  const similarity = await similaritySource(
    config.similarity,
    data.train.map(({ text }) => text),
  )
  return oneModelRun({
    config,
    data,
    clips: await clipsMark(data.train),
    decided: 'sizes, clips and words',
    make: (gpu, description, options) => new PoseToTextModel(gpu, description, options),
    async read(path) {
      const saved = await readCheckpoint(path)
      const description = poseToTextDescription(saved)
      return { ...saved, description, restore: (gpu, options) => restorePoseToText(gpu, saved, options) }
    },
    train: async (model) => new PoseToTextTraining(config, model, data.train, data.dev, await similarity?.(model.gpu)),
  })
}
