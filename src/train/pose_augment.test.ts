import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import type { Motion } from '../motion/clip.js'
import { layouts } from '../motion/layout/layouts.js'
import { mirroredMotion } from '../motion/layout/mirror.js'
import { skeleton50 } from '../motion/layout/skeleton_50.js'
import { toDwpose } from '../motion/layout/to_dwpose.js'
import { rigidMotion } from '../motion/rig.testing.js'
import { mirrored } from '../motion/sides.js'
import { COORDS } from '../motion/skeleton.js'
import { augmented, augments, checkAugmentation, mostFrames, type PoseAugmentation } from './pose_augment.js'

const none: PoseAugmentation = {
  ...{ turn: 0, tilt: 0, scale: 0, shift: 0, mirror: 0, pace: 0, dropFrames: 0, noise: 0 },
  ...{ trimStart: 0, trimEnd: 0, maxFrames: null },
}
const { joints, frames } = rigidMotion(6, 3)
const clip = { values: joints, frames }
const drawn = (more: Partial<PoseAugmentation>, seed = 1) =>
  augmented(clip, { ...none, ...more }, { numbers: COORDS, layout: skeleton50 }, 99, Random.for(seed, 'a')).values

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
    expect(() => checkAugmentation({ ...none, mirror: 0.5, tilt: 5 }, 384, skeleton50)).toThrow(
      'augment: wanted frames of the 50 joints × 3 for augment.tilt, mirror, got 384 numbers a frame. Set augment.tilt: 0, augment.mirror: 0',
    )
    expect(() => checkAugmentation({ ...none, noise: 1, scale: 0.1 }, 384, skeleton50)).not.toThrow()
  })
})

/** The frames of a clip of so many that are shown; each frame's one number is its place. */
function shown(frames: number, more: Partial<PoseAugmentation>, seed: number, limit = 1000): number[] {
  const settings = { ...none, ...more }
  const places = { values: Float32Array.from({ length: frames }, (_, t) => t), frames }
  const drawn = augmented(places, settings, { numbers: 1, layout: skeleton50 }, mostFrames(frames, settings, limit), Random.for(seed, 'a'))
  expect(drawn.values).toHaveLength(drawn.frames)
  expect(drawn.frames).toBeLessThanOrEqual(mostFrames(frames, settings, limit))
  return [...drawn.values]
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed)

describe('the frames of training clips', () => {
  it('are trimmed at both ends by any number up to the most, and nowhere else', () => {
    const ends = seeds.map((seed) => {
      const frames = shown(20, { trimStart: 3, trimEnd: 4 }, seed)
      expect(frames).toEqual(Array.from({ length: frames.length }, (_, t) => frames[0]! + t))
      return [frames[0], 19 - frames.at(-1)!] as const
    })
    expect([...new Set(ends.map(([start]) => start))].sort()).toEqual([0, 1, 2, 3])
    expect([...new Set(ends.map(([, end]) => end))].sort()).toEqual([0, 1, 2, 3, 4])
    for (const seed of seeds) expect(shown(2, { trimStart: 3, trimEnd: 4 }, seed).length).toBeGreaterThan(0)
  })

  it('are a random part in order where there are more than the most, and all where there are not', () => {
    const parts = seeds.map((seed) => shown(40, { maxFrames: 10 }, seed))
    for (const part of parts) {
      expect(new Set(part).size).toBe(10)
      expect(part).toEqual(part.toSorted((a, b) => a - b))
    }
    const times = Array.from({ length: 40 }, (_, frame) => parts.filter((part) => part.includes(frame)).length)
    // A quarter of 200 times each: six standard deviations of 6.1 from it.
    expect(Math.min(...times)).toBeGreaterThan(50 - 37)
    expect(Math.max(...times)).toBeLessThan(50 + 37)
    expect(shown(10, { maxFrames: 10 }, 1)).toEqual(Array.from({ length: 10 }, (_, t) => t))
  })

  it('are a part of what another pace makes of them, within what the model takes', () => {
    for (const seed of seeds) {
      expect(shown(40, { maxFrames: 30, pace: 0.5, trimStart: 3, trimEnd: 4, dropFrames: 0.1 }, seed, 20).length).toBeLessThanOrEqual(20)
      expect(shown(40, { pace: 0.5 }, seed, 40).length).toBeLessThanOrEqual(40)
    }
  })

  it('are those that were drawn before there were trims, so that an older run goes on to the same bytes', () => {
    expect(shown(12, { pace: 0.3, dropFrames: 0.2 }, 3)).toEqual([0, 1, 3, 4, 5, 6, 8, 10, 11])
  })
})

describe('training clips of points that a detector saw', () => {
  const layout = layouts['dwpose-128']
  const seen: Motion = toDwpose({ joints, frames, fps: 25 })
  const points = { values: seen.joints, confidence: seen.confidence, frames }
  const changed = (more: Partial<PoseAugmentation>) =>
    augmented(points, { ...none, ...more }, { numbers: 256, layout }, 99, Random.for(3, 'a')).values

  it('are mirrored as points of their layout, and turned in the picture', () => {
    // -0 is 0.
    expect(changed({ mirror: 1 }).map((value) => value + 0)).toEqual(mirroredMotion(seen).joints.map((value) => value + 0))
    const tilted = changed({ tilt: 5 })
    const lengthAt = (of: Float32Array, point: number) => Math.hypot(of[2 * point]!, of[2 * point + 1]!)
    for (const point of [0, 4, 30, 50]) expect(lengthAt(tilted, point)).toBeCloseTo(lengthAt(seen.joints, point), 6)
    expect(tilted).not.toEqual(seen.joints)
  })

  it('leave what was not seen at 0, whatever is done', () => {
    const values = changed({ shift: 0.1, noise: 0.1, scale: 0.2, tilt: 5, mirror: 1 })
    const unseen = Array.from({ length: frames * 128 }, (_, cell) => cell).filter((cell) => seen.confidence![cell] === 0)
    expect(unseen.length).toBeGreaterThan(frames * 70)
    expect(unseen.every((cell) => values[2 * cell] === 0 && values[2 * cell + 1] === 0)).toBe(true)
    expect(values.filter((value) => value !== 0).length).toBe(frames * 100)
  })

  it('are refused what their layout does not tell', () => {
    expect(() => checkAugmentation({ ...none, turn: 5 }, 256, layout)).toThrow(
      'augment: wanted points with depth for augment.turn, got those of dwpose-128. Set augment.turn: 0',
    )
    expect(() => checkAugmentation({ ...none, mirror: 0.5 }, 534, layouts['slrtp-178'])).toThrow(
      'wanted points that mirror each other for augment.mirror, got those of slrtp-178, of which nobody has told',
    )
    expect(() => checkAugmentation({ ...none, mirror: 0.5, tilt: 5, shift: 0.1 }, 256, layout)).not.toThrow()
  })
})
