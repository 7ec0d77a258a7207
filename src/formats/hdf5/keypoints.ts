// Detections in HDF5, as the published Prompt2Sign tool has them between its first two steps: x y confidence of our 50 joints, in pixels.

import { SignError } from '../../base/errors.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { COORDS, JOINTS } from '../../motion/skeleton.js'
import { putPoint } from '../keypoint_values.js'
import { followedClip } from '../signer.js'
import { type ClipKind, type ReadHdf5Options, readClipHdf5 } from './clips.js'
import { ClipHdf5Writer, type WriteHdf5Options } from './clips_write.js'

const kind: ClipKind<KeypointClip> = {
  content: 'keypoints',
  hint: 'Name a file that `signllm data json2h5`, or the first step of the Prompt2Sign tool, wrote',
  toRows: ({ keypoints, ...clip }) => ({ ...clip, rows: keypoints }),
  fromRows: ({ name, frames, fps, rows, frameIndex }, who) => {
    const seen = Array.from({ length: frames }, (_, t) => ({ index: frameIndex[t]!, people: [frameOf(rows, t, who)] }))
    return followedClip(seen, name, fps, who).clip
  },
}

function frameOf(rows: Float32Array, t: number, who: string): Float32Array {
  const out = new Float32Array(COORDS)
  for (let j = 0; j < JOINTS; j++) {
    const at = t * COORDS + j * KEYPOINT
    const problem = putPoint(out, j, rows[at], rows[at + 1], rows[at + 2])
    if (problem) throw new SignError('ERR_DATA', who, `${problem} in frame ${t}, joint ${j}`, 'Write the file again: it is damaged')
  }
  return out
}

/**
 * The clips of a file, one in memory at a time. Needs the optional package h5wasm.
 * Throws ERR_DATA naming the file, the dataset, and the frame and joint for a dataset of another shape, type or content, a coordinate or confidence that is none,
 * attributes that do not fit, and a clip in which nobody is seen.
 */
export function readKeypointHdf5(path: string, options: ReadHdf5Options = {}): AsyncGenerator<KeypointClip> {
  return readClipHdf5(path, kind, options)
}

/**
 * Opens a file to write to. Until it is closed it is called `<path>.partial`.
 *
 * @example
 * const writer = await keypointHdf5Writer('train.h5', { resume: true })
 * for await (const { clip } of readDetections('json', { skip: (name) => writer.has(name) })) await writer.add(clip)
 * await writer.close()
 */
export function keypointHdf5Writer(path: string, options: WriteHdf5Options = {}): Promise<ClipHdf5Writer<KeypointClip>> {
  return ClipHdf5Writer.open(path, kind, options)
}
