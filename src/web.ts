// The library for browsers, `signllm/web`: open a GPU, put a model out of a checkpoint's bytes on it, generate motions and read prompts.
// No file system, and nothing of Node's.

export { type ErrorCode, SignError } from './base/errors.js'
export type { OnProgress, Progress, Watched } from './base/progress.js'
export type { Part as CheckpointPart } from './checkpoint/arenas.js'
export type { ModelCard, Provenance as ModelProvenance } from './checkpoint/card.js'
export type { Checkpoint as AnyCheckpoint, CheckpointContent } from './checkpoint/checkpoint.js'
export {
  type CheckpointBytes,
  parseCheckpoint as readAnyCheckpoint,
  parseGlossCheckpoint as readGlossCheckpoint,
  parsePoseCheckpoint as readCheckpoint,
  type ReadCheckpointOptions,
} from './checkpoint/parse.js'
export { poseToTextDescription, restorePoseToText } from './checkpoint/pose_to_text.js'
export { restoreGlossModel, restoreModel } from './checkpoint/restore.js'
export type { GlossCheckpoint } from './checkpoint/text_to_gloss.js'
export type { PoseCheckpoint as Checkpoint } from './checkpoint/text_to_pose.js'
export type { DeviceReport } from './device/adapter_facts.js'
export type { StepRange } from './device/dispatch_timer.js'
export { Gpu } from './device/gpu.js'
export type { FromOptions, GpuOptions, Waiter } from './device/gpu_options.js'
export {
  type Access as BindingAccess,
  type AdapterTraits,
  type AnyKernel,
  type Choice,
  type Constants,
  type Cost as KernelCost,
  defineKernel,
  type Grid,
  type Kernel,
  type KernelSpec,
  type ParamType,
  type ParamValues,
  type Variant as KernelVariant,
  type VariantSpec,
} from './device/kernel.js'
export type { Region, SlotPlan, SlotPool, Tensor } from './device/memory.js'
export { type EncodeOptions, Program, Recorder, type RunOptions } from './device/program.js'
export type { PendingReports } from './device/readback.js'
export type { Step as ProgramStep } from './device/recorder.js'
export type { PartKind, ShaderText } from './device/shader/parts.js'
export type { ShaderSource } from './device/shader/source.js'
export type { TunedKernel, TunedShape, Tuning } from './device/tuning.js'
export type { ReadingOptions } from './formats/safetensors/url.js'
export type { Abortable } from './infer/abort.js'
export type { BatchGenerateOptions } from './infer/asked_of_batch.js'
export { BatchGenerator, type BatchOptions } from './infer/batch_generator.js'
export type { Beam, BeamDialect, BeamRules, Hypothesis as BeamHypothesis } from './infer/beam.js'
export { BeamSearch, candidatesPerBeam, type FoundSentence, type Moves as BeamMoves, type TopTokens } from './infer/beam_search.js'
export type { BonePolicy } from './infer/bone_policy.js'
export { type AlignedLabel, alignedLabels } from './infer/ctc/alignment.js'
export { greedyLabels } from './infer/ctc/greedy.js'
export type { CtcLogits } from './infer/ctc/logits.js'
export { type LabelsFound, type PrefixBeamOptions, prefixBeam } from './infer/ctc/prefix_beam.js'
export { type GenerateOptions, Generator } from './infer/generator.js'
export { type DecodedGloss, type DecodeOptions, GlossDecoder } from './infer/gloss_decoder.js'
export type { LengthPolicy } from './infer/length_policy.js'
export { MultiLanguageGenerator, type SavedGroups } from './infer/multi_language_generator.js'
export type { PoseFrames } from './infer/pose_reader.js'
export { PromptGenerator } from './infer/prompt_generator.js'
export { PromptReader, type PromptReading, type ReadOptions } from './infer/prompt_reader.js'
export type { TranslateOptions } from './infer/search_options.js'
export { type LabelledRun, type TranslatedClip, Translator } from './infer/translator.js'
export {
  type Activation,
  type CoordinateUnits,
  type CounterEnd,
  type Head,
  type Initialisation,
  type LengthForm,
  type ModelConfig,
  type PointScores,
  type Preset,
  presets,
} from './model/config.js'
export type { FrameScaling } from './model/frame_scaling.js'
export type { GpuModel, GpuModelParts } from './model/gpu_model.js'
export type { GroupBones } from './model/group_bones.js'
export { type PoseToTextConfig, type PoseToTextDescription, PoseToTextModel, type PoseToTextOptions } from './model/pose_to_text.js'
export { type AddLanguageOptions, type GroupDescription, LanguageGroup, SignModel } from './model/sign_model.js'
export { type GlossConfig, GlossModel, type GlossModelDescription } from './model/text_to_gloss.js'
export { type Clip, type Motion, type NamedMotion, NORMALISATION } from './motion/clip.js'
export type { Colour } from './motion/colour.js'
export {
  type Anchors as LayoutAnchors,
  type Layout as PoseLayout,
  type LayoutBone,
  type LayoutName,
  type LayoutPart,
  layoutNames,
  type PartName as LayoutPartName,
  type Scale as LayoutScale,
} from './motion/layout/layout.js'
export { layoutOfMotion, layouts } from './motion/layout/layouts.js'
export { type Bone, bones, COORDS, drawnBones, JOINTS, joint, type Part as BodyPart } from './motion/skeleton.js'
export type { GlossAttentionConfig } from './nn/gloss_attention.js'
export type { HostTensor, HostTensors } from './nn/host_tensor.js'
export type { Init, RandomInit } from './nn/init.js'
export type { Block } from './nn/parameter_blocks.js'
export type { OptimiserRange, ParameterSet, ParameterSetOptions, Precision } from './nn/parameter_set.js'
export type { ParameterSpec } from './nn/parameter_spec.js'
export type { ParameterStore } from './nn/parameter_store.js'
export type { BoneTables } from './ops/bone_joints.js'
export type { GlossForm } from './ops/gloss_attention.js'
export type { Parameter } from './ops/parameter.js'
export { type OpenedGpu, type OpenOptions, openGpu } from './platform/web/open.js'
export type { OpenSigner, SignedPrompt, SignerOptions, SignOptions, SignPromptOptions } from './signer/signer.js'
export { type OpenSignerOptions, Signer } from './signer/web.js'
export { formatLangGloss, type GlossSource, type LangGloss, langGlossLine, parseLangGloss } from './text/lang_gloss.js'
export type { PieceLayout } from './text/pieces/layouts.js'
export type { PieceOptions, PieceVocabulary, SavedPieces } from './text/pieces/piece_vocabulary.js'
export { languageNamedIn, type NamingContext, withLanguageField } from './text/prompt_language.js'
export type { SpecialIds, TextCoder } from './text/text_coder.js'
export { type TokenPolicy, tokenise, tokenPolicies } from './text/tokenise.js'
export { type SavedVocabulary, Vocabulary } from './text/vocabulary.js'
