// The library's part for data, `signllm/data`: corpora, keypoints of a detector, lifting them into 3D, motions of 50 joints. In Node only.

export { type ErrorCode, SignError } from './base/errors.js'
export type { OnProgress, Progress, Watched } from './base/progress.js'
export { type ClipRow, clipRows, writeClipTable } from './data/clip_table.js'
export { type CorpusReport, checkCorpus } from './data/corpus/check.js'
export { type Corpus, type CorpusSpec, loadCorpus } from './data/corpus/corpus.js'
export type { CorpusFinding } from './data/corpus/finding.js'
export type { FramesClip } from './data/corpus/frames.js'
export type { LengthLimits, OverlongPolicy } from './data/corpus/limits.js'
export type { CorpusManifest, CurrentManifest } from './data/corpus/manifest.js'
export { type CorpusAbout, saveCorpus } from './data/corpus/save.js'
export { type CleanedKeypoints, type CleanOptions, cleanKeypoints } from './data/keypoints/clean.js'
export {
  interpolateKeypoints,
  type NormalisedKeypoints,
  type NormaliseKeypointOptions,
  normaliseKeypoints,
  pruneKeypoints,
} from './data/keypoints/normalise.js'
export { keypointsOfPose, type PoseKeypointOptions } from './data/keypoints/of_pose.js'
export { type OutlierOptions, type Outliers, rejectOutliers } from './data/keypoints/outliers.js'
export { type KeypointQuality, keypointQuality } from './data/keypoints/quality.js'
export { resampleKeypoints } from './data/keypoints/resample.js'
export { keypointsOfDwpose, toSkeleton } from './data/layouts/convert.js'
export { detectedMotion } from './data/layouts/detected.js'
export type { JointSource, Layout as KeypointLayout } from './data/layouts/layouts.js'
export { motionOfPose, type PoseMotion, type PoseMotionOptions } from './data/layouts/motion.js'
export { motionOfPoseIn } from './data/layouts/named_points.js'
export { inLayoutScale } from './data/layouts/scale.js'
export { resampleMotion } from './data/motion_resample.js'
export type { SentenceLine } from './data/sentences.js'
export type { Choice as ClipChoice, ClipList, ClipPlace } from './data/shards/clip_list.js'
export { ClipMemory } from './data/shards/clip_memory.js'
export type { PlacedClip } from './data/shards/lines.js'
export type { ShardManifest } from './data/shards/manifest.js'
export { type PackSettings, packClips } from './data/shards/pack.js'
export { openPackedCorpus, type PackedCorpus } from './data/shards/packed_corpus.js'
export type { ClipToPack, PackedClip, SeenShares } from './data/shards/part.js'
export type { ShardReader } from './data/shards/reader.js'
export type { Storage as ShardStorage } from './data/shards/storage.js'
export type { Source as TextSource } from './data/source.js'
export { type Split as CorpusSplit, type SplitShares, split, splitByGroup, videoOf } from './data/split.js'
export { type FrameSpan, type SyntheticClip, type SyntheticOptions, syntheticCorpus } from './data/synthetic/corpus.js'
export type { Splits as SyntheticSplits } from './data/synthetic/sentences.js'
export type { SyntheticLanguage } from './data/synthetic/words.js'
export type { Gpu } from './device/gpu.js'
export type { FromOptions, GpuOptions, Waiter } from './device/gpu_options.js'
export type { AdapterTraits, Choice, Constants } from './device/kernel.js'
export type { ShaderSource } from './device/shader/source.js'
export type { TunedKernel, TunedShape, Tuning } from './device/tuning.js'
export type { PoseComponent, PoseFile } from './formats/pose/pose.js'
export type { DetectedClip, DetectedPoints, Detection } from './formats/signer.js'
export type { CounterConvention, SkelsScale } from './formats/skels/skels.js'
export type { SkelsOptions } from './formats/skels/write.js'
export { type LiftedClip, type LiftOptions, liftClips } from './lift/lift.js'
export type { LiftLoss, LiftMode } from './lift/objective.js'
export { type Clip, type Motion, type NamedMotion, NORMALISATION } from './motion/clip.js'
export type { Colour } from './motion/colour.js'
export { KEYPOINT, type KeypointClip } from './motion/keypoints.js'
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
export { facingMotion, mirroredMotion } from './motion/layout/mirror.js'
export { toDwpose } from './motion/layout/to_dwpose.js'
export { exchangeSides, facing, sidesAreExchanged } from './motion/sides.js'
export { type Bone, bones, COORDS, drawnBones, JOINTS, joint, type Part as BodyPart } from './motion/skeleton.js'
