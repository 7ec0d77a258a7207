// A run file of any task.

import { loadRunOf, readRunFile, type Warn } from '../train/run/file.js'
import { type TaskRun, taskRun } from '../train/task.js'
import type { LanguageRunConfig } from './language_model/config.js'
import { languageModel } from './language_model/task.js'
import type { PoseToTextRunConfig } from './pose_to_text/config.js'
import { poseToText } from './pose_to_text/task.js'
import type { PseudoGlossRunConfig } from './pseudo_gloss/config.js'
import { pseudoGloss } from './pseudo_gloss/task.js'
import type { SignTextMatchingRunConfig } from './sign_text_matching/config.js'
import { signTextMatching } from './sign_text_matching/task.js'
import type { SignToTextRunConfig } from './sign_to_text/config.js'
import { signToText } from './sign_to_text/task.js'
import type { SignTranslationRunConfig } from './sign_translation/config.js'
import { signTranslation } from './sign_translation/task.js'
import type { GlossRunConfig } from './text_to_gloss/config.js'
import { textToGloss } from './text_to_gloss/task.js'
import type { RunConfig } from './text_to_pose/config.js'
import { textToPose } from './text_to_pose/task.js'
import type { VqSignRunConfig } from './vq_sign/config.js'
import { vqSign } from './vq_sign/task.js'

/** Reads a run file; its `task` says which. Throws ERR_CONFIG with `file:line:column` of what is wrong; `warn` is told of older names of keys. */
export async function loadTaskRun(path: string, warn?: Warn): Promise<TaskRun> {
  const { source, task } = await readRunFile(path)
  if (task === textToGloss.name) return taskRun(textToGloss, textToGloss.parse(source, path, warn))
  if (task === languageModel.name) return taskRun(languageModel, languageModel.parse(source, path, warn))
  if (task === poseToText.name) return taskRun(poseToText, poseToText.parse(source, path, warn))
  if (task === pseudoGloss.name) return taskRun(pseudoGloss, pseudoGloss.parse(source, path, warn))
  if (task === signToText.name) return taskRun(signToText, signToText.parse(source, path, warn))
  if (task === vqSign.name) return taskRun(vqSign, vqSign.parse(source, path, warn))
  if (task === signTranslation.name) return taskRun(signTranslation, signTranslation.parse(source, path, warn))
  if (task === signTextMatching.name) return taskRun(signTextMatching, signTextMatching.parse(source, path, warn))
  return taskRun(textToPose, textToPose.parse(source, path, warn))
}

/** What a run file of any task says. */
export type AnyRunConfig =
  | RunConfig
  | GlossRunConfig
  | PoseToTextRunConfig
  | PseudoGlossRunConfig
  | LanguageRunConfig
  | SignToTextRunConfig
  | VqSignRunConfig
  | SignTranslationRunConfig
  | SignTextMatchingRunConfig

/** As `loadTaskRun`, the configuration alone. */
export async function loadRunFile(path: string, warn?: Warn): Promise<AnyRunConfig> {
  return (await loadTaskRun(path, warn)).config as AnyRunConfig
}

/** Reads the run file of a text-to-pose training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadRunConfig(path: string, warn?: Warn): Promise<RunConfig> {
  return loadRunOf(textToPose, path, warn)
}

/** Reads the run file of a text-to-gloss training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadGlossConfig(path: string, warn?: Warn): Promise<GlossRunConfig> {
  return loadRunOf(textToGloss, path, warn)
}

/** Reads the run file of a pose-to-text training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadPoseToTextConfig(path: string, warn?: Warn): Promise<PoseToTextRunConfig> {
  return loadRunOf(poseToText, path, warn)
}

/** Reads the run file of a pseudo-gloss training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadPseudoGlossConfig(path: string, warn?: Warn): Promise<PseudoGlossRunConfig> {
  return loadRunOf(pseudoGloss, path, warn)
}

/** Reads the run file of a language model's training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadLanguageConfig(path: string, warn?: Warn): Promise<LanguageRunConfig> {
  return loadRunOf(languageModel, path, warn)
}

/** Reads the run file of a sign-to-text training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadSignToTextConfig(path: string, warn?: Warn): Promise<SignToTextRunConfig> {
  return loadRunOf(signToText, path, warn)
}

/** Reads the run file of a VQ-Sign training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadVqSignConfig(path: string, warn?: Warn): Promise<VqSignRunConfig> {
  return loadRunOf(vqSign, path, warn)
}

/** Reads the run file of a sign translation training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadSignTranslationConfig(path: string, warn?: Warn): Promise<SignTranslationRunConfig> {
  return loadRunOf(signTranslation, path, warn)
}

/** Reads the run file of a sign-text matching training. Throws ERR_CONFIG as {@link loadRunFile}, and for a run of another task. */
export function loadSignTextMatchingConfig(path: string, warn?: Warn): Promise<SignTextMatchingRunConfig> {
  return loadRunOf(signTextMatching, path, warn)
}
