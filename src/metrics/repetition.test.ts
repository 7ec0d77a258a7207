import { describe, expect, it } from 'vitest'
import { COORDS } from '../motion/skeleton.js'
import { repetition } from './repetition.js'
import { walk } from './series.testing.js'

/** Frames of one coordinate that matters. */
const along = (values: readonly number[]) => {
  const joints = new Float32Array(values.length * COORDS)
  for (const [i, value] of values.entries()) joints[i * COORDS] = value
  return { joints, frames: values.length }
}
const times = (count: number, value: (t: number) => number) => Array.from({ length: count }, (_, t) => value(t))

describe('repetition', () => {
  it('is 1 for an exact loop, whatever its period', () => {
    for (const period of [4, 10, 20]) {
      expect(repetition(along(times(60, (t) => Math.sin((2 * Math.PI * t) / period))))).toBeCloseTo(1, 2)
    }
  })

  it('is 0 for a motion that goes one way, though neighbours in time are alike', () => {
    expect(repetition(along(times(60, (t) => t)))).toBeLessThan(0.01)
  })

  it('is small for random walks in many coordinates, and large once one is played twice', () => {
    const once = Float32Array.from(walk(5, 40, COORDS).values)
    const twice = new Float32Array(2 * once.length)
    twice.set(once)
    twice.set(once, once.length)
    const [lone, looped] = [repetition({ joints: once, frames: 40 }), repetition({ joints: twice, frames: 80 })]
    expect(lone).toBeLessThan(0.3)
    expect(looped).toBeCloseTo(1, 6)
  })

  it('is NaN for a motion that stands still', () => {
    expect(repetition(along(times(20, () => 0.25)))).toBeNaN()
    expect(repetition(along([1]))).toBeNaN()
  })
})
