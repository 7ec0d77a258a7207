// The tasks that checkpoints of ours are for.

import { SignError } from '../base/errors.js'
import type { Checkpoint } from './checkpoint.js'

export const TEXT_TO_POSE = 'text-to-pose'
export const TEXT_TO_GLOSS = 'text-to-gloss'
export const POSE_TO_TEXT = 'pose-to-text'
export const PSEUDO_GLOSS = 'pseudo-gloss'
export const VQ_SIGN = 'vq-sign'
export const LANGUAGE_MODEL = 'language-model'
export const SIGN_TO_TEXT = 'sign-to-text'
export const SIGN_TRANSLATION = 'sign-translation'
export const SIGN_TEXT_MATCHING = 'sign-text-matching'

/** What to do with a checkpoint of another task than is wanted. */
const useOf: Readonly<Record<string, string>> = {
  [TEXT_TO_POSE]: 'It is a text-to-pose model: pass it as --model to signllm generate, or to signllm eval',
  [TEXT_TO_GLOSS]: 'It is a text-to-gloss model: pass it as --gloss to signllm prompt',
  [LANGUAGE_MODEL]: 'It is a language model: name it as language_model in a run file',
  [POSE_TO_TEXT]: 'It is a pose-to-text model: pass it as --model to signllm translate, or as --judge to signllm eval',
  [SIGN_TO_TEXT]:
    'It is a sign-to-text model: pass it as --model to signllm translate, which scores what it reads where it is given a run file',
  [VQ_SIGN]: 'It is a VQ-Sign model: pass it to signllm sign-codes, or name it as initFrom of a sign-to-text run',
  [SIGN_TRANSLATION]: 'It is a sign translation model: pass it as --model to signllm translate',
  [SIGN_TEXT_MATCHING]: 'It is a sign-text matching model: pass it to signllm retrieve, or name it as initFrom of a sign-translation run',
  [PSEUDO_GLOSS]: 'It is a pseudo-gloss model: pass it to signllm pseudo-gloss, or as initFrom of a sign-to-text run',
}

/** Throws ERR_CHECKPOINT naming both tasks where it is for another. */
export function checkTask({ task, path }: Pick<Checkpoint, 'task' | 'path'>, wanted: string): void {
  if (task === wanted) return
  throw new SignError('ERR_CHECKPOINT', path, `wanted a ${wanted} model, got a ${task} model`, useOf[task] ?? 'Give a model of that task')
}
