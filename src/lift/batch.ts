// Clips end to end in the arrays of the lifting kernels: a frame's clip and a clip's first frame are all that keeps them apart.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import { KEYPOINT, type KeypointClip } from '../motion/keypoints.js'
import { JOINTS } from '../motion/skeleton.js'
import { LENGTHS } from './initial_lengths.js'
import { liftTargets } from './targets.js'

/** Numbers a joint or root takes on the GPU: a vec4f. */
export const VEC4 = 4
/** No clip: what frames of padding belong to. */
const NO_CLIP = 0xffffffff
/** Clips that share a batch at most; keeps the report small when clips are very short. */
const MOST_CLIPS = 1024
/** Coordinates with a standard deviation of 1 stay far below; pixels do not. */
const LARGEST = 100

export interface BatchArrays {
  /** [50, frames, 4] = (x, y, weight, 0); weights are confidences, see targets.ts for joints never seen. */
  readonly target2d: Float32Array
  /** [frames, 4], where the root starts */
  readonly root: Float32Array
  /** [frames] */
  readonly frameClip: Uint32Array
  /** [clips, 2] = (first frame, frames) */
  readonly spans: Uint32Array
  /** [clips, 25] */
  readonly logLength: Float32Array
  readonly boneLength: Float32Array
  /** [clips, 25]: 1 for a length that may change, 0 for one of which the clip shows no bone. */
  readonly lengthMask: Float32Array
  /** For each clip the joints that it never shows. */
  readonly unseen: readonly (readonly number[])[]
}

export interface Jitter {
  /** The root starts up to so far from the nose, along each coordinate. */
  readonly noise: number
  readonly seed: number
}

/** Takes clips until `frames` are together; a longer clip stands alone. Throws ERR_DATA, naming the clip, for what cannot be lifted. */
export async function* batchesOf(
  clips: AsyncIterable<KeypointClip> | Iterable<KeypointClip>,
  frames: number,
): AsyncGenerator<readonly KeypointClip[]> {
  let batch: KeypointClip[] = []
  let taken = 0
  for await (const clip of clips) {
    checkClip(clip)
    if (batch.length > 0 && (taken + clip.frames > frames || batch.length === MOST_CLIPS)) {
      yield batch
      batch = []
      taken = 0
    }
    batch.push(clip)
    taken += clip.frames
  }
  if (batch.length > 0) yield batch
}

/** Lays clips into arrays for `capacity.frames` frames and `capacity.clips` clips; what is left over is padding. */
export function packBatch(
  clips: readonly KeypointClip[],
  capacity: { readonly frames: number; readonly clips: number },
  { noise, seed }: Jitter,
): BatchArrays {
  const arrays = {
    target2d: new Float32Array(JOINTS * capacity.frames * VEC4),
    root: new Float32Array(capacity.frames * VEC4),
    frameClip: new Uint32Array(capacity.frames).fill(NO_CLIP),
    spans: new Uint32Array(2 * capacity.clips),
    logLength: new Float32Array(LENGTHS * capacity.clips),
    boneLength: new Float32Array(LENGTHS * capacity.clips),
    lengthMask: new Float32Array(LENGTHS * capacity.clips),
  }
  const unseen: (readonly number[])[] = []
  let first = 0
  for (const [k, clip] of clips.entries()) {
    const { name, frames } = clip
    const { keypoints, lengths, seen, ...targets } = liftTargets(clip)
    unseen.push(targets.unseen)
    arrays.frameClip.fill(k, first, first + frames)
    arrays.spans.set([first, frames], 2 * k)
    arrays.boneLength.set(lengths, LENGTHS * k)
    arrays.logLength.set(lengths.map(Math.log), LENGTHS * k)
    arrays.lengthMask.set(seen.map(Number), LENGTHS * k)
    const random = Random.for(seed, 'lift', name)
    for (let t = 0; t < frames; t++) {
      for (let j = 0; j < JOINTS; j++) {
        const from = (t * JOINTS + j) * KEYPOINT
        arrays.target2d.set(keypoints.subarray(from, from + KEYPOINT), (j * capacity.frames + first + t) * VEC4)
      }
      const nose = t * JOINTS * KEYPOINT
      const place = [keypoints[nose]!, keypoints[nose + 1]!, 0]
      arrays.root.set(noise === 0 ? place : place.map((at) => at + noise * (2 * random.uniform() - 1)), (first + t) * VEC4)
    }
    first += frames
  }
  return { ...arrays, unseen }
}

function checkClip({ name, keypoints, frames }: KeypointClip): void {
  const numbers = JOINTS * KEYPOINT
  if (frames < 1 || keypoints.length !== frames * numbers) {
    const problem = `wanted ${counted(numbers, 'number')} in each of at least 1 frame, got ${counted(keypoints.length, 'number')} in ${counted(frames, 'frame')}`
    throw new SignError('ERR_DATA', name, problem, 'Drop the clip, or read it again')
  }
  const wrong = keypoints.findIndex((value, i) => !(i % KEYPOINT === 2 ? value >= 0 && value < LARGEST : Math.abs(value) < LARGEST))
  if (wrong < 0) return
  const what = ['x', 'y', 'confidence'][wrong % KEYPOINT]!
  const place = `${what} ${keypoints[wrong]} in frame ${Math.floor(wrong / numbers)}, joint ${Math.floor(wrong / KEYPOINT) % JOINTS}`
  const problem = `wanted coordinates in standard deviations, within ${LARGEST}, and confidences of at least 0, got ${place}`
  throw new SignError('ERR_DATA', name, problem, 'Clean the clip first: normaliseKeypoints, pruneKeypoints, interpolateKeypoints')
}
