// The library's part for files, `signllm/formats`: what detectors and other tools write, and motions as files and pictures. In Node only.

export { type ErrorCode, SignError } from './base/errors.js'
export { writeBvh } from './formats/bvh.js'
export { type DetectionFolder, type DetectionOptions, detectionFolders, readDetections } from './formats/detections.js'
export type { Detector } from './formats/detector.js'
export { type DwposeClip, type DwposeOptions, readDwposeClip } from './formats/dwpose/dwpose.js'
export { type DwposeLineOptions, readDwposeLines } from './formats/dwpose/lines.js'
export { writeGlb } from './formats/glb/glb.js'
export type { ClipKind, ClipRows, ReadHdf5Options } from './formats/hdf5/clips.js'
export { ClipHdf5Writer, type WriteHdf5Options } from './formats/hdf5/clips_write.js'
export type { OpenHdf5Options } from './formats/hdf5/hdf5.js'
export { keypointHdf5Writer, readKeypointHdf5 } from './formats/hdf5/keypoints.js'
export { motionHdf5Writer, readMotionHdf5 } from './formats/hdf5/motions.js'
export type { NpyArray, NpyData } from './formats/npy.js'
export { type NpzArrays, readNpz, writeNpz } from './formats/npz.js'
export { type OpenPoseOptions, readOpenPoseClip } from './formats/openpose/openpose.js'
export type { Picture } from './formats/picture.js'
export { type PoseComponent, type PoseFile, readPose } from './formats/pose/pose.js'
export type { DetectedClip, Detection } from './formats/signer.js'
export type { CounterConvention, SkelsScale } from './formats/skels/skels.js'
export type { SkelsOptions } from './formats/skels/write.js'
export {
  type MissingVectors,
  readWordVectors,
  type VectorTable,
  vectorTable,
  type WordVectors,
} from './formats/word_vectors.js'
export type { Clip, Motion, NamedMotion } from './motion/clip.js'
export type { KeypointClip } from './motion/keypoints.js'
export { type RigBone, rigBones, type Vector as RigVector } from './motion/rig.js'
export { type RigPoses, rigPoses } from './motion/rig_poses.js'
export type { Part as BodyPart } from './motion/skeleton.js'
export { type InspectedClip, type Inspection, writeInspection } from './outputs/inspection/inspection.js'
export type { MotionMeta } from './outputs/json_motion.js'
export { type LocalisationPicture, type MappedWord, type TrueSpan, writeLocalisationMap } from './outputs/localisation_map.js'
export { type About as MotionAbout, saveMotion } from './outputs/save.js'
export { type ViewerEntry, viewerHtml, writeViewer } from './outputs/viewer/viewer.js'
