// Trainings of the tasks there are, by the names that a library's user knows.

import type { Gpu } from '../device/gpu.js'
import type { RunEvent } from '../train/run/loop.js'
import { runTask, type TrainRunOptions } from '../train/run/run.js'
import type { TrainedStep } from '../train/trainer.js'
import type { LanguageRunConfig } from './language_model/config.js'
import type { Perplexity } from './language_model/evaluate.js'
import { languageModel } from './language_model/task.js'
import type { LanguageStep } from './language_model/training.js'
import type { PoseToTextRunConfig } from './pose_to_text/config.js'
import type { TranslationScores } from './pose_to_text/evaluate.js'
import { poseToText } from './pose_to_text/task.js'
import type { SignedStep } from './pose_to_text/training.js'
import type { PseudoGlossRunConfig } from './pseudo_gloss/config.js'
import type { PseudoGlossScores } from './pseudo_gloss/evaluate.js'
import { pseudoGloss } from './pseudo_gloss/task.js'
import type { PseudoGlossStep } from './pseudo_gloss/training.js'
import type { SentenceStep } from './sentence_training.js'
import type { SignTextMatchingRunConfig } from './sign_text_matching/config.js'
import type { RetrievalScores } from './sign_text_matching/evaluate.js'
import { signTextMatching } from './sign_text_matching/task.js'
import type { MatchingStep } from './sign_text_matching/training.js'
import type { SignToTextRunConfig } from './sign_to_text/config.js'
import type { TextValidation } from './sign_to_text/evaluate.js'
import { signToText } from './sign_to_text/task.js'
import type { SignToTextStep } from './sign_to_text/training.js'
import type { SignTranslationRunConfig } from './sign_translation/config.js'
import { signTranslation } from './sign_translation/task.js'
import type { GlossRunConfig } from './text_to_gloss/config.js'
import { textToGloss } from './text_to_gloss/task.js'
import type { GlossStep, GlossValidated } from './text_to_gloss/training.js'
import type { RunConfig } from './text_to_pose/config.js'
import type { Validated } from './text_to_pose/evaluate.js'
import { textToPose } from './text_to_pose/task.js'
import type { PoseStep } from './text_to_pose/training.js'
import type { VqSignRunConfig } from './vq_sign/config.js'
import type { CodeScores } from './vq_sign/evaluate.js'
import { vqSign } from './vq_sign/task.js'
import type { VqSignStep } from './vq_sign/training.js'

export type TrainEvent = RunEvent<TrainedStep<PoseStep>, Validated>
export type GlossTrainEvent = RunEvent<TrainedStep<GlossStep>, GlossValidated>
export type LanguageTrainEvent = RunEvent<TrainedStep<LanguageStep>, Perplexity>
export type PoseToTextTrainEvent = RunEvent<TrainedStep<SignedStep>, TranslationScores>
export type SignToTextTrainEvent = RunEvent<TrainedStep<SignToTextStep>, TextValidation>
export type SignTranslationTrainEvent = RunEvent<TrainedStep<SentenceStep>, TextValidation>
export type SignTextMatchingTrainEvent = RunEvent<TrainedStep<MatchingStep>, RetrievalScores>
export type PseudoGlossTrainEvent = RunEvent<TrainedStep<PseudoGlossStep>, PseudoGlossScores>
export type VqSignTrainEvent = RunEvent<TrainedStep<VqSignStep>, CodeScores>

/** Runs a text-to-pose training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainRun(gpu: Gpu, config: RunConfig, options: TrainRunOptions = {}): AsyncGenerator<TrainEvent> {
  return runTask(textToPose, gpu, config, options)
}

/** Runs a text-to-gloss training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainGlossRun(gpu: Gpu, config: GlossRunConfig, options: TrainRunOptions = {}): AsyncGenerator<GlossTrainEvent> {
  return runTask(textToGloss, gpu, config, options)
}

/** Runs a pose-to-text training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainPoseToTextRun(
  gpu: Gpu,
  config: PoseToTextRunConfig,
  options: TrainRunOptions = {},
): AsyncGenerator<PoseToTextTrainEvent> {
  return runTask(poseToText, gpu, config, options)
}

/** Runs a pseudo-gloss training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainPseudoGlossRun(
  gpu: Gpu,
  config: PseudoGlossRunConfig,
  options: TrainRunOptions = {},
): AsyncGenerator<PseudoGlossTrainEvent> {
  return runTask(pseudoGloss, gpu, config, options)
}

/** Runs a language model's training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainLanguageRun(gpu: Gpu, config: LanguageRunConfig, options: TrainRunOptions = {}): AsyncGenerator<LanguageTrainEvent> {
  return runTask(languageModel, gpu, config, options)
}

/** Runs a sign-to-text training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainSignToTextRun(
  gpu: Gpu,
  config: SignToTextRunConfig,
  options: TrainRunOptions = {},
): AsyncGenerator<SignToTextTrainEvent> {
  return runTask(signToText, gpu, config, options)
}

/** Runs a VQ-Sign training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainVqSignRun(gpu: Gpu, config: VqSignRunConfig, options: TrainRunOptions = {}): AsyncGenerator<VqSignTrainEvent> {
  return runTask(vqSign, gpu, config, options)
}

/** Runs a sign translation training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainSignTranslationRun(
  gpu: Gpu,
  config: SignTranslationRunConfig,
  options: TrainRunOptions = {},
): AsyncGenerator<SignTranslationTrainEvent> {
  return runTask(signTranslation, gpu, config, options)
}

/** Runs a sign-text matching training to its end, as a stream of what happens. Throws as `runTask`. */
export function trainSignTextMatchingRun(
  gpu: Gpu,
  config: SignTextMatchingRunConfig,
  options: TrainRunOptions = {},
): AsyncGenerator<SignTextMatchingTrainEvent> {
  return runTask(signTextMatching, gpu, config, options)
}
