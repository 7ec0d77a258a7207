// A judge out of its run, to be measured on clips: how the trials of learning_judge.ts open one.

import { join } from 'node:path'
import { readCheckpoint } from '../../src/checkpoint/file.js'
import { restorePoseToText } from '../../src/checkpoint/pose_to_text.js'
import type { Gpu } from '../../src/device/gpu.js'
import { Translator } from '../../src/infer/translator.js'
import type { PoseToTextModel } from '../../src/model/pose_to_text.js'

/** Opens the best checkpoint of a run's folder, measures it, and frees it. */
export async function withJudge<T>(
  gpu: Gpu,
  out: string,
  measure: (model: PoseToTextModel, translator: Translator) => Promise<T>,
): Promise<T> {
  await using model = restorePoseToText(gpu, await readCheckpoint(join(out, 'best.safetensors')))
  await using translator = new Translator(gpu, model)
  return await measure(model, translator)
}

/** Seeds of a trial's judges where none are named. */
export const USUAL_SEEDS = [27, 28, 29] as const

export const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
