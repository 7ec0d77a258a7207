// Writes `.pose` version 0.2, and makes such a file of a motion, with the parts of its layout as components that pose viewers know how to draw.

import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { firstNonFinite } from '../../base/finite.js'
import { checkMotion } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { rgb } from '../../motion/colour.js'
import { inPart, type Layout, type LayoutPart } from '../../motion/layout/layout.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'
import { COORDS } from '../../motion/skeleton.js'
import type { PoseComponent, PoseFile } from './pose.js'

const canvas = 512
/** Pixels a unit: shoulders 1/3 apart become 128 pixels. */
const pixels = 384
const neckAt = [canvas / 2, 160, 0] as const
/** Of a point that ends no bone. */
const PLAIN = '#787878'

/**
 * The motion as a picture-sized pose of one person, its points as sure as the motion says, else all certain. Depth is in pixels too, growing away from the camera
 * as in MediaPipe. Throws ERR_DATA for a malformed motion.
 */
export function poseOfMotion(motion: Motion, who = 'pose'): PoseFile {
  checkMotion(motion, who)
  const { joints, frames, fps } = motion
  const layout = layoutOfMotion(motion)
  const { dims, points } = layout
  const confidence = motion.confidence?.slice() ?? new Float32Array(frames * points).fill(1)
  const data = joints.map((value, i) => {
    if (!(confidence[Math.floor(i / dims)]! > 0)) return 0
    return neckAt[i % dims]! + value * (i % dims === 2 ? -pixels : pixels)
  })
  const components = layout.parts.map((part) => componentOf(part, layout))
  return { version: 0.2, width: canvas, height: canvas, depth: canvas, components, fps, frames, people: 1, points, dims, data, confidence }
}

/** A part as a component, with the bones that lie inside it. A limb cannot reach into another component, so the wrists stay unlinked. */
export function componentOf(part: LayoutPart, layout: Layout): PoseComponent {
  const { component: name, points, first, dot, colour } = part
  const ours = layout.bones.filter(({ parent, child }) => inPart(part, parent) && inPart(part, child))
  const colourOf = (i: number) =>
    ours.find(({ child }) => child === first + i)?.colour ?? (typeof dot === 'string' ? dot : dot?.[i]) ?? PLAIN
  return {
    name,
    format: layout.dims === 3 ? 'XYZC' : 'XYC',
    points,
    limbs: ours.map((bone) => [bone.parent - first, bone.child - first] as const),
    colours: colour === undefined ? points.map((_, i) => rgb(colourOf(i))) : [rgb(colour)],
  }
}

/** Writes a pose as version 0.2, whatever version it was read from. Throws ERR_DATA where it does not fit the format, ERR_OUTPUT where it cannot be written. */
export async function writePose(path: string, pose: PoseFile): Promise<void> {
  await writeWhole(path, encodePose(pose, path))
}

/** The bytes of a pose in version 0.2. `who` is named in errors. */
export function encodePose(pose: PoseFile, who = 'pose'): Uint8Array<ArrayBuffer> {
  check(pose, who)
  const parts: Uint8Array[] = [floats([0.2]), shorts(pose.width, pose.height, pose.depth, pose.components.length)]
  for (const { name, format, points, limbs, colours } of pose.components) {
    parts.push(...text(name), ...text(format), shorts(points.length, limbs.length, colours.length))
    for (const point of points) parts.push(...text(point))
    parts.push(shorts(...limbs.flat()), shorts(...colours.flat()))
  }
  const frames = new Uint8Array(4)
  new DataView(frames.buffer).setUint32(0, pose.frames, true)
  parts.push(floats([pose.fps]), frames, shorts(pose.people), floats(pose.data), floats(pose.confidence))
  return concatenated(parts)
}

const LONGEST_SHORT = 0xffff

function shorts(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) {
    if (!(value >= 0 && value <= LONGEST_SHORT)) throw new RangeError(`wanted a number of 16 bits, got ${value}`)
    view.setUint16(i * 2, value, true)
  }
  return bytes
}

function text(value: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(value)
  return [shorts(bytes.length), bytes]
}

function floats(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true)
  return bytes
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function check(pose: PoseFile, who: string): void {
  const cells = pose.frames * pose.people * pose.points
  const points = pose.components.reduce((sum, part) => sum + part.points.length, 0)
  if (cells === 0 || points !== pose.points || pose.data.length !== cells * pose.dims || pose.confidence.length !== cells) {
    const problem = `wanted ${pose.frames} x ${pose.people} x ${points} points of ${pose.dims} numbers, got ${pose.data.length} numbers and ${pose.confidence.length} confidences`
    throw new SignError('ERR_DATA', who, problem, `Check how the pose was made (a motion has ${COORDS} numbers a frame)`)
  }
  checkSeen(pose, who)
}

/** What has a confidence above 0 must be somewhere. What has none may be NaN: readers pass it by. */
function checkSeen({ data, confidence, dims, points, people }: PoseFile, who: string): void {
  const refuse = (cell: number, what: string): never => {
    const place = `frame ${Math.floor(cell / (points * people))}, point ${cell % points}`
    throw new SignError('ERR_DATA', who, `wanted ${what} in ${place}`, 'Give a point that was not seen a confidence of 0')
  }
  const unsure = firstNonFinite(confidence)
  if (unsure >= 0) refuse(unsure, `a confidence, got ${confidence[unsure]}`)
  const broken = data.findIndex((value, i) => !Number.isFinite(value) && confidence[Math.floor(i / dims)]! > 0)
  if (broken >= 0) refuse(Math.floor(broken / dims), `finite coordinates of a point that was seen, got ${data[broken]}`)
}
