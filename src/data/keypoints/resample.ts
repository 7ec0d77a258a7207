// Brings a clip to a frame rate and back onto an even grid of time: frames in which nobody was seen come back, empty, for interpolation to fill.

import { SignError } from '../../base/errors.js'
import { MOST_FRAMES } from '../../motion/clip.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { JOINTS } from '../../motion/skeleton.js'
import { checkRate, framesWithin, nearInteger } from '../frame_times.js'

const FRAME = JOINTS * KEYPOINT

/**
 * The clip at `fps` frames per second: frame k of the result shows the time k / fps after the clip's first frame, up to its last; `frameIndex` is 0, 1, 2, …
 * Between two neighbouring frames of the source a joint seen in both moves, and its confidence changes, in a straight line. Seen in one of them, it stays there
 * with its confidence times the nearness of that frame, 1 to 0. Otherwise, and inside gaps, it is not seen. At the clip's own rate only gaps change.
 * Throws ERR_CONFIG for a rate that is none; ERR_DATA naming the clip where nearly all of it is gaps or it would have more frames than a clip may.
 */
export function resampleKeypoints(clip: KeypointClip, fps: number = clip.fps): KeypointClip {
  checkRate(fps)
  const { frameIndex, keypoints } = clip
  const first = frameIndex[0]!
  const span = frameIndex.at(-1)! - first
  const step = clip.fps / fps
  const frames = framesWithin(span, step)
  if (frames > 64 * clip.frames * Math.max(1, 1 / step) + 4096) {
    const problem = `wanted frames less than 64 apart on average, got ${clip.frames} of ${span + 1}`
    throw new SignError('ERR_DATA', clip.name, problem, 'Check the frame numbers in the names of its files')
  }
  if (!(frames <= MOST_FRAMES)) {
    const problem = `wanted at most ${MOST_FRAMES} frames, got ${frames}: ${span + 1} at ${clip.fps} a second, brought to ${fps}`
    throw new SignError('ERR_DATA', clip.name, problem, 'Check its frame rate')
  }
  const out = new Float32Array(frames * FRAME)
  for (let k = 0, at = 0; k < frames; k++) {
    const time = nearInteger(first + k * step)
    const before = Math.floor(time)
    while (at + 1 < clip.frames && frameIndex[at + 1]! <= before) at += 1
    const share = time - before
    const a = frameIndex[at] === before ? at : undefined
    const b = share === 0 ? undefined : [at, at + 1].find((t) => frameIndex[t] === before + 1)
    mix(out.subarray(k * FRAME, (k + 1) * FRAME), pick(keypoints, a), pick(keypoints, b), share)
  }
  return { ...clip, keypoints: out, frames, fps, frameIndex: Int32Array.from({ length: frames }, (_, k) => k) }
}

/** A frame of the source, or one in which nothing is seen. */
function pick(keypoints: Float32Array, t: number | undefined): Float32Array {
  return t === undefined ? nothing : keypoints.subarray(t * FRAME, (t + 1) * FRAME)
}

const nothing = new Float32Array(FRAME)

/** Writes the frame that is `share` of the way from `a` to `b`. */
function mix(out: Float32Array, a: Float32Array, b: Float32Array, share: number): void {
  for (let i = 0; i < FRAME; i += KEYPOINT) {
    const [seenA, seenB] = [a[i + 2]! > 0, b[i + 2]! > 0]
    if (seenA && seenB) {
      for (let n = i; n < i + KEYPOINT; n++) out[n] = a[n]! + share * (b[n]! - a[n]!)
    } else if (seenA || seenB) {
      const [only, near] = seenA ? [a, 1 - share] : [b, share]
      out.set([only[i]!, only[i + 1]!, only[i + 2]! * near], i)
    }
  }
}
