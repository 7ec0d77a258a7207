// A batch for the tests of the lifting kernels: seeded clips end to end with padding between the last and the end, in the kernels' layout (joint after
// joint, in vec4s) and in the references' (frame after frame).

import { noise } from './harness.js'

/** What stands in padding and must still stand there afterwards. */
export const PADDING = Number.NaN

export interface Clip {
  readonly frames: number
  /** [frames, 50, 3] = x, y, confidence */
  readonly keypoints: Float64Array
  /** [frames, 3] */
  readonly root: Float64Array
  /** [frames, 50, 3]: the root, then directions of lengths about 1 */
  readonly pose: Float64Array
  /** [25] */
  readonly logLength: Float64Array
  readonly boneLength: Float64Array
}

/** Ragged batches by the frames of their clips: alone, one short of a workgroup, exactly one, one over, several with a prime total, the published clips. */
export const batches = [[1], [63], [64], [65], [31, 1, 2, 200, 23], [62, 109]]

export function clipOf(frames: number, seed: number): Clip {
  const keypoints = noise(frames * 150, seed, 1).map((v, i) => (i % 3 === 2 ? Math.abs(v) : v))
  // Every fifth joint was not seen.
  for (let i = 0; i < keypoints.length; i += 15) keypoints[i + 2] = 0
  const pose = noise(frames * 150, seed + 1, 1).map((v) => Math.fround(v + Math.sign(v) * 0.2))
  const logLength = noise(25, seed + 2, 1).map((v) => Math.fround(v - 1))
  const boneLength = logLength.map((l) => Math.fround(Math.exp(l)))
  return { frames, keypoints, root: noise(frames * 3, seed + 3), pose, logLength, boneLength }
}

export interface Batch {
  readonly clips: readonly Clip[]
  /** First frame of each clip. */
  readonly first: readonly number[]
  /** Frames with padding. */
  readonly capacity: number
  readonly frameClip: Uint32Array
  readonly spans: Uint32Array
  readonly boneLength: Float64Array
}

export function batchOf(lengths: readonly number[], seed: number): Batch {
  const clips = lengths.map((frames, k) => clipOf(frames, seed + 10 * k))
  const first = lengths.map((_, k) => lengths.slice(0, k).reduce((sum, n) => sum + n, 0))
  const total = lengths.reduce((sum, n) => sum + n, 0)
  const capacity = total + 3
  const frameClip = new Uint32Array(capacity).fill(0xffffffff)
  for (const [k, { frames }] of clips.entries()) frameClip.fill(k, first[k], first[k]! + frames)
  const spans = Uint32Array.from(clips.flatMap(({ frames }, k) => [first[k]!, frames]))
  return { clips, first, capacity, frameClip, spans, boneLength: lengthRows(clips, (clip) => clip.boneLength) }
}

/** [frames, joints, 3] of each clip → [joints, capacity, 4], padding everywhere else. */
export function toRows({ clips, first, capacity }: Batch, pick: (clip: Clip) => Float64Array, fourth = PADDING, joints = 50): Float64Array {
  const rows = new Float64Array(joints * capacity * 4).fill(PADDING)
  clips.forEach((clip, k) => {
    pick(clip).forEach((value, i) => {
      const at = ((Math.floor(i / 3) % joints) * capacity + first[k]! + Math.floor(i / 3 / joints)) * 4
      rows[at + (i % 3)] = value
      rows[at + 3] = fourth
    })
  })
  return rows
}

/** The [frames, joints, 3] of clip `k` out of [joints, capacity, 4]. */
export function fromRows({ clips, first, capacity }: Batch, rows: ArrayLike<number>, k: number, joints = 50): Float32Array {
  return Float32Array.from({ length: clips[k]!.frames * joints * 3 }, (_, i) => {
    const at = ((Math.floor(i / 3) % joints) * capacity + first[k]! + Math.floor(i / 3 / joints)) * 4
    return rows[at + (i % 3)]!
  })
}

/** [25] of each clip → [clips, 25] */
export const lengthRows = (clips: readonly Clip[], pick: (clip: Clip) => Float64Array): Float64Array =>
  Float64Array.from(clips.flatMap((clip) => [...pick(clip)]))
