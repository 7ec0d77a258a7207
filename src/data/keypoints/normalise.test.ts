import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { readOpenPoseClip } from '../../formats/openpose/openpose.js'
import { JOINTS, joint } from '../../motion/skeleton.js'
import { interpolateKeypoints, normaliseKeypoints, pruneKeypoints } from './normalise.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/prompt2sign/openpose/_2FBDaOPYig_4-3-rgb_front')
const FRAME = JOINTS * 3

/** Frames of which only joint 0 matters: its x, y, confidence. */
const firstJoint = (...points: [number, number, number][]): Float32Array => {
  const out = new Float32Array(points.length * FRAME)
  for (const [t, point] of points.entries()) out.set(point, t * FRAME)
  return out
}
const jointAt = (keypoints: Float32Array, t: number, j = 0): number[] => [...keypoints.subarray(t * FRAME + j * 3, t * FRAME + j * 3 + 3)]

describe('normaliseKeypoints', () => {
  it('counts missing points, and the gap between the means of x and y', () => {
    const keypoints = new Float32Array(2 * FRAME)
    for (let j = 0; j < JOINTS; j++) keypoints.set([4, 8, 0.5], j * 3)
    const { mean, sigma, keypoints: out } = normaliseKeypoints(keypoints, 2)
    expect(mean).toEqual([2, 4])
    // Mean square (16 + 64) / 4 = 20, pooled mean 3.
    expect(sigma).toBeCloseTo(Math.sqrt(11), 12)
    expect(jointAt(out, 0)).toEqual([2 / sigma, 4 / sigma, 0.5].map(Math.fround))
    expect(jointAt(out, 1, 30)).toEqual([-2 / sigma, -4 / sigma, 0].map(Math.fround))
  })

  it('has the same units whether or not a hand is in the picture', () => {
    const keypoints = new Float32Array(FRAME)
    for (let j = 0; j < JOINTS; j++) keypoints.set([300 + 7 * (j % 8), 200 + 11 * (j % 5), 1], j * 3)
    const one = keypoints.slice()
    one.fill(0, joint.rightHand * 3)
    const whole = normaliseKeypoints(keypoints, 1, 'x', { over: 'seen' })
    const oneHanded = normaliseKeypoints(one, 1, 'x', { over: 'seen' })
    expect(Math.abs(oneHanded.sigma / whole.sigma - 1)).toBeLessThan(0.05)
    expect(Math.abs(oneHanded.mean[0] - whole.mean[0])).toBeLessThan(5)
  })

  it('counts only what was seen where asked, so that a missing hand changes nothing', () => {
    const random = new Random(4)
    const both = Float32Array.from({ length: FRAME }, (_, i) => (i % 3 === 2 ? 0.9 : 300 + 100 * random.normal()))
    for (let i = 0; i < 21 * 3; i++) both[29 * 3 + i] = both[8 * 3 + i]!
    const one = both.slice().fill(0, 29 * 3)
    // Without the doubled hand the body weighs more, and that is all.
    const alone = normaliseKeypoints(one, 1, 'x', { over: 'seen' })
    const seen = one.filter((_, i) => i < 29 * 3)
    const values = (axis: number) => [...seen].filter((_, i) => i % 3 === axis)
    const average = (list: readonly number[]) => list.reduce((a, b) => a + b) / list.length
    expect(alone.mean[0]).toBeCloseTo(average(values(0)), 6)
    const all = [...values(0), ...values(1)]
    expect(alone.sigma).toBeCloseTo(Math.sqrt(average(all.map((value) => (value - average(all)) ** 2))), 6)
    expect(normaliseKeypoints(both, 1, 'x', { over: 'seen' })).toEqual(normaliseKeypoints(both, 1))
    expect(normaliseKeypoints(one, 1).sigma).toBeGreaterThan(1.5 * alone.sigma)
  })

  it('names the clip in which nobody was seen', () => {
    expect(() => normaliseKeypoints(new Float32Array(FRAME), 1, 'a clip')).toThrow(
      /^a clip: wanted points apart .* got a standard deviation of 0/,
    )
    expect(() =>
      normaliseKeypoints(
        Float32Array.from({ length: FRAME }, (_, i) => (i % 3 === 2 ? 1 : Number.NaN)),
        1,
      ),
    ).toThrow(/standard deviation of NaN/)
    expect(() => normaliseKeypoints(new Float32Array(FRAME), 2)).toThrow(
      /wanted 150 numbers in each of at least 1 frame, got 150 numbers in 2/,
    )
  })
})

describe('pruneKeypoints', () => {
  it('empties a frame by its body, whatever its hands', () => {
    const keypoints = new Float32Array(2 * FRAME).fill(1)
    for (let j = 0; j < 8; j++) keypoints[j * 3 + 2] = 0.29
    for (let j = 0; j < 8; j++) keypoints[FRAME + j * 3 + 2] = j < 4 ? 0.61 : 0
    const out = pruneKeypoints(keypoints, 2)
    expect(out.subarray(0, FRAME).every((value) => value === 0)).toBe(true)
    expect(out.subarray(FRAME)).toEqual(keypoints.subarray(FRAME))
  })
})

describe('interpolateKeypoints', () => {
  it('takes the nearest frames on both sides until they weigh enough, and keeps confidences', () => {
    const out = interpolateKeypoints(firstJoint([1, 1, 1], [9, 9, 0], [3, 5, 1], [7, 7, 0.5]), 4)
    expect(jointAt(out, 0)).toEqual([1, 1, 1])
    expect(jointAt(out, 1)).toEqual([2, 3, 0])
    expect(jointAt(out, 2)).toEqual([3, 5, 1])
    // 0.5 · 7 and 1 · 3 over 1.5
    expect(jointAt(out, 3)).toEqual([13 / 3, 17 / 3, 0.5].map(Math.fround))
  })

  it('takes what there is where it never weighs enough, and 0 where there is nothing', () => {
    const out = interpolateKeypoints(firstJoint([2, 4, 0.25], [8, 8, 0], [4, 6, 0.25]), 3)
    for (const t of [0, 1, 2]) expect(jointAt(out, t).slice(0, 2)).toEqual([3, 5])
    expect(jointAt(out, 1, 20)).toEqual([0, 0, 0])
  })

  it('is the published loop, written out', () => {
    const random = new Random(3)
    const frames = 23
    // Coarse confidences, zeros among them, so that the threshold is met exactly and missed by little.
    const keypoints = Float32Array.from({ length: frames * FRAME }, (_, i) =>
      i % 3 === 2 ? Math.floor(random.uniform() * 4) / 3 : random.normal(),
    )
    const out = interpolateKeypoints(keypoints, frames)
    for (let t = 0; t < frames; t++) {
      for (let j = 0; j < JOINTS; j++) {
        let [sum, weight] = [0, 0]
        const add = (frame: number): void => {
          if (frame < 0 || frame >= frames) return
          weight += keypoints[frame * FRAME + j * 3 + 2]!
          sum += keypoints[frame * FRAME + j * 3 + 2]! * keypoints[frame * FRAME + j * 3]!
        }
        add(t)
        for (let d = 1; weight < 0.99 && d < frames; d++) {
          add(t + d)
          add(t - d)
        }
        expect(out[t * FRAME + j * 3]).toBeCloseTo(sum / weight, 5)
      }
    }
  })

  it('does not look through a whole clip for a hand that is never seen', () => {
    const frames = 20_000
    const before = process.cpuUsage().user
    const out = interpolateKeypoints(new Float32Array(frames * FRAME), frames)
    expect(out.every((value) => value === 0)).toBe(true)
    // All pairs of frames would take 2·10^10 steps.
    expect((process.cpuUsage().user - before) / 1e6).toBeLessThan(10)
  })
})

describe.skipIf(!existsSync(published))('the published clip of 62 frames', () => {
  it('has the constants and the first joints an independent program finds', async () => {
    const { frames, keypoints } = (await readOpenPoseClip(published)).clip
    const { mean, sigma, keypoints: normalised } = normaliseKeypoints(keypoints, frames)
    expect(mean[0]).toBeCloseTo(679.849, 3)
    expect(mean[1]).toBeCloseTo(371.222, 3)
    expect(sigma).toBeCloseTo(165.945, 3)
    const out = interpolateKeypoints(pruneKeypoints(normalised, frames), frames)
    const x = [0.01446, 0.01443, -0.6404, -0.44615, -0.46913]
    const y = [-0.87622, -0.09114, -0.01474, 1.03099, -0.12106]
    for (const j of [0, 1, 2, 3, 4]) {
      expect(jointAt(out, 0, j)[0]).toBeCloseTo(x[j]!, 5)
      expect(jointAt(out, 0, j)[1]).toBeCloseTo(y[j]!, 5)
    }
  })
})
