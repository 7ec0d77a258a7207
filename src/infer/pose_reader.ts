// The encoder of a pose-to-text model, as what reads frames.

import { SignError } from '../base/errors.js'
import { firstNonFinite } from '../base/finite.js'
import { shown } from '../base/shown.js'
import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import {
  encodeFrames,
  glossClasses,
  type PoseToTextConfig,
  type PoseToTextModel,
  poseToTextLayers,
  recognise,
} from '../model/pose_to_text.js'
import type { Recording } from '../nn/recording.js'
import { meanPool } from '../ops/mean_pool.js'
import { padded } from '../ops/parameter.js'
import type { EncoderOptions, EncoderShape, SourceReader } from './source_encoder.js'

/** Frames as numbers. */
export interface PoseFrames {
  /** [frames, numbers] */
  readonly values: Float32Array
  readonly frames: number
}

/** What of a model's sizes its frames must fit. */
export type FrameSizes = Pick<PoseToTextConfig, 'numbers' | 'maxFrames'>

/** Padded frames are a multiple of this: coarse, since a program is recorded for each. */
const FRAME_BUCKET = 16

/** Frames that clips side by side are padded to, the longest with at least `behind` of them. */
export const paddedFrames = (clips: readonly PoseFrames[], behind = 0): number =>
  Math.ceil((Math.max(...clips.map(({ frames }) => frames)) + behind) / FRAME_BUCKET) * FRAME_BUCKET

/** Frames of clips: [rows, length, numbers rounded up to 4]. */
export const frameFeed = (recorder: Recorder, { rows, length }: EncoderShape, numbers: number): Tensor =>
  recorder.feed('frames', [rows, length, padded(numbers)])

/** Where clips end, u32 [rows], and where their frames stand, u32 [rows · length]. */
export const framePlaceFeeds = (recorder: Recorder, { rows, length }: EncoderShape) => ({
  frameLengths: recorder.feed('frame_lengths', [rows], 'u32'),
  at: recorder.feed('at', [rows * length], 'u32'),
})

/** What is written of clips before they are encoded. */
export const frameFeeds = (recorder: Recorder, shape: EncoderShape, numbers: number) => ({
  frames: frameFeed(recorder, shape, numbers),
  ...framePlaceFeeds(recorder, shape),
})

/** Clips as the array of {@link frameFeed}. */
export function frameArray(clips: readonly PoseFrames[], { rows, length }: EncoderShape, { numbers }: FrameSizes): Float32Array {
  const stride = padded(numbers)
  const frames = new Float32Array(rows * length * stride)
  for (const [r, clip] of clips.entries())
    for (let t = 0; t < clip.frames; t++) frames.set(clip.values.subarray(t * numbers, (t + 1) * numbers), (r * length + t) * stride)
  return frames
}

/** Clips of so many frames as the arrays of {@link framePlaceFeeds}. */
export const framePlaceArrays = (
  clips: readonly { readonly frames: number }[],
  { rows, length }: EncoderShape,
  { maxFrames }: Pick<FrameSizes, 'maxFrames'>,
) => ({
  frameLengths: Uint32Array.from(clips, (clip) => clip.frames),
  // A bucket may reach past the table of positions: those rows are padding.
  at: Uint32Array.from({ length: rows * length }, (_, row) => Math.min(row % length, maxFrames - 1)),
})

/** Clips as the arrays of {@link frameFeeds}. */
export const frameArrays = (clips: readonly PoseFrames[], shape: EncoderShape, sizes: FrameSizes) => ({
  frames: frameArray(clips, shape, sizes),
  ...framePlaceArrays(clips, shape, sizes),
})

/** Throws ERR_USAGE naming `who` for a clip that a model of these sizes cannot take. */
export function checkPoseFrames({ values, frames }: PoseFrames, who: string, { numbers, maxFrames }: FrameSizes): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', who, problem, nextMove)
  if (!(frames >= 1 && frames <= maxFrames))
    throw refuse(`wanted 1 to ${maxFrames} frames, got ${shown(frames)}`, 'Cut it, or train with a larger model.maxFrames')
  if (values.length !== frames * numbers)
    throw refuse(`wanted ${numbers} numbers a frame, got ${values.length / frames}`, 'Give clips of the layout it was trained on')
  if (firstNonFinite(values) >= 0) throw refuse('wanted finite numbers, got one that is not', 'Repair the clip: signllm data check')
}

export function poseReader(model: PoseToTextModel): SourceReader<PoseFrames> {
  const { weights, config, positions } = model
  return {
    weights,
    config: poseToTextLayers(model),
    record(recording, shape) {
      const feeds = frameFeeds(recording.graph.recorder, shape, config.numbers)
      return { feeds, lengths: feeds.frameLengths, encoded: encodeFrames(recording, { ...feeds, positions }) }
    },
    lay: (clips, shape) => frameArrays(clips, shape, config),
  }
}

/** What is reported of encoded clips: the mean of each one's features [rows, 1, width] and, where the model recognises, CTC's logits. */
export function poseReport(model: PoseToTextModel): NonNullable<EncoderOptions['beside']> {
  return (recording: Recording, encoded, lengths) => {
    const mean = recording.graph.recorder.scope('features', () => meanPool(recording.graph, encoded, lengths))
    return { reports: model.glosses ? [mean, recognise(recording, encoded)] : [mean] }
  }
}

/** Classes of CTC; 0 of a model that does not recognise. */
export const classesOf = ({ glosses }: PoseToTextModel): number => (glosses ? glossClasses(glosses) : 0)
