// A motion slowed down or sped up without stretching a bone. In a straight line between two frames a joint that turns about another cuts the corner, and its bone
// is shorter on the way. So it is the bones that are interpolated: each points between where it points in the two frames, and is as long as a mean of their lengths.
// Neighbouring frames are close, so the straight line between two directions is as good as the arc.

import { bonesFromNeck, COORDS, joint } from './skeleton.js'

/**
 * `joints` [frames, 150] in `wanted` frames, evenly spaced from the first to the last; of one frame wanted, the middle of the motion. The neck goes in straight
 * lines between frames. Returns [wanted, 150].
 */
export function inFrames(joints: Float32Array, frames: number, wanted: number): Float32Array {
  const out = new Float32Array(wanted * COORDS)
  const last = frames - 1
  for (let t = 0; t < wanted; t++) {
    const moment = wanted === 1 ? last / 2 : (t * last) / (wanted - 1)
    const before = Math.floor(moment)
    const a = joints.subarray(before * COORDS, (before + 1) * COORDS)
    const at = out.subarray(t * COORDS, (t + 1) * COORDS)
    if (moment === before) at.set(a)
    else betweenFrames(at, a, joints.subarray((before + 1) * COORDS, (before + 2) * COORDS), moment - before)
  }
  return out
}

/** Writes the frame that is `share` of the way from `a` to `b`. */
function betweenFrames(out: Float32Array, a: Float32Array, b: Float32Array, share: number): void {
  for (let i = joint.neck * 3; i < joint.neck * 3 + 3; i++) out[i] = a[i]! + share * (b[i]! - a[i]!)
  for (const bone of bonesFromNeck) {
    const [from, to] = [bone.from * 3, bone.to * 3]
    const [ax, ay, az] = [a[to]! - a[from]!, a[to + 1]! - a[from + 1]!, a[to + 2]! - a[from + 2]!]
    const [bx, by, bz] = [b[to]! - b[from]!, b[to + 1]! - b[from + 1]!, b[to + 2]! - b[from + 2]!]
    const [lengthA, lengthB] = [Math.sqrt(ax * ax + ay * ay + az * az), Math.sqrt(bx * bx + by * by + bz * bz)]
    const length = lengthA + share * (lengthB - lengthA)
    let [x, y, z] = [ax + share * (bx - ax), ay + share * (by - ay), az + share * (bz - az)]
    let now = Math.sqrt(x * x + y * y + z * z)
    // A bone that turned right round has no direction half-way: it jumps, as it did.
    if (now < 1e-3 * length) [x, y, z, now] = share < 0.5 ? [ax, ay, az, lengthA] : [bx, by, bz, lengthB]
    const scale = now > 0 ? length / now : 0
    out[to] = out[from]! + scale * x
    out[to + 1] = out[from + 1]! + scale * y
    out[to + 2] = out[from + 2]! + scale * z
  }
}
