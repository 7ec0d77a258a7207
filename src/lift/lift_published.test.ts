// What an independent program finds in a published How2Sign clip, iteration by iteration; and the scale of what comes out.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { normalise } from '../data/normalise.js'
import type { Gpu } from '../device/gpu.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { openGpu } from '../platform/node/open.js'
import type { LiftedClip, LiftOptions } from './lift.js'
import { liftAll, published, publishedClip, publishedNames } from './lift.testing.js'

describe.skipIf(!published)('the published clips', () => {
  let gpu: Gpu
  let clips: KeypointClip[]
  beforeAll(async () => {
    gpu = (await openGpu()).gpu
    clips = await Promise.all(publishedNames.map(publishedClip))
  })
  afterAll(() => gpu.destroy())

  const lift = (some: readonly KeypointClip[], options: LiftOptions = {}) => liftAll(gpu, some, options)

  it.each([
    [0, 4.01416e-3, 6.28182, 8.67087e-3, 1.116307e-2],
    [1, 3.59497e-3, 6.27665, 8.67652e-3, 1.073927e-2],
    [10, 2.90382e-3, 6.26494, 8.67168e-3, 1.003593e-2],
    [100, 2.40757e-3, 6.30954, 8.28781e-3, 9.545888e-3],
    [1000, 1.35968e-3, 6.39596, 6.46105e-3, 8.401743e-3],
  ])('have the known losses after %i iterations of descent', async (iterations, data, length, smoothness, total) => {
    const [{ loss, joints }] = (await lift(clips.slice(0, 1), { mode: 'descent', iterations })) as [LiftedClip]
    for (const [name, want] of Object.entries({ data, length, smoothness, total })) {
      expect(Math.abs(loss[name as keyof typeof loss] - want) / want, name).toBeLessThan(1e-3)
    }
    const known: Record<number, [number, readonly number[]][]> = {
      0: [[3, [-0.4462, 1.03066, 0.557]]],
      1000: [
        [0, [0.02564, -0.91068, -0.00703]],
        [1, [0.03299, -0.1369, 0.14078]],
        [3, [-0.39278, 0.95638, 0.59241]],
      ],
    }
    for (const [j, place] of known[iterations] ?? []) {
      for (const c of [0, 1, 2]) expect(Math.abs(joints[j * 3 + c]! - place[c]!), `joint ${j}`).toBeLessThan(1e-3)
    }
  })

  it('fall below the losses of 1000 iterations of descent within 10 of Adam', async () => {
    const quick = await lift(clips, { iterations: 10 })
    expect(quick[0]!.loss.total).toBeLessThan(8.401743e-3)
    expect(quick[1]!.loss.total).toBeLessThan(8.4324e-3)
  })

  it('have the arms and necks of published skeletons once their shoulders are normalised', async () => {
    const lifted = await lift(clips)
    const arm = mean(lifted, [joint.rightShoulder, joint.rightElbow], [joint.leftShoulder, joint.leftElbow])
    const neck = mean(lifted, [joint.nose, joint.neck])
    expect(Math.abs(arm - 0.306)).toBeLessThan(0.01)
    expect(Math.abs(neck - 0.208)).toBeLessThan(0.01)
    for (const { iterations } of lifted) expect(iterations).toBeLessThanOrEqual(120)
  })
})

/** Mean distance of these pairs of joints over all frames, shoulders 1/3 apart. */
function mean(clips: readonly LiftedClip[], ...pairs: readonly (readonly [number, number])[]): number {
  const distances = clips.flatMap(({ joints, frames }) => {
    const scaled = normalise(joints, frames)
    return Array.from({ length: frames }, (_, t) => pairs.map(([a, b]) => distance(scaled.subarray(t * COORDS), a, b))).flat()
  })
  return distances.reduce((sum, value) => sum + value, 0) / distances.length
}

const distance = (frame: Float32Array, a: number, b: number) => Math.hypot(...[0, 1, 2].map((c) => frame[a * 3 + c]! - frame[b * 3 + c]!))
