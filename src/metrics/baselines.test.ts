import { describe, expect, it } from 'vitest'
import type { Clip } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'
import { heldFrame, meanFrame, nearestNeighbour, randomClip } from './baselines.js'

/** A clip with a text whose every coordinate in frame i is `levels[i]`. */
function clip(text: string, levels: readonly number[] = [0]): Clip {
  const joints = Float32Array.from(levels.flatMap((level) => Array(COORDS).fill(level)))
  return { name: `train/${text}`, language: 'ASL', text, joints, frames: levels.length, fps: 25 }
}

describe('meanFrame', () => {
  it('weighs frames, not clips, and is held as long as asked', () => {
    const pose = meanFrame([clip('a', [0, 0, 0]), clip('b', [4])])
    expect([...pose.joints]).toEqual(Array(COORDS).fill(1))
    const motion = heldFrame(pose, { frames: 7, fps: 50 })
    expect([motion.frames, motion.fps, motion.joints.length]).toEqual([7, 50, 7 * COORDS])
    expect(motion.joints.every((value) => value === 1)).toBe(true)
  })

  it('refuses an empty train split', () => {
    expect(() => meanFrame([])).toThrow('wanted training clips with frames, got none')
  })
})

describe('randomClip', () => {
  it('follows the seed and reaches every clip', () => {
    const clips = ['a', 'b', 'c'].map((text) => clip(text))
    expect(randomClip(clips, 4)).toBe(randomClip(clips, 4))
    const drawn = new Set(Array.from({ length: 40 }, (_, seed) => randomClip(clips, seed).text))
    expect(drawn.size).toBe(3)
  })
})

describe('nearestNeighbour', () => {
  const clips = ['rain tomorrow', 'morgen regen in den bergen .', 'heute sonne', 'regen morgen', '비 오늘', 'sonne sonne'].map((text) =>
    clip(text),
  )

  it.each([
    ['morgen sonne in den bergen', 'morgen regen in den bergen .'],
    ['heute', 'heute sonne'],
    ['오늘 눈', '비 오늘'],
    ['SONNE, SONNE!', 'sonne sonne'],
  ])('finds for "%s" the clip "%s"', (text, nearest) => {
    expect(nearestNeighbour(clips, text).text).toBe(nearest)
  })

  it('prefers the right order among the same words', () => {
    const orders = [clip('regen morgen'), clip('morgen regen')]
    expect(nearestNeighbour(orders, 'morgen regen').text).toBe('morgen regen')
  })

  it('takes the earliest clip where nothing is shared', () => {
    expect(nearestNeighbour([clip('x y'), clip('z y')], 'a b').text).toBe('x y')
  })
})
