import { expect, it } from 'vitest'
import { bones, COORDS } from '../motion/skeleton.js'
import { measureBones } from './group_bones.js'

/** Every joint at 0, the nose at each of the given heights. */
function nodding(...heights: number[]): { joints: Float32Array; frames: number } {
  const joints = new Float32Array(heights.length * COORDS)
  for (const [t, height] of heights.entries()) joints[t * COORDS + 1] = height
  return { joints, frames: heights.length }
}

it('takes the median over the clips of each one’s median length, however long they are', () => {
  const { lengths } = measureBones([nodding(1, 1, 1, 1, 1, 1), nodding(3), nodding(2, 9, 2), nodding(4)])
  expect([...lengths]).toEqual([2, ...new Array(bones.length - 1).fill(0)])
})

it('takes the mean over bones and clips of how much a bone stretches, those of no length left out', () => {
  expect(measureBones([nodding(1, 3), nodding(5, 5, 5)]).spread).toBeCloseTo(0.25, 12)
  expect(measureBones([nodding(0, 0)]).spread).toBe(0)
})
