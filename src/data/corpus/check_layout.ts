// The part of checking a corpus that goes through the motions, of other layouts than the 50 joints.

import { counted } from '../../base/counted.js'
import { layoutLines } from '../../formats/skels/layout_lines.js'
import type { Motion } from '../../motion/clip.js'
import { type Layout, partOf, pointsOf } from '../../motion/layout/layout.js'
import { motionChecksum } from '../checksum.js'
import { inLayoutScale } from '../layouts/scale.js'
import { UNTOLD_RATE } from './corpus.js'
import { type Note, problemOf } from './finding.js'
import type { CorpusManifest } from './manifest.js'

/** Files hold 5 decimals, and a median of them is off by no more. */
const TOLERANCE = 2e-3
/** Hands seen in fewer frames leave little to learn from. */
const SELDOM = 0.3

/** Goes through `path`: what cannot be read, what is out of scale, what does not move, what is there twice, and what hardly shows a hand. Returns as `SkelsCheck.run`. */
export async function checkLayoutLines(path: string, layout: Layout, manifest: CorpusManifest | undefined, note: Note) {
  const lineOfMotion = new Map<string, number>()
  const seen = { clips: 0, frames: 0, unread: 0 }
  for await (const { who, line, parse } of layoutLines(path, layout)) {
    seen.clips = line
    try {
      const motion: Motion = { ...parse(), layout: layout.name, fps: manifest?.fps ?? UNTOLD_RATE }
      seen.frames += motion.frames
      const hash = motionChecksum(motion.joints)
      const twin = lineOfMotion.get(hash)
      if (twin === undefined) lineOfMotion.set(hash, line)
      else note('warning', who, `wanted motions that differ, got that of line ${twin} again`)
      checkMotion(motion, layout, who, note)
      if (manifest?.normalisation === layout.scale) checkScale(motion, layout, who, note)
    } catch (error) {
      seen.unread += 1
      note('error', who, problemOf(error))
    }
  }
  if (seen.clips === 0) note('error', path, 'wanted at least one sequence, got an empty file')
  return seen
}

function checkMotion(motion: Motion, layout: Layout, who: string, note: Note): void {
  const { joints, frames, confidence } = motion
  if (frames === 1) note('warning', who, 'wanted something that moves, got one frame')
  const numbers = joints.length / frames
  if (frames > 1 && joints.subarray(numbers).every((value, i) => value === joints[i]))
    note('warning', who, `wanted something that moves, got one pose in all ${counted(frames, 'frame')}`)
  if (!confidence) return
  const shares = (['leftHand', 'rightHand'] as const).map((hand) => framesWith(pointsOf(partOf(layout, hand)), confidence, layout) / frames)
  if (Math.max(...shares) < SELDOM)
    note('warning', who, `wanted a hand in at least ${SELDOM} of the frames, got one in ${Math.max(...shares).toFixed(2)} of ${frames}`)
}

/** In how many frames any of the points is seen. */
function framesWith(points: readonly number[], confidence: Float32Array, layout: Layout): number {
  const frames = Array.from({ length: confidence.length / layout.points }, (_, t) => t * layout.points)
  return frames.filter((first) => points.some((point) => confidence[first + point]! > 0)).length
}

/** Brought to its scale again, a motion stays as it is. */
function checkScale(motion: Motion, layout: Layout, who: string, note: Note): void {
  const again = inLayoutScale(motion, who)
  const at = motion.joints.findIndex((value, i) => Math.abs(value - again.joints[i]!) > TOLERANCE * Math.max(1, Math.abs(value)))
  if (at < 0) return
  const problem = `wanted the scale ${layout.scale}, which the manifest tells, got ${motion.joints[at]} where it has ${again.joints[at]!.toFixed(4)}`
  note('error', who, problem)
}
