// The library for browsers, `signllm/web`: open a GPU, put a model out of a checkpoint's bytes on it, generate motions and read prompts.
// No file system, and nothing of Node's.

export { type ErrorCode, SignError } from './base/errors.js'
export type { Part as CheckpointPart } from './checkpoint/arenas.js'
export type { Checkpoint as AnyCheckpoint, CheckpointContent } from './checkpoint/checkpoint.js'
export {
  type CheckpointBytes,
  parseCheckpoint as readAnyCheckpoint,
  parseGlossCheckpoint as readGlossCheckpoint,
  parsePoseCheckpoint as readCheckpoint,
} from './checkpoint/parse.js'
export { restoreGlossModel, restoreModel } from './checkpoint/restore.js'
export type { GlossCheckpoint } from './checkpoint/text_to_gloss.js'
export type { PoseCheckpoint as Checkpoint } from './checkpoint/text_to_pose.js'
export type { DeviceReport } from './device/adapter_facts.js'
export { type FromOptions, Gpu, type GpuOptions, type Waiter } from './device/gpu.js'
export { defineKernel, type Kernel, type KernelSpec } from './device/kernel.js'
export { Program, Recorder } from './device/program.js'
export type { ShaderSource } from './device/shader_source.js'
export type { Tuning } from './device/tuning.js'
export type { Abortable } from './infer/abort.js'
export { type GenerateOptions, Generator } from './infer/generator.js'
export { type DecodedGloss, type DecodeOptions, GlossDecoder } from './infer/gloss_decoder.js'
export type { LengthPolicy } from './infer/length_policy.js'
export { MultiLanguageGenerator, type SavedGroups } from './infer/multi_language_generator.js'
export { PromptGenerator } from './infer/prompt_generator.js'
export { PromptReader, type PromptReading, type ReadOptions } from './infer/prompt_reader.js'
export { type ModelConfig, type Preset, presets } from './model/config.js'
export { type GroupDescription, LanguageGroup, SignModel } from './model/sign_model.js'
export { type GlossConfig, GlossModel } from './model/text_to_gloss.js'
export { type Clip, type Motion, type NamedMotion, NORMALISATION } from './motion/clip.js'
export { bones, COORDS, drawnBones, JOINTS, joint } from './motion/skeleton.js'
export { type OpenedGpu, type OpenOptions, openGpu } from './platform/web/open.js'
export { formatLangGloss, langGlossLine, parseLangGloss } from './text/lang_gloss.js'
export { languageNamedIn, type NamingContext, withLanguageField } from './text/prompt_language.js'
export { fillPrompt, promptTemplates } from './text/prompts.js'
export { type TokenPolicy, tokenise, tokenPolicies } from './text/tokenise.js'
export { Vocabulary } from './text/vocabulary.js'
