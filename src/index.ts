// The library, `signllm`: open a GPU, load models, generate motion, read prompts, train, score; and all of its parts for data, files and
// kernels. Nothing here prints, and nothing happens at import.

export type { Communicator } from './base/communicator.js'
export { type ErrorCode, exitStatus, SignError } from './base/errors.js'
export type { OnProgress, Progress, Watched } from './base/progress.js'
export type { Part as CheckpointPart } from './checkpoint/arenas.js'
export { type ModelCard, namedLanguages, type Provenance as ModelProvenance } from './checkpoint/card.js'
export type { Checkpoint as AnyCheckpoint, CheckpointContent } from './checkpoint/checkpoint.js'
export {
  type CheckpointSource,
  readCheckpoint as readAnyCheckpoint,
  readGlossCheckpoint,
  readPoseCheckpoint as readCheckpoint,
  saveCheckpoint as saveAnyCheckpoint,
  saveGlossCheckpoint,
  savePoseCheckpoint as saveCheckpoint,
} from './checkpoint/file.js'
export { formatModelFile, languageTags, type ModelFileOptions } from './checkpoint/model_file.js'
export type { CheckpointBytes, ReadCheckpointOptions } from './checkpoint/parse.js'
export { poseToTextContent, poseToTextDescription, restorePoseToText } from './checkpoint/pose_to_text.js'
export { pseudoGlossContent, pseudoGlossDescription, restorePseudoGloss } from './checkpoint/pseudo_gloss.js'
export { restoreGlossModel, restoreModel } from './checkpoint/restore.js'
export { restoreSignTextMatching, signTextMatchingContent, signTextMatchingDescription } from './checkpoint/sign_text_matching.js'
export { type RestoreSignToTextOptions, restoreSignToText, signToTextContent, signToTextDescription } from './checkpoint/sign_to_text.js'
export { restoreSignTranslation, signTranslationContent, signTranslationDescription } from './checkpoint/sign_translation.js'
export type { GlossCheckpoint } from './checkpoint/text_to_gloss.js'
export type { PoseCheckpoint as Checkpoint } from './checkpoint/text_to_pose.js'
export { restoreVqSign, vqSignContent, vqSignDescription } from './checkpoint/vq_sign.js'
export * from './data.js'
export * from './engine.js'
export type { ReadingOptions } from './formats/safetensors/url.js'
export * from './formats.js'
export type { Abortable } from './infer/abort.js'
export type { BatchGenerateOptions } from './infer/asked_of_batch.js'
export { BatchGenerator, type BatchOptions } from './infer/batch_generator.js'
export type { Beam, BeamDialect, BeamRules, Hypothesis as BeamHypothesis } from './infer/beam.js'
export { BeamSearch, candidatesPerBeam, type FoundSentence, type Moves as BeamMoves, type TopTokens } from './infer/beam_search.js'
export type { BonePolicy } from './infer/bone_policy.js'
export type { ReadClipsOptions } from './infer/clip_reader.js'
export { CodeReader, type ReadCodes } from './infer/code_reader.js'
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
export { type FindGlossesOptions, type FoundGlosses, PseudoGlossReader } from './infer/pseudo_gloss_reader.js'
export type { TranslateOptions } from './infer/search_options.js'
export { SignTextMatcher } from './infer/sign_text_matcher.js'
export { type SignedSentence, type SignTranslateOptions, SignTranslator, type SignWritingModel } from './infer/sign_translator.js'
export { type LabelledRun, type TranslatedClip, Translator } from './infer/translator.js'
export { type EvaluationInput, type EvaluationOptions, evaluate } from './judge/evaluation.js'
export type { AlignedRun, Judge, TranslateOptions as JudgeTranslateOptions, Translation } from './judge/judge.js'
export type { TextMeasure } from './judge/measures.js'
export type { BoneSpreadReport, MotionReport, NearestTrainingReport } from './judge/motion_report.js'
export { type OpenJudgeOptions, openJudge } from './judge/open.js'
export { reportHtml, type ShownMotions } from './judge/page/page.js'
export type { GatePart } from './judge/parts.js'
export type {
  ClassMotion,
  ClassReport,
  ClipReport,
  EvalReport,
  GlossReport,
  Judged,
  JudgeReport,
  PartReport,
  Provenance as EvalProvenance,
  SystemReport,
} from './judge/report.js'
export type { SystemName } from './judge/systems.js'
export { formatReport } from './judge/table.js'
export {
  type AccuracyOptions,
  sequenceAccuracy,
  sequenceAccuracyMetric,
  tokenAccuracy,
  tokenAccuracyMetric,
} from './metrics/accuracy.js'
export {
  type Bleu as BleuScores,
  type BleuCounts,
  type BleuOptions,
  bleuCounts,
  bleuMetric,
  corpusBleu,
} from './metrics/bleu.js'
export type { ScoredPart, SkeletonPart } from './metrics/body_parts.js'
export { type BoneSpread, boneSpread } from './metrics/bone_spread.js'
export {
  type BootstrapOptions,
  bootstrapIntervals,
  bootstrapSignature,
  type Comparison,
  type Interval,
  pairedBootstrap,
} from './metrics/bootstrap.js'
export { characterErrorMetric, characterErrorRate, letterErrorMetric, letterErrorRate } from './metrics/character_errors.js'
export { chrfMetric, corpusChrf } from './metrics/chrf.js'
export { type CorpusMetric, type CountedCorpus, countCorpus, type ScoreName, scoreCorpus, type TextPair } from './metrics/corpus_metric.js'
export { type Alignment, type DtwScore, dtw, dtwMje, type Frames as ScoredFrames, type Series } from './metrics/dtw.js'
export { classAverages, classF1, classF1Metric, type F1, type LabelPair, microF1, microF1Metric } from './metrics/f1.js'
export { fastAlign } from './metrics/fastdtw.js'
export { type FeatureSet, frechetDistance } from './metrics/frechet.js'
export { type AlignmentTable, alignGlosses } from './metrics/gloss_alignment.js'
export { glossCleanUps } from './metrics/gloss_clean_up.js'
export { type GlossWer, type GlossWerOptions, glossWer, glossWerMetric } from './metrics/gloss_wer.js'
export { handDtw } from './metrics/hand_dtw.js'
export type { LengthScore, TokenUnit } from './metrics/length_classes.js'
export { type Localisation, type LocatedClip, type LocatedWord, localisation, locatedWords, type WordSpan } from './metrics/localisation.js'
export { durationRatio, poseStd, poseStdRatio, speed, wristPathRatio } from './metrics/motion.js'
export {
  type MotionPair,
  type MotionRow,
  type MotionRowName,
  type MotionScoreOptions,
  type MotionScores,
  motionScores,
  type SignedScore,
  type TrainingDistance,
} from './metrics/motion_scores.js'
export { formatMotionScores } from './metrics/motion_table.js'
export type { Looked } from './metrics/nearest_training.js'
export { type NearestTraining, nearestTraining } from './metrics/nearest_training.js'
export { type NormalisedDtw, normalisedDtw } from './metrics/normalised_dtw.js'
export { perplexity } from './metrics/perplexity.js'
export {
  type ClassifiedClip,
  type ClassPresence,
  foundClasses,
  type PresenceScores,
  presenceByClass,
  presenceScores,
} from './metrics/presence.js'
export {
  type ProgressiveScore,
  progressiveDtw,
  progressiveMotionDtw,
  type ReleasedDtw,
  type ReleasedDtwOptions,
  releasedDtw,
} from './metrics/progressive_dtw.js'
export { repetition } from './metrics/repetition.js'
export { type RougeOptions, rougeL, rougeMetric } from './metrics/rouge.js'
export { formatScores, type MeanScores, type ScoredName, type ScoredPair, type ScoreRow, scoreMotions } from './metrics/scores.js'
export type { ClassScores, LengthClass, MotionSetScores, PartScores, ScoredClip, SetBoneSpread } from './metrics/set_scores.js'
export { type AlignedClip, type GlossDensity, type SignDensity, signDensity } from './metrics/sign_density.js'
export {
  type Aligner,
  type JointLayout,
  type SeriesPair,
  type SlrtpOptions,
  type SlrtpPair,
  type SlrtpScores,
  slrtpScores,
  type WristPaths,
} from './metrics/slrtp.js'
export {
  type GlossCleanUp,
  type Smoothing,
  type TextMetricName,
  type Tokeniser,
  textMetricNames,
  tokeniserNames,
} from './metrics/text_metric_names.js'
export { type TextMetricOptions, textMetric } from './metrics/text_metric_set.js'
export { type NormaliseTextOptions, normaliseLine, textSignature } from './metrics/text_normalisation.js'
export { formatTextScores, scoreText, type TextScores } from './metrics/text_scores.js'
export { textWer, textWerMetric, werWords } from './metrics/text_wer.js'
export { cutters as scoreTokenisers } from './metrics/tokenisers.js'
export type { WarpPath } from './metrics/warp.js'
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
export type { ConvolvedDescription, ConvolvedModel } from './model/convolved_model.js'
export type { ConvolvedSigns } from './model/convolved_signs.js'
export type { FrameScaling } from './model/frame_scaling.js'
export type { GpuModel, GpuModelParts } from './model/gpu_model.js'
export type { GroupBones } from './model/group_bones.js'
export { LanguageModel, type LanguageModelConfig, type LanguageModelOptions, type LanguageTokens } from './model/language_model.js'
export { parameterCount, parameterSpecs } from './model/parameters.js'
export { type PoseToTextConfig, type PoseToTextDescription, PoseToTextModel, type PoseToTextOptions } from './model/pose_to_text.js'
export type { PresetModel } from './model/preset_width.js'
export { type PseudoGlossConfig, type PseudoGlossDescription, PseudoGlossModel, type PseudoGlossOptions } from './model/pseudo_gloss.js'
export { type AddLanguageOptions, type GroupDescription, LanguageGroup, SignModel } from './model/sign_model.js'
export { type SeenSigns, type SignConfig, type SignPreset, type SignSizes, signPresets } from './model/sign_sizes.js'
export {
  type SentenceSizes,
  type SignTextMatchingConfig,
  type SignTextMatchingDescription,
  SignTextMatchingModel,
  type SignTextMatchingOptions,
} from './model/sign_text_matching.js'
export {
  type AdapterConfig,
  type FrozenLanguage,
  type SignToTextConfig,
  type SignToTextDescription,
  SignToTextModel,
  type SignToTextOptions,
} from './model/sign_to_text.js'
export type { SignTables } from './model/sign_tokens.js'
export {
  type SignTranslationConfig,
  type SignTranslationDescription,
  SignTranslationModel,
  type SignTranslationOptions,
} from './model/sign_translation.js'
export type { SigningDescription, SigningModel, SigningModelOptions, TrainedOn } from './model/signing_model.js'
export { type GlossConfig, GlossModel, type GlossModelDescription } from './model/text_to_gloss.js'
export type { ConvolvedPreset, TextTransformerConfig } from './model/text_transformer_sizes.js'
export { type VqSignConfig, type VqSignDescription, VqSignModel, type VqSignOptions } from './model/vq_sign.js'
export { type Clip, type Motion, type NamedMotion, NORMALISATION } from './motion/clip.js'
export { exchangeSides, facing, sidesAreExchanged } from './motion/sides.js'
export { bones, COORDS, drawnBones, JOINTS, joint, type Part as BodyPart } from './motion/skeleton.js'
export type { GlossAttentionConfig } from './nn/gloss_attention.js'
export type { ImageConstants } from './nn/image_encoder.js'
export type { ImageEncoderConfig } from './nn/image_encoder_config.js'
export type { PositionForm } from './nn/image_positions.js'
export type { LanguageStorage } from './nn/language_model.js'
export type { PrototypeTraining } from './nn/prototypes.js'
export type { Weights } from './nn/recording.js'
export type { ResidualNetworkConfig, StageWidths } from './nn/residual_network_config.js'
export type { SignEncoderConfig } from './nn/sign_encoder_config.js'
export type { LayerSizes } from './nn/specs.js'
export type { FramePadding } from './nn/temporal_convolution.js'
export type { TransformerSizes } from './nn/text_transformer.js'
export type { ImageAdapters, VisionTransformerConfig } from './nn/vision_transformer_config.js'
export type { BoneTables } from './ops/bone_joints.js'
export type { GlossForm } from './ops/gloss_attention.js'
export type { GateKind } from './ops/head_gate.js'
export type { WordTable } from './ops/sign_words.js'
export type { ShardedVocabulary, VocabularyShard } from './ops/vocabulary.js'
export type { Attempt as AdapterAttempt } from './platform/node/adapters.js'
export { type AdapterReport, type OpenedGpu, type OpenOptions, openGpu } from './platform/node/open.js'
export { type OpenSignerOptions, Signer } from './signer/node.js'
export type { OpenSigner, SignedPrompt, SignerOptions, SignOptions, SignPromptOptions } from './signer/signer.js'
export { type LanguageRunConfig, parseLanguageConfig } from './tasks/language_model/config.js'
export type { Perplexity } from './tasks/language_model/evaluate.js'
export type { LanguageStep } from './tasks/language_model/training.js'
export { type LanguageChoice, openReferred } from './tasks/language_source.js'
export { type PoseToTextRunConfig, parsePoseToTextConfig } from './tasks/pose_to_text/config.js'
export type { TranslationScores } from './tasks/pose_to_text/evaluate.js'
export type { SignedLosses } from './tasks/pose_to_text/losses.js'
export type { SignedStep } from './tasks/pose_to_text/training.js'
export { type PseudoGlossRunConfig, parsePseudoGlossConfig } from './tasks/pseudo_gloss/config.js'
export type { GlossedClip } from './tasks/pseudo_gloss/data.js'
export type { PseudoGlossScores } from './tasks/pseudo_gloss/evaluate.js'
export type { ClipItems, ItemSpan } from './tasks/pseudo_gloss/items.js'
export { loadReleasedPseudoGloss, type ReleasedPseudoGloss } from './tasks/pseudo_gloss/released.js'
export type { PseudoGlossStep } from './tasks/pseudo_gloss/training.js'
export {
  type GlossTrainEvent,
  type LanguageTrainEvent,
  type PoseToTextTrainEvent,
  type PseudoGlossTrainEvent,
  type SignTextMatchingTrainEvent,
  type SignToTextTrainEvent,
  type SignTranslationTrainEvent,
  type TrainEvent,
  trainGlossRun,
  trainLanguageRun,
  trainPoseToTextRun,
  trainPseudoGlossRun,
  trainRun,
  trainSignTextMatchingRun,
  trainSignToTextRun,
  trainSignTranslationRun,
  trainVqSignRun,
  type VqSignTrainEvent,
} from './tasks/run.js'
export {
  type AnyRunConfig,
  loadGlossConfig,
  loadLanguageConfig,
  loadPoseToTextConfig,
  loadPseudoGlossConfig,
  loadRunConfig,
  loadRunFile,
  loadSignTextMatchingConfig,
  loadSignToTextConfig,
  loadSignTranslationConfig,
  loadVqSignConfig,
} from './tasks/run_file.js'
export type { SentenceStep } from './tasks/sentence_training.js'
export { parseSignTextMatchingConfig, type SignTextMatchingRunConfig } from './tasks/sign_text_matching/config.js'
export type { Recall, RetrievalScores } from './tasks/sign_text_matching/evaluate.js'
export type { MatchingStep } from './tasks/sign_text_matching/training.js'
export { parseSignToTextConfig, type SignToTextRunConfig } from './tasks/sign_to_text/config.js'
export type { TextValidation } from './tasks/sign_to_text/evaluate.js'
export { loadReleasedSignToText, type ReleasedSignToText } from './tasks/sign_to_text/released.js'
export type { SignToTextStep } from './tasks/sign_to_text/training.js'
export { parseSignTranslationConfig, type SignTranslationRunConfig } from './tasks/sign_translation/config.js'
export type { ReleasedSigns } from './tasks/sign2gpt_file.js'
export type { ReleasedImages } from './tasks/sign2gpt_images.js'
export { type GlossRunConfig, parseGlossConfig } from './tasks/text_to_gloss/config.js'
export type { GlossLine } from './tasks/text_to_gloss/data.js'
export { type GlossStep, GlossTraining, type GlossValidated } from './tasks/text_to_gloss/training.js'
export type { Sample } from './tasks/text_to_pose/batch.js'
export { parseRunConfig, type RunConfig } from './tasks/text_to_pose/config.js'
export type { LanguageData } from './tasks/text_to_pose/data.js'
export type { SavedErrors } from './tasks/text_to_pose/error_record.js'
export type { Validated as PoseValidated } from './tasks/text_to_pose/evaluate.js'
export type { Examples } from './tasks/text_to_pose/examples.js'
export type { PoseLossReport, SampleReport } from './tasks/text_to_pose/losses.js'
export type { EpochDraw } from './tasks/text_to_pose/priority.js'
export type { StoredClips, StoredExamples } from './tasks/text_to_pose/stored_examples.js'
export { type PoseMemory, type PoseStep, PoseTraining } from './tasks/text_to_pose/training.js'
export { parseVqSignConfig, type VqSignRunConfig } from './tasks/vq_sign/config.js'
export type { CodeScores } from './tasks/vq_sign/evaluate.js'
export type { VqSignStep } from './tasks/vq_sign/training.js'
export { formatLangGloss, type GlossSource, type LangGloss, langGlossLine, parseLangGloss } from './text/lang_gloss.js'
export type { PieceLayout } from './text/pieces/layouts.js'
export { readPieces } from './text/pieces/piece_file.js'
export { type PieceOptions, PieceVocabulary, type SavedPieces } from './text/pieces/piece_vocabulary.js'
export { languageNamedIn, type NamingContext, withLanguageField } from './text/prompt_language.js'
export type { PromptTemplates } from './text/prompts/templates.js'
export { fillPrompt, promptTemplates } from './text/prompts.js'
export { type GlossCoverage, type GlossedSentence, PseudoGlossClasses, type SavedClasses } from './text/pseudo_gloss/classes.js'
export type { SignWord } from './text/sign_words/candidates.js'
export type { Characters } from './text/sign_words/runs.js'
export type { SignWords } from './text/sign_words/words.js'
export type { SpecialIds, TextCoder } from './text/text_coder.js'
export { type TokenPolicy, tokenise, tokenPolicies } from './text/tokenise.js'
export { type SavedVocabulary, Vocabulary } from './text/vocabulary.js'
export type { BatchPlan } from './train/batches.js'
export type { TrainingConfig } from './train/config/parts.js'
export { type DensityOptions, type LabelledFrames, type ModelDensity, type NamedGlossDensity, signDensityOf } from './train/density.js'
export type { LossScale } from './train/loss_scale.js'
export type { OneModelTraining, TrainedModel } from './train/one_model.js'
export type { PendingStep } from './train/pending_step.js'
export type { Warn as RunFileWarning } from './train/run/file.js'
export type { FolderOptions } from './train/run/folder.js'
export type { Scalars as LoggedScalars } from './train/run/logs.js'
export type { RunEvent, StepEvent, ValidationEvent } from './train/run/loop.js'
export type { TrainRunOptions } from './train/run/run.js'
export type { ScheduleState } from './train/schedule.js'
export type { SignedClip } from './train/signed_clips.js'
export type { Described } from './train/signing/open_signing.js'
export type {
  BatchShape,
  ComparedExamples,
  HostArrays,
  LossReport,
  ModelUse,
  PassReports,
  RecordedLosses,
  TrainedGroup,
  Training,
  Validation,
} from './train/task.js'
export { type SavedTraining, type TrainedStep, Trainer, type TrainerConfig, type TrainerOptions } from './train/trainer.js'
export type { ProgressSettings, ProgressState, TrainingProgress } from './train/training_progress.js'
export { type SeenVideo, seeVideo, type VideoModel } from './video/see_video.js'
export type { SeeingModel } from './video/seen_videos.js'
