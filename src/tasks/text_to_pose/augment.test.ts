import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { presets } from '../../model/config.js'
import { boneLengths } from '../../motion/bone_lengths.js'
import { rigidMotion } from '../../motion/rig.testing.js'
import { mirrored } from '../../motion/sides.js'
import { COORDS } from '../../motion/skeleton.js'
import { augments, drawVariation, mostFrames, type Variation, varied } from './augment.js'
import type { Sample } from './batch.js'

const all = { mirror: 0.25, speed: 0.2, rotation: 15 }
const none = { mirror: 0, speed: 0, rotation: 0 }
const draws = (settings: typeof all, frames = 50, maxFrames = 300): Variation[] =>
  Array.from({ length: 2000 }, (_, i) => drawVariation(frames, settings, maxFrames, Random.for(1, 'augment', i)))

describe('what becomes of a clip', () => {
  it('stays within its bounds, reaches them, and is as often slower as faster', () => {
    const drawn = draws(all)
    const frames = drawn.map((one) => one.frames)
    expect([Math.min(...frames), Math.max(...frames)]).toEqual([42, 60])
    expect(frames.reduce((sum, n) => sum + Math.log(n / 50), 0) / frames.length).toBeCloseTo(0, 2)
    const degrees = drawn.map(({ angle }) => (angle * 180) / Math.PI)
    expect(Math.min(...degrees)).toBeGreaterThanOrEqual(-15)
    expect(Math.max(...degrees)).toBeLessThanOrEqual(15)
    expect(Math.max(...degrees) - Math.min(...degrees)).toBeGreaterThan(29)
    expect(drawn.filter(({ mirror }) => mirror).length / drawn.length).toBeCloseTo(0.25, 1)
  })

  it('is nothing where nothing is asked for, and each of the three leaves the others', () => {
    expect([
      augments(none),
      augments({ ...none, rotation: 1 }),
      augments({ ...none, mirror: 0.1 }),
      augments({ ...none, speed: 0.1 }),
    ]).toEqual([false, true, true, true])
    for (const { mirror, frames, angle } of draws(none)) expect([mirror, frames, Math.abs(angle)]).toEqual([false, 50, 0])
    expect(draws({ ...all, speed: 0 }).map(({ angle }) => angle)).toEqual(draws(all).map(({ angle }) => angle))
    expect(draws({ ...all, rotation: 0, mirror: 0 }).map(({ frames }) => frames)).toEqual(draws(all).map(({ frames }) => frames))
  })

  it('never has more frames than the model takes, nor than were planned for, nor none', () => {
    for (const [frames, maxFrames] of [
      [50, 52],
      [50, 50],
      [1, 300],
      [3, 300],
    ] as const) {
      const most = mostFrames(frames, all, maxFrames)
      expect(most).toBeLessThanOrEqual(maxFrames)
      for (const drawn of draws(all, frames, maxFrames)) {
        expect(drawn.frames).toBeLessThanOrEqual(most)
        expect(drawn.frames).toBeGreaterThanOrEqual(1)
      }
    }
    expect(mostFrames(50, none, 300)).toBe(50)
  })
})

describe('a varied sample', () => {
  const motion = rigidMotion(20, 8)
  const clip = { ...motion, name: 'a', language: 'ASL', text: 'w' }
  const sample: Sample = { clip, ids: Uint32Array.of(4, 3) }
  const startFrame = motion.joints.slice(0, COORDS)
  const group = { startFrame, config: presets.tiny }

  it('keeps its bones through all three together', () => {
    const { clip: after } = varied(sample, { mirror: true, frames: 17, angle: 0.2 }, group)
    expect([after.frames, after.joints.length]).toEqual([17, 17 * COORDS])
    const own = boneLengths({ joints: mirrored(startFrame), frames: 1 })
    boneLengths(after).forEach((lengths, bone) => {
      for (const length of lengths) expect(Math.abs(length - own[bone]![0]!)).toBeLessThan(1e-6)
    })
  })

  it('starts from a frame that is mirrored and turned as it is, and leaves what it was made of', () => {
    const before = [motion.joints.slice(), startFrame.slice()]
    const one = varied(sample, { mirror: true, frames: 20, angle: 0.2 }, group)
    expect(one.startFrame).toEqual(one.clip.joints.subarray(0, COORDS))
    expect(one.startFrame).not.toEqual(startFrame)
    expect([motion.joints, startFrame]).toEqual(before)
  })
})
