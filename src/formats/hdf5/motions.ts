// Motions in HDF5: x y z of our 50 joints, in whatever scale the writer had. What lifting leaves behind, and what other programs take.

import { checkFinite, checkSkeleton } from '../../motion/check.js'
import type { NamedMotion } from '../../motion/clip.js'
import { type ClipKind, type ReadHdf5Options, readClipHdf5 } from './clips.js'
import { ClipHdf5Writer, type WriteHdf5Options } from './clips_write.js'

const kind: ClipKind<NamedMotion> = {
  content: 'joints',
  hint: 'Name a file that `signllm data lift` wrote',
  toRows: (motion) => {
    checkSkeleton(motion, motion.name)
    const { name, joints, frames, fps } = motion
    return { name, rows: joints, frames, fps, frameIndex: Int32Array.from({ length: frames }, (_, t) => t) }
  },
  fromRows: ({ name, rows, frames, fps }, who) => {
    checkFinite(rows, who)
    return { name, joints: rows, frames, fps }
  },
}

/**
 * The motions of a file, one in memory at a time, in the scale they were written in. Needs the optional package h5wasm.
 * Throws ERR_DATA naming the file, the dataset, and the frame and joint for a dataset of another shape, type or content and a coordinate that is not finite.
 */
export function readMotionHdf5(path: string, options: ReadHdf5Options = {}): AsyncGenerator<NamedMotion> {
  return readClipHdf5(path, kind, options)
}

/** Opens a file to write to. Until it is closed it is called `<path>.partial`. Adding a malformed motion throws ERR_DATA naming it. */
export function motionHdf5Writer(path: string, options: WriteHdf5Options = {}): Promise<ClipHdf5Writer<NamedMotion>> {
  return ClipHdf5Writer.open(path, kind, options)
}
