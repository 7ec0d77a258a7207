import { expect, it } from 'vitest'
import { boneLengthSpread, medianBoneLengths } from './bone_lengths.js'
import { bones, COORDS } from './skeleton.js'

/** Every joint at 0, the nose at each of the given heights. */
function nodding(...heights: number[]): { joints: Float32Array; frames: number } {
  const joints = new Float32Array(heights.length * COORDS)
  for (const [t, height] of heights.entries()) joints[t * COORDS + 1] = height
  return { joints, frames: heights.length }
}

it('takes the lower of two middle lengths', () => {
  expect([medianBoneLengths(nodding(3, 1, 2))[0], medianBoneLengths(nodding(4, 1, 3, 2))[0]]).toEqual([2, 2])
})

it('measures how much a bone stretches against its length', () => {
  const spread = boneLengthSpread(nodding(1, 3))
  expect(spread[0]).toBeCloseTo(0.5, 12)
  expect(spread.slice(1).every(Number.isNaN)).toBe(true)
  expect(spread.length).toBe(bones.length)
})
