import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../device/gpu.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { bones, COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { signer } from '../outputs/signer.testing.js'
import { openGpu } from '../platform/node/open.js'
import { type LiftedClip, type LiftOptions, liftClips } from './lift.js'
import { liftAll } from './lift.testing.js'
import { liftTargets } from './targets.js'

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.destroy())

const lift = (clips: readonly KeypointClip[], options: LiftOptions = {}) => liftAll(gpu, clips, options)

/** The made-up signer as a camera sees it, in about the scale of cleaned keypoints. */
function seen(name: string, frames: number, confidence = 1): KeypointClip {
  const { joints, fps } = signer(frames)
  const keypoints = joints.map((value, i) => (i % 3 === 2 ? confidence : 4 * value))
  return { name, keypoints, frames, fps, frameIndex: Int32Array.from({ length: frames }, (_, t) => t) }
}

/** The distance of two joints in frame `t`. */
function apart({ joints }: LiftedClip, t: number, a: number, b: number): number {
  const [from, to] = [t * COORDS + a * 3, t * COORDS + b * 3]
  return Math.hypot(joints[to]! - joints[from]!, joints[to + 1]! - joints[from + 1]!, joints[to + 2]! - joints[from + 2]!)
}

describe('liftClips', () => {
  it('gives every bone the same length in every frame, by either mode', async () => {
    for (const mode of ['adam', 'descent'] as const) {
      const [clip] = await lift([seen('a', 20)], { mode, iterations: 30 })
      for (const { parent, child, length } of bones) {
        for (let t = 0; t < 20; t++) expect(apart(clip!, t, parent, child), `${parent} to ${child}`).toBeCloseTo(clip!.lengths[length]!, 5)
      }
    }
  })

  it('leaves the joints where they were seen, and finds the depth of an arm that points at the camera', async () => {
    const source = seen('a', 20)
    const [clip] = await lift([source])
    const off = clip!.joints.map((value, i) => (i % 3 === 2 ? 0 : Math.abs(value - source.keypoints[i]!)))
    // Shoulders are 1.3 apart.
    expect(off.reduce((sum, value) => sum + value, 0) / (20 * JOINTS * 2)).toBeLessThan(0.02)
    expect(apart(clip!, 5, joint.rightElbow, joint.rightWrist)).toBeGreaterThan(0.6)
  })

  it('falls below a thousand steps of descent within 20 steps of Adam', async () => {
    const source = [seen('a', 20), seen('b', 47, 0.5)]
    const published = await lift(source, { mode: 'descent' })
    const quick = await lift(source, { iterations: 20 })
    const settled = await lift(source)
    for (const [k, { loss, iterations }] of published.entries()) {
      expect(iterations).toBe(1000)
      expect(quick[k]!.loss.total).toBeLessThan(loss.total)
      expect(settled[k]!.loss.total).toBeLessThan(quick[k]!.loss.total)
      expect(settled[k]!.iterations).toBeLessThan(200)
    }
  })

  it('gives a clip the same bits alone, among others, and in whatever batch', async () => {
    const clips = [seen('a', 33), seen('b', 1), seen('c', 70, 0.4), seen('d', 12, 0.8)]
    const together = await lift(clips)
    expect(together.map(({ name, frames, fps }) => [name, frames, fps])).toEqual(clips.map(({ name, frames, fps }) => [name, frames, fps]))
    const split = await lift(clips, { batchFrames: 34 })
    const alone = await Promise.all(clips.map(async (clip) => (await lift([clip]))[0]!))
    expect(new Set(together.map(({ iterations }) => iterations)).size, 'clips rest at different times').toBeGreaterThan(1)
    expect(split).toEqual(together)
    expect(alone).toEqual(together)
  })

  it('rests a clip when its loss falls by less than the tolerance, and only then', async () => {
    const [early] = await lift([seen('a', 20)], { tolerance: 0.05 })
    const [late] = await lift([seen('a', 20)], { tolerance: 1e-3 })
    expect(early!.iterations).toBeLessThan(late!.iterations)
    expect(early!.loss.total).toBeGreaterThan(late!.loss.total)
    const [all] = await lift([seen('a', 20)], { tolerance: 0, iterations: 45 })
    expect(all!.iterations).toBe(45)
  })

  it('starts one frame and a joint never seen at finite places', async () => {
    const source = seen('a', 1)
    source.keypoints.fill(0, joint.leftHand * 3)
    const [clip] = await lift([source])
    expect(clip!.loss.smoothness).toBe(0)
    expect(clip!.joints.every(Number.isFinite)).toBe(true)
    const [nobody] = await lift([{ ...source, keypoints: new Float32Array(150) }])
    expect(nobody!.joints.every(Number.isFinite)).toBe(true)
  })

  it.each(['adam', 'descent'] as const)('keeps the shape of a hand whose other hand or arm is never seen, by %s', async (mode) => {
    const whole = seen('both', 20)
    const handsOf = ([clip]: LiftedClip[]) =>
      Array.from({ length: 5 }, (_, k) => apart(clip!, 9, joint.rightHand, joint.rightHand + 4 * k + 4))
    const both = handsOf(await lift([whole], { mode }))
    for (const first of [joint.leftHand, joint.leftWrist, joint.leftElbow]) {
      const hidden = Array.from({ length: joint.rightHand - first }, (_, i) => first + i)
      const one = { ...whole, keypoints: whole.keypoints.slice() }
      for (const j of hidden) for (let t = 0; t < 20; t++) one.keypoints.fill(0, (t * JOINTS + j) * 3, (t * JOINTS + j + 1) * 3)
      const lifted = await lift([one], { mode })
      expect(lifted[0]!.unseen).toEqual(hidden)
      for (const [k, length] of handsOf(lifted).entries()) expect(Math.abs(length / both[k]! - 1), `finger ${k}`).toBeLessThan(0.2)
      // The other hand is as large, and hangs from its wrist.
      for (let k = 0; k < 5; k++) expect(apart(lifted[0]!, 9, joint.leftHand, joint.leftHand + 4 * k + 4)).toBeGreaterThan(0.7 * both[k]!)
    }
  })

  it('holds the lengths of hands that are seen on neither side', async () => {
    const handless = seen('handless', 20)
    for (let t = 0; t < 20; t++) handless.keypoints.fill(0, (t * JOINTS + joint.leftHand) * 3, (t + 1) * JOINTS * 3)
    const start = liftTargets(handless).lengths
    const [{ lengths, unseen }] = (await lift([handless])) as [LiftedClip]
    expect(unseen).toHaveLength(42)
    for (let id = 4; id < 25; id++) expect(lengths[id]! / start[id]!).toBeCloseTo(1, 5)
    expect(lengths[3]).not.toBeCloseTo(start[3]!, 5)
  })

  it('starts from the nose, or as far from it as noise says, by seed and name', async () => {
    const source = seen('a', 4)
    const rootOf = async (options: LiftOptions) => (await lift([source], { iterations: 0, ...options }))[0]!.joints.slice(0, 3)
    const nose = [source.keypoints[0], source.keypoints[1], 0]
    expect([...(await rootOf({}))]).toEqual(nose)
    const moved = await rootOf({ noise: 0.001 })
    for (const c of [0, 1, 2]) expect(Math.abs(moved[c]! - nose[c]!)).toBeLessThan(0.001)
    expect(moved).not.toEqual(await rootOf({}))
    expect(moved).toEqual(await rootOf({ noise: 0.001 }))
    expect(moved).not.toEqual(await rootOf({ noise: 0.001, seed: 2 }))
  })

  it('takes clips as they are made, and stops where a signal says', async () => {
    const controller = new AbortController()
    let made = 0
    async function* source() {
      for (; made < 5; made++) yield seen(`clip ${made}`, 10)
    }
    const names: string[] = []
    const work = async () => {
      for await (const { name } of liftClips(gpu, source(), { batchFrames: 10, signal: controller.signal })) {
        names.push(name)
        if (names.length === 2) controller.abort()
      }
    }
    await expect(work()).rejects.toThrow(/abort/)
    expect(names).toEqual(['clip 0', 'clip 1'])
    // One clip is looked at beyond the batch it does not fit into.
    expect(made).toBeLessThanOrEqual(3)
  })

  it('names the clip that cannot be lifted, and what to do', async () => {
    const pixels = seen('in pixels', 2)
    const inPixels = { ...pixels, keypoints: pixels.keypoints.map((value) => 300 + 100 * value) }
    await expect(lift([inPixels])).rejects.toThrow(
      /^in pixels: wanted coordinates in standard deviations.* got x 300 in frame 0, joint 0\. Clean the clip/,
    )
    const broken = seen('broken', 2)
    broken.keypoints[150 + 3 * 7 + 1] = Number.NaN
    await expect(lift([broken])).rejects.toThrow(/^broken: .* got y NaN in frame 1, joint 7/)
    const doubtful = seen('doubtful', 1, -0.5)
    await expect(lift([doubtful])).rejects.toThrow(/^doubtful: .* got confidence -0.5 in frame 0, joint 0/)
    await expect(lift([{ ...seen('short', 2), frames: 3 }])).rejects.toThrow(
      /^short: wanted 150 numbers in each .* got 300 numbers in 3 frames/,
    )
    const long = { ...seen('long', 1), frames: 1e7, keypoints: { length: 1e7 * 150, findIndex: () => -1 } as unknown as Float32Array }
    await expect(lift([long])).rejects.toThrow(/^lift: wanted room for 16777216 frames at once/)
  })
})
