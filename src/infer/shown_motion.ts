// What a model's frames are as a motion: in the units and the layout of its group, bones held where they are to be, without the points that are not there.

import { frameNumbers, numbersMotion } from '../model/frame_columns.js'
import { unscaled } from '../model/frame_scaling.js'
import type { GroupDescription } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { layouts } from '../motion/layout/layouts.js'
import { aboutReference, frameOfReference, type Reference } from '../motion/layout/reference.js'
import { type BonePolicy, boneHold } from './bone_policy.js'

/** A point that was seen in a smaller share of the training frames is not there: nobody showed the model where it belongs. */
const SELDOM = 0.05

type ShownGroup = Pick<GroupDescription, 'config' | 'seen'>

/** What makes a motion's frames, one after the other, of what the model says: in the units of the data, the bones held where they are to be. Throws as `boneHold`. */
export function placing(group: GroupDescription, bones: BonePolicy | undefined): (frame: Float32Array) => Float32Array {
  const hold = boneHold(group, bones)
  return (frame) => hold?.hold(unscaled(frame, group.scaling)) ?? unscaled(frame, group.scaling)
}

/** The motion of frames that are placed, each its numbers and what stands behind them. */
export function placedMotion(group: Pick<GroupDescription, 'config' | 'seen' | 'fps'>, frames: readonly Float32Array[]): Motion {
  const { numbers } = group.config
  const joints = new Float32Array(frames.length * numbers)
  frames.forEach((frame, t) => {
    joints.set(frame.subarray(0, numbers), t * numbers)
  })
  return shownMotion(group, { joints, frames: frames.length, fps: group.fps })
}

/** A generated motion, whose frames are in the units of the data. Frames of an imported model that are of no layout stay numbers. */
export function shownMotion(group: ShownGroup, motion: Motion): Motion {
  return shownInPieces(group)(motion)
}

/** The same of a motion that comes in pieces: all are in the scale of the first that tells one. */
export function shownInPieces({ config, seen }: ShownGroup): (piece: Motion) => Motion {
  const { points, dims, name } = layouts[config.layout]
  if (name === 'skeleton-50' || config.numbers !== frameNumbers(config)) return (piece) => piece
  if (config.scores !== 'none') {
    const inScale = scaler(config)
    return (piece) => inScale({ ...piece, layout: name, ...numbersMotion(piece.joints, piece.frames, config) })
  }
  if (!seen) return (piece) => ({ ...piece, layout: name })
  return (piece) => {
    const confidence = Float32Array.from({ length: piece.frames * points }, (_, i) => (seen[i % points]! < SELDOM ? 0 : 1))
    const joints = piece.joints.map((value, i) => (confidence[Math.floor(i / dims)]! > 0 ? value : 0))
    return { ...piece, layout: name, joints, confidence }
  }
}

/** Of a model that places points in a picture, in the scale of the layout, if shoulders tell it. */
function scaler({ units }: GroupDescription['config']): (piece: Motion) => Motion {
  let reference: Reference | undefined
  return (piece) => {
    if (units !== 'picture') return piece
    reference ??= frameOfReference(piece)
    return reference && reference.width > 0 ? aboutReference(piece, reference) : piece
  }
}
