import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import type { Motion } from '../motion/clip.js'
import { layouts } from '../motion/layout/layouts.js'
import { columnScaling, frameColumns, frameNumbers, motionNumbers, numbersMotion } from './frame_columns.js'

const layout = 'dwpose-128'
const { points } = layouts[layout]
const [FRAMES, EARS] = [5, 17]

/** Points somewhere, a few of which were not seen. */
function motion(): Motion & { confidence: Float32Array } {
  const random = new Random(7)
  const confidence = Float32Array.from({ length: FRAMES * points }, (_, i) => (random.uniform() < 0.2 ? 0 : i % points < 18 ? 1 : 0.5))
  const joints = Float32Array.from({ length: FRAMES * points * 2 }, (_, i) => (confidence[i >> 1]! > 0 ? random.normal() : 0))
  return { joints, confidence, frames: FRAMES, fps: 24, layout }
}

describe('a frame of the SignDW Transformer', () => {
  it('has body, hands and face one after another, each with how sure its points are behind it', () => {
    const columns = frameColumns({ layout, scores: 'visible' })
    expect([columns.length, frameNumbers({ layout, scores: 'visible' }), frameNumbers({ layout, scores: 'none' })]).toEqual([384, 384, 256])
    const first = (at: number) => columns[at]
    expect([0, 1, 36, 54, 96, 138, 159, 180, 316].map(first)).toEqual([
      { point: 0, axis: 0 },
      { point: 0, axis: 1 },
      { point: 0, axis: -1 },
      { point: 18, axis: 0 },
      { point: 39, axis: 0 },
      { point: 18, axis: -1 },
      { point: 39, axis: -1 },
      { point: 60, axis: 0 },
      { point: 60, axis: -1 },
    ])
    expect(new Set(columns.map(({ point, axis }) => `${point} ${axis}`)).size).toBe(384)
  })

  it.each(['none', 'visible', 'codes'] as const)('is made of a motion and gives it back, with %s beside coordinates', (scores) => {
    const given = motion()
    const numbers = motionNumbers(given, { layout, scores })
    expect(numbers.length).toBe(FRAMES * frameNumbers({ layout, scores }))
    const { joints, confidence } = numbersMotion(numbers, FRAMES, { layout, scores })
    expect(joints).toEqual(given.joints)
    if (scores !== 'none') expect(confidence).toEqual(given.confidence)
  })

  it('has the index of a body’s point where the published code has it, and -1 where it was not seen', () => {
    const given = motion()
    given.confidence.fill(1).fill(0, EARS, EARS + 1)
    const frame = motionNumbers(given, { layout, scores: 'codes' }).subarray(36, 54)
    expect([...frame]).toEqual([...Array(17).keys(), -1])
    expect([...motionNumbers(given, { layout, scores: 'visible' }).subarray(36, 54)]).toEqual([...Array(17).fill(1), 0])
  })

  it('shows a point whose predicted score is nearer to seen than to not', () => {
    const frame = new Float32Array(384).fill(0.1)
    frame.set([0.29, 0.31, 1.7], 36)
    expect([...numbersMotion(frame, 1, { layout, scores: 'visible' }).confidence!.subarray(0, 3)]).toEqual([0, Math.fround(0.31), 1])
    // Codes 0, 1 and 2 of points 0, 1 and 2.
    frame.set([-0.6, 0.2, 0.4], 36)
    expect([...numbersMotion(frame, 1, { layout, scores: 'codes' }).confidence!.subarray(0, 3)]).toEqual([0, 1, 0])
  })

  it('measures coordinates in their units and leaves scores as they are', () => {
    const units = { centre: Float32Array.from({ length: 257 }, (_, i) => i), scale: new Float32Array(257).fill(0.25) }
    const { centre, scale } = columnScaling(units, { layout, scores: 'visible' })
    expect([centre.length, scale.length]).toEqual([385, 385])
    expect([centre[1], centre[36], centre[54], centre[384]]).toEqual([1, 0, 36, 256])
    expect([scale[1], scale[36], scale[384]]).toEqual([0.25, 1, 0.25])
    expect(columnScaling(units, { layout, scores: 'none' })).toEqual(units)
  })
})
