// For tests: the built-in corpus as a DWPose detector would see it.

import { Random } from '../../base/random.js'
import type { Clip } from '../../motion/clip.js'
import { partOf, pointsOf } from '../../motion/layout/layout.js'
import { layouts } from '../../motion/layout/layouts.js'
import { toDwpose } from './convert.js'

const { points, parts } = layouts['dwpose-128']
const [leftHand, rightHand] = [partOf(layouts['dwpose-128'], 'leftHand'), partOf(layouts['dwpose-128'], 'rightHand')]
const face = parts.at(-1)!

/** The clip in DWPose's points: a face about the nose, and each hand lost for a few frames, one clip in four for all of it. */
export function detected(clip: Clip, seed: number): Clip {
  const seen = toDwpose(clip)
  const random = Random.for(seed, 'detected', clip.name)
  const [joints, confidence] = [seen.joints.slice(), seen.confidence!.slice()]
  for (let t = 0; t < clip.frames; t++)
    for (const [i, point] of pointsOf(face).entries()) {
      const cell = t * points + point
      joints.set([joints[t * points * 2]! + 0.05 * Math.cos(i), joints[t * points * 2 + 1]! + 0.05 * Math.sin(i)], 2 * cell)
      confidence[cell] = 1
    }
  for (const hand of [leftHand, rightHand]) {
    const [from, frames] = random.uniform() < 0.25 ? [0, clip.frames] : [random.below(clip.frames), 3]
    for (let t = from; t < Math.min(clip.frames, from + frames); t++)
      for (const point of pointsOf(hand)) {
        confidence[t * points + point] = 0
        joints.fill(0, 2 * (t * points + point), 2 * (t * points + point + 1))
      }
  }
  return { ...seen, joints, confidence }
}
