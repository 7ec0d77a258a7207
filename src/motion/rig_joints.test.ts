import { describe, expect, it } from 'vitest'
import { boneLengths } from './bone_lengths.js'
import { rigidMotion } from './rig.testing.js'
import { wayBetween } from './rig_joints.js'
import { COORDS, joint } from './skeleton.js'

const { joints } = rigidMotion(60, 4)
const frame = (t: number): Float32Array => joints.subarray(t * COORDS, (t + 1) * COORDS)
const [a, b] = [frame(0), frame(59)]
const worst = (one: Float32Array, other: Float32Array): number => Math.max(...one.map((value, i) => Math.abs(value - other[i]!)))

describe('the way between two postures', () => {
  it('leads from the first to the second', () => {
    expect(worst(wayBetween(a, b).at(0), a)).toBeLessThan(1e-6)
    expect(worst(wayBetween(a, b).at(1), b)).toBeLessThan(1e-6)
  })

  it('stretches no bone, where a straight line would shrink some by more than a tenth', () => {
    const own = boneLengths({ joints: a, frames: 1 })
    const stretched = (now: Float32Array): number =>
      Math.max(...boneLengths({ joints: now, frames: 1 }).map(([length], bone) => Math.abs(length! / own[bone]![0]! - 1)))
    for (const share of [0.1, 0.5, 0.8]) expect(stretched(wayBetween(a, b).at(share))).toBeLessThan(1e-5)
    expect(stretched(a.map((value, i) => (value + b[i]!) / 2))).toBeGreaterThan(0.1)
  })

  it('lets a bone whose length is another grow evenly', () => {
    const long = b.map((value) => 2 * value)
    const [half] = boneLengths({ joints: wayBetween(a, long).at(0.5), frames: 1 })
    expect(half![0]).toBeCloseTo(1.5 * boneLengths({ joints: a, frames: 1 })[0]![0]!, 5)
  })

  it('bends a finger that closes in the plane it closes in, joint by joint', () => {
    const open = new Float32Array(COORDS)
    const closed = open.slice()
    // A forearm that points up, and on it an index finger: straight up, or with each of its joints bent by 80 degrees towards the viewer.
    const set = (out: Float32Array, j: number, y: number, z: number) => out.set([0, y, z], j * 3)
    for (const out of [open, closed]) {
      out.set([-1 / 6, 0, 0], joint.rightShoulder * 3)
      out.set([1 / 6, 0, 0], joint.leftShoulder * 3)
      for (const j of [joint.rightElbow]) set(out, j, 0.3, 0)
      for (const j of [joint.rightWrist, joint.rightHand]) set(out, j, 0.1, 0)
      for (const [k, x] of [0, 0, -0.01, -0.02, -0.03].entries()) if (k > 0) out.set([x, 0, 0], (joint.rightHand + 1 + 4 * k) * 3)
    }
    const index = joint.rightHand + 5
    let [y, z, angle] = [0, 0, 0]
    for (let k = 1; k < 4; k++) {
      angle += (80 * Math.PI) / 180
      ;[y, z] = [y - 0.03 * Math.cos(angle), z + 0.03 * Math.sin(angle)]
      open.set([0, -0.03 * k, 0], (index + k) * 3)
      closed.set([0, y, z], (index + k) * 3)
    }
    const half = wayBetween(open, closed).at(0.5)
    const tip = (index + 3) * 3
    // Each joint bent by 40 degrees: the tip is in front, not behind, and not at the knuckle as half-way in a straight line.
    expect(half[tip + 2]).toBeCloseTo(0.03 * [40, 80, 120].reduce((sum, d) => sum + Math.sin((d * Math.PI) / 180), 0), 4)
    expect(half[tip]).toBeCloseTo(0, 4)
  })
})
