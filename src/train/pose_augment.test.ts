import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { rigidMotion } from '../motion/rig.testing.js'
import { mirrored } from '../motion/sides.js'
import { COORDS } from '../motion/skeleton.js'
import { augmented, augments, checkAugmentation, type PoseAugmentation } from './pose_augment.js'

const none: PoseAugmentation = { turn: 0, tilt: 0, scale: 0, shift: 0, mirror: 0, pace: 0, dropFrames: 0, noise: 0 }
const { joints, frames } = rigidMotion(6, 3)
const clip = { values: joints, frames }
const drawn = (more: Partial<PoseAugmentation>, seed = 1) => augmented(clip, { ...none, ...more }, COORDS, 99, Random.for(seed, 'a')).values

describe('training clips of poses', () => {
  it('stay as they are where nothing is asked for', () => {
    expect([augments(none), augments({ ...none, mirror: 0.5 })]).toEqual([false, true])
    expect(drawn({})).toEqual(joints)
  })

  it('are mirrored, as many of them as asked for', () => {
    expect(drawn({ mirror: 1 })).toEqual(mirrored(joints))
    const seen = Array.from({ length: 200 }, (_, seed) => drawn({ mirror: 0.5 }, seed))
    const share = seen.filter((values) => values[0] !== joints[0]).length / seen.length
    expect(share).toBeGreaterThan(0.4)
    expect(share).toBeLessThan(0.6)
  })

  it('are moved as a whole, by another way along each axis', () => {
    const values = drawn({ shift: 0.1 })
    const ways = [0, 1, 2].map((axis) => values[axis]! - joints[axis]!)
    expect(new Set(ways).size).toBe(3)
    expect(Math.max(...values.map((value, i) => Math.abs(value - joints[i]! - ways[i % 3]!)))).toBeLessThan(1e-6)
  })

  it('are tilted by no more than asked for', () => {
    const angles = Array.from({ length: 50 }, (_, seed) => {
      const values = drawn({ tilt: 5 }, seed)
      const at = (of: Float32Array) => Math.atan2(of[1]!, of[0]!)
      return Math.abs(at(values) - at(joints))
    })
    expect(Math.max(...angles)).toBeLessThan((5 * Math.PI) / 180 + 1e-6)
    expect(Math.max(...angles)).toBeGreaterThan((4 * Math.PI) / 180)
  })

  it('have joints where those are turned: other layouts are refused with what to leave out', () => {
    expect(() => checkAugmentation({ ...none, mirror: 0.5, tilt: 5 }, 384)).toThrow(
      'augment: wanted frames of the 50 joints × 3 for augment.tilt, mirror, got 384 numbers a frame. Set augment.tilt: 0, augment.mirror: 0',
    )
    expect(() => checkAugmentation({ ...none, noise: 1, scale: 0.1 }, 384)).not.toThrow()
  })
})
