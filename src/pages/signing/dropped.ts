// Files of motion that somebody brings to the page.

import { SignError } from '../../base/errors.js'
import { motionOfPose } from '../../data/layouts/motion.js'
import { motionOfPoseIn, placesIn } from '../../data/layouts/named_points.js'
import { normalise } from '../../data/normalise.js'
import { decodePose } from '../../formats/pose/pose.js'
import { skelsSequence } from '../../formats/skels/skels.js'
import type { NamedMotion } from '../../motion/clip.js'
import { layouts } from '../../motion/layout/layouts.js'
import { facing } from '../../motion/sides.js'
import { JOINTS } from '../../motion/skeleton.js'

/** Whether a file of this name is read as motions. */
export const holdsMotions = (name: string): boolean => /\.(pose|skels)$/i.test(name)

/** `.skels` tells no rate: this is that of the published corpora. */
const SKELS_FPS = 25
/** More lines of a corpus than this are not listed. */
const MOST_CLIPS = 200
const NEWLINE = 10

/** Layouts that are shown as what they are, those of more points first. What has none of them is shown as the 50 joints, in space. */
const OWN = (['holistic-543', 'slrtp-178', 'dwpose-128'] as const).map((name) => layouts[name])

/** A motion out of a file, with what its viewer should know. */
export interface DroppedMotion extends NamedMotion {
  readonly note?: string
}

/** The motions of a `.pose` file or of the lines of a `.skels` file, at most 200; 50 joints face the camera. Throws ERR_DATA naming file and line. */
export function motionsOfFile(name: string, bytes: Uint8Array): DroppedMotion[] {
  if (/\.skels$/i.test(name)) return linesOf(bytes).map((line, i) => motionOfLine(line, `${name}:${i + 1}`))
  const pose = decodePose(bytes, name)
  const own = OWN.find((layout) => layout.dims === pose.dims && placesIn(pose, layout))
  if (own) return [{ name, ...motionOfPoseIn(pose, own, name), note: `It is shown by its ${own.points} points, as ${own.name}.` }]
  const { joints, frames, fps } = motionOfPose(pose, { who: name })
  const more = pose.points > JOINTS ? { note: `Of its ${pose.points} points the ${JOINTS} joints are shown.` } : {}
  return [{ name, joints: facing(joints, frames), frames, fps, ...more }]
}

function motionOfLine(line: Uint8Array, who: string): NamedMotion {
  const { joints, frames } = skelsSequence(line, who)
  return { name: who, joints: facing(normalise(joints, frames, { who }), frames), frames, fps: SKELS_FPS }
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length && lines.length < MOST_CLIPS; ) {
    const end = bytes.indexOf(NEWLINE, from)
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end))
    from = end < 0 ? bytes.length : end + 1
  }
  if (lines.length > 0) return lines
  throw new SignError('ERR_DATA', 'skels', 'wanted a line for each clip, got an empty file', 'Choose another file')
}
