// The points of a layout out of a `.pose` file by their names, as any tool of the field wrote them.

import { SignError } from '../../base/errors.js'
import type { PoseFile } from '../../formats/pose/pose.js'
import { followSigner } from '../../formats/signer.js'
import type { Motion } from '../../motion/clip.js'
import { coordinatesOf, type Layout } from '../../motion/layout/layout.js'
import { candidates, framesOf } from '../pose_signer.js'
import { layoutOf, rawJoints } from './layouts.js'
import { inLayoutScale } from './scale.js'

/** Where each point of a layout is among those of a file; undefined where the file does not have all of them, or no depth where the layout has it. */
export function placesIn({ components, dims }: Pick<PoseFile, 'components' | 'dims'>, layout: Layout): readonly number[] | undefined {
  if (dims < layout.dims) return undefined
  const places = new Map<string, number>()
  let count = 0
  for (const { name, points } of components) for (const point of points) places.set(`${name}\n${point}`, count++)
  const found = layout.parts.flatMap(({ component, points }) => points.map((point) => places.get(`${component}\n${point}`)))
  return found.every((place) => place !== undefined) ? found : undefined
}

/**
 * The signer of a file in a layout, in its scale; z of files, which grows away from the camera, towards the viewer. Throws ERR_DATA naming `who` for a file without
 * all of the layout's points, and one in whose frames the shoulders are never seen.
 */
export function motionOfPoseIn(pose: PoseFile, layout: Layout, who = 'pose'): Motion {
  const places = placesIn(pose, layout)
  if (!places) {
    const got = pose.components.map(({ name, points }) => `${name} (${points.length})`).join(', ')
    const problem = `wanted the ${layout.points} points of ${layout.name} by their names, got ${got.slice(0, 300)}`
    throw new SignError('ERR_DATA', who, problem, 'Choose another layout')
  }
  const { frames, people, points, dims, fps } = pose
  const chosen = signerOf(pose, who)
  const joints = new Float32Array(frames * coordinatesOf(layout))
  const confidence = new Float32Array(frames * layout.points)
  for (let t = 0; t < frames; t++) {
    if (chosen[t]! < 0) continue
    for (const [point, place] of places.entries()) {
      const from = (t * people + chosen[t]!) * points + place
      const values = pose.data.subarray(from * dims, from * dims + layout.dims)
      const sure = pose.confidence[from]!
      if (!(sure > 0) || values.some((value) => !Number.isFinite(value))) continue
      const cell = t * layout.points + point
      confidence[cell] = Math.min(1, sure)
      joints.set(values, cell * layout.dims)
      if (layout.dims === 3) joints[cell * 3 + 2] = -values[2]!
    }
  }
  return inLayoutScale({ joints, confidence, frames, fps, layout: layout.name }, who)
}

/** [frames]: who of the people in a file the signer is; -1 where nobody is seen. */
function signerOf(pose: PoseFile, who: string): ArrayLike<number> {
  if (pose.people === 1) return new Int32Array(pose.frames)
  const names = layoutOf(pose, who)
  return followSigner(framesOf(candidates(pose, who).map((person) => rawJoints(pose, names, person))), who).chosen
}
