// What a model's frames are as a motion: in the layout of its group, without the points that are not there.

import { frameNumbers, numbersMotion } from '../model/frame_columns.js'
import type { GroupDescription } from '../model/sign_model.js'
import type { Motion } from '../motion/clip.js'
import { layouts } from '../motion/layout/layouts.js'
import { aboutReference, frameOfReference } from '../motion/layout/reference.js'

/** A point that was seen in a smaller share of the training frames is not there: nobody showed the model where it belongs. */
const SELDOM = 0.05

/** A generated motion, whose frames are in the units of the data. Frames of an imported model that are of no layout stay numbers. */
export function shownMotion({ config, seen }: Pick<GroupDescription, 'config' | 'seen'>, motion: Motion): Motion {
  const { points, dims, name } = layouts[config.layout]
  if (name === 'skeleton-50' || config.numbers !== frameNumbers(config)) return motion
  if (config.scores !== 'none') return inScale({ ...motion, layout: name, ...numbersMotion(motion.joints, motion.frames, config) }, config)
  if (!seen) return { ...motion, layout: name }
  const confidence = Float32Array.from({ length: motion.frames * points }, (_, i) => (seen[i % points]! < SELDOM ? 0 : 1))
  const joints = motion.joints.map((value, i) => (confidence[Math.floor(i / dims)]! > 0 ? value : 0))
  return { ...motion, layout: name, joints, confidence }
}

/** Of a model that places points in a picture, in the scale of the layout, if shoulders tell it. */
function inScale(motion: Motion, { units }: GroupDescription['config']): Motion {
  const reference = units === 'picture' ? frameOfReference(motion) : undefined
  return reference && reference.width > 0 ? aboutReference(motion, reference) : motion
}
