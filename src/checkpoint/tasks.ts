// The tasks that checkpoints of ours are for.

import { SignError } from '../base/errors.js'
import type { Checkpoint } from './checkpoint.js'

export const TEXT_TO_POSE = 'text-to-pose'
export const TEXT_TO_GLOSS = 'text-to-gloss'

/** What to do with a checkpoint of another task than is wanted. */
const useOf: Readonly<Record<string, string>> = {
  [TEXT_TO_POSE]: 'That one signs: give it as --model, to signllm generate for one',
  [TEXT_TO_GLOSS]: 'That one reads prompts: give it to signllm prompt as --gloss',
}

/** Throws ERR_CHECKPOINT naming both tasks where it is for another. */
export function checkTask({ task, path }: Pick<Checkpoint, 'task' | 'path'>, wanted: string): void {
  if (task === wanted) return
  throw new SignError('ERR_CHECKPOINT', path, `wanted a ${wanted} model, got a ${task} model`, useOf[task] ?? 'Give a model of that task')
}
