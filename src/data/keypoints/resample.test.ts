import { describe, expect, it } from 'vitest'
import { keypointClip } from '../../formats/detections.testing.js'
import type { KeypointClip } from '../../motion/keypoints.js'
import { resampleKeypoints } from './resample.js'

/** A clip at 20 frames per second of which only joint 0 matters: frame number, x, confidence; y is 2x. */
function moving(...sightings: [index: number, x: number, confidence: number][]): KeypointClip {
  const keypoints = new Float32Array(sightings.length * 150)
  for (const [t, [, x, confidence]] of sightings.entries()) keypoints.set([x, 2 * x, confidence], t * 150)
  return { name: 'a clip', keypoints, frames: sightings.length, fps: 20, frameIndex: Int32Array.from(sightings, ([index]) => index) }
}
const firstJoint = ({ keypoints, frames }: KeypointClip): number[][] =>
  Array.from({ length: frames }, (_, t) => [...keypoints.subarray(t * 150, t * 150 + 3)].map((value) => Number(value.toFixed(4))))

describe('resampleKeypoints', () => {
  it('goes in straight lines, in place and in confidence', () => {
    const out = resampleKeypoints(moving([0, 0, 0.5], [1, 4, 1], [2, 8, 1]), 40)
    expect(firstJoint(out)).toEqual([
      [0, 0, 0.5],
      [2, 4, 0.75],
      [4, 8, 1],
      [6, 12, 1],
      [8, 16, 1],
    ])
    expect([out.fps, out.frames, [...out.frameIndex]]).toEqual([40, 5, [0, 1, 2, 3, 4]])
  })

  it('is the less sure of a joint the further off it was seen', () => {
    const out = resampleKeypoints(moving([0, 0, 0], [1, 4, 0.8], [2, 0, 0]), 80)
    expect(firstJoint(out).map(([x, , c]) => [x, c])).toEqual([
      [0, 0],
      [4, 0.2],
      [4, 0.4],
      [4, 0.6],
      [4, 0.8],
      [4, 0.6],
      [4, 0.4],
      [4, 0.2],
      [0, 0],
    ])
  })

  it('brings gaps back as frames in which nothing is seen', () => {
    const out = resampleKeypoints(moving([5, 1, 1], [6, 2, 1], [9, 5, 1]))
    expect(firstJoint(out).map(([x, , c]) => [x, c])).toEqual([
      [1, 1],
      [2, 1],
      [0, 0],
      [0, 0],
      [5, 1],
    ])
    const finer = resampleKeypoints(moving([0, 1, 1], [3, 5, 1]), 40)
    expect(firstJoint(finer).map(([, , c]) => c)).toEqual([1, 0.5, 0, 0, 0, 0.5, 1])
  })

  it('changes nothing at the clip’s own rate, whatever its fraction', () => {
    const clip = { ...keypointClip('a', 50, 1), fps: 24000 / 1001 }
    expect(resampleKeypoints(clip)).toEqual(clip)
    const there = resampleKeypoints(clip, 50)
    expect(there.frames).toBe(Math.floor((49 * 50) / clip.fps) + 1)
    expect(there.keypoints.every(Number.isFinite)).toBe(true)
  })

  it('keeps every second frame at half the rate', () => {
    const clip = keypointClip('a', 9, 1)
    const out = resampleKeypoints(clip, 12)
    expect(out.frames).toBe(5)
    for (let t = 0; t < 5; t++)
      expect(out.keypoints.subarray(t * 150, (t + 1) * 150)).toEqual(clip.keypoints.subarray(t * 300, t * 300 + 150))
  })

  it('refuses a rate that is none, and a clip of gaps', () => {
    expect(() => resampleKeypoints(moving([0, 1, 1]), 0)).toThrow(/^fps: wanted frames per second, above 0 and below 100000, got 0/)
    expect(() => resampleKeypoints(moving([0, 1, 1], [2e9, 1, 1]))).toThrow(
      /^a clip: wanted frames less than 64 apart on average, got 2 of 2000000001/,
    )
    for (const fps of [1e-4, 5e-324])
      expect(() => resampleKeypoints({ ...moving([0, 1, 1], [9, 1, 1]), fps }, 25)).toThrow(
        /^a clip: wanted at most 200000 frames, got \w+: 10 at/,
      )
  })
})
