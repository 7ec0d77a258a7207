import { describe, expect, it } from 'vitest'
import { COORDS } from '../motion/skeleton.js'
import { measureColumns, measureScaling, rawFrames, scaleInto, unscaled } from './frame_scaling.js'

/** Two clips whose coordinate j swings about j/10 with amplitude 0.1 · (1 + j % 3). */
const clips = [5, 9].map((frames) => ({
  frames,
  joints: Float32Array.from({ length: frames * COORDS }, (_, i) => {
    const [t, j] = [Math.floor(i / COORDS), i % COORDS]
    return j / 10 + 0.1 * (1 + (j % 3)) * Math.sin(t + j)
  }),
}))

const allScaled = (scaling = measureScaling(clips)) =>
  clips.flatMap(({ joints, frames }) =>
    Array.from({ length: frames }, (_, t) => {
      const out = new Float32Array(COORDS)
      scaleInto(out, 0, joints.subarray(t * COORDS, (t + 1) * COORDS), scaling)
      return out
    }),
  )

it('measures each number by itself where it is asked to, none by less than a thousandth', () => {
  const { centre, scale } = measureColumns([Float32Array.of(1, 5, 3, 5), Float32Array.of(5, 5)], 2)
  expect([...centre]).toEqual([3, 5, 0])
  expect(scale[0]).toBeCloseTo(Math.sqrt(8 / 3), 6)
  expect([...scale.subarray(1)]).toEqual([Math.fround(1e-3), 1])
})

describe('measureScaling', () => {
  it('centres every coordinate and makes the mean square over all of them 1', () => {
    const frames = allScaled()
    for (let j = 0; j < COORDS; j++) expect(frames.reduce((sum, frame) => sum + frame[j]!, 0) / frames.length).toBeCloseTo(0, 4)
    const squares = frames.flatMap((frame) => [...frame]).reduce((sum, value) => sum + value * value, 0)
    expect(squares / (frames.length * COORDS)).toBeCloseTo(1, 4)
  })

  it('has one unit for all coordinates, and the counter starting at 0', () => {
    const { centre, scale } = measureScaling(clips)
    expect(new Set(scale.subarray(0, COORDS)).size).toBe(1)
    expect(centre[COORDS]).toBe(0)
  })

  it('leaves still clips in raw units instead of dividing by nothing', () => {
    const { scale } = measureScaling([{ frames: 2, joints: new Float32Array(2 * COORDS).fill(0.5) }])
    expect(scale[0]).toBe(1)
  })
})

it('unscaled undoes scaleInto, counter too', () => {
  const scaling = measureScaling(clips)
  const frame = Float32Array.from({ length: COORDS + 1 }, (_, i) => Math.cos(i))
  const out = new Float32Array(COORDS + 3)
  scaleInto(out, 2, frame, scaling)
  expect(out[0]).toBe(0)
  unscaled(out.subarray(2), scaling).forEach((value, i) => {
    expect(value).toBeCloseTo(frame[i]!, 5)
  })
  expect(unscaled(frame, rawFrames())).toEqual(frame)
})
