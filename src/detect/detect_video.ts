// A video file to the `.pose` file of its signer: every frame in order, at the rate of the video.

import { SignError } from '../base/errors.js'
import type { PoseFile } from '../formats/pose/pose.js'
import { isRate } from '../motion/clip.js'
import { hashOfFile } from '../video/feature_cache.js'
import { openVideo, type Video, type VideoFrame } from '../video/video.js'
import type { BodyModel } from './body_models.js'
import type { Detector } from './holistic.js'
import { frameNumbers, holisticPose, type SeenParts, seenParts } from './holistic_pose.js'
import { KeptFrames } from './kept_frames.js'

export interface DetectVideoOptions {
  readonly model: BodyModel
  /** Frames a second, whatever the file says. */
  readonly fps?: number | undefined
  /** Goes on with what an earlier run kept beside `out`. */
  readonly resume: boolean
  readonly signal?: AbortSignal | undefined
  /** Called for each frame that was detected now. */
  readonly onFrame?: () => void
}

export interface DetectedVideo {
  readonly pose: PoseFile
  readonly seen: SeenParts
  /** What was kept beside `out` on the way. */
  readonly kept: KeptFrames
}

/** Frames before the first of a resumed run that are looked at once more, so that the detector finds the signer where it had left off. */
const WARM_UP = 25
/** For the times of frames, where neither they nor the file tell. */
const UNTOLD_RATE = 25

/**
 * Detects the signer of a video. What is found is kept beside `out` frame by frame; whoever has written the result discards it. Frames in which nobody is seen are
 * there too, with confidences of 0. A resumed run finds the rest as it would have but for traces of what the detector remembered.
 *
 * Throws ERR_DATA for a video that cannot be read or has no rate, ERR_DEVICE where the detector ended, ERR_CONFIG where other options were used before,
 * ERR_OUTPUT, and the signal's reason.
 */
export async function detectVideo(detector: Detector, path: string, out: string, options: DetectVideoOptions): Promise<DetectedVideo> {
  const { model, fps, signal, onFrame } = options
  const kept = await KeptFrames.open(out, { video: await hashOfFile(path), model, fps: fps ?? null }, options)
  try {
    await using video = await openVideo(path, { signal })
    const times = new FrameTimes(fps, video.fps)
    const first = kept.frames - WARM_UP
    await answered(detector.begin(), path, kept.frames, signal)
    for await (const frame of video) {
      const time = times.next(frame)
      if (frame.index < first) continue
      const found = await answered(detector.detect(frame, time), path, frame.index, signal)
      if (frame.index < kept.frames) continue
      kept.add(frameNumbers(found))
      onFrame?.()
    }
    const numbers = await kept.all()
    const { width, height } = video
    const pose = holisticPose({ width, height, fps: times.rate(path), numbers, connections: detector.connections })
    return { pose, seen: seenParts(numbers), kept }
  } catch (error) {
    kept.close()
    throw error
  }
}

/** What the detector answers. */
async function answered<T>(answer: Promise<T>, path: string, index: number, signal: AbortSignal | undefined): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    signal?.throwIfAborted()
    const problem = `wanted the keypoints of frame ${index}, got no answer of the browser (${(cause as Error).message.split('\n')[0]})`
    throw new SignError('ERR_DEVICE', path, problem, 'Pass --resume to go on with it; fewer --jobs need less memory', { cause })
  }
}

/** When frames are shown, and how many a second. */
class FrameTimes {
  readonly #given: number | undefined
  readonly #told: number | undefined
  #first = 0
  #last = 0
  #count = 0

  /** @param given by the user; @param told by the file */
  constructor(given: number | undefined, told: Video['fps']) {
    this.#given = given
    this.#told = told
  }

  /** Milliseconds from the first frame to this one. */
  next({ index, time }: VideoFrame): number {
    if (index === 0) this.#first = time
    this.#last = time
    this.#count = index + 1
    const seconds = this.#given === undefined ? time - this.#first : index / this.#given
    return 1000 * (Number.isFinite(seconds) ? seconds : index / (this.#told ?? UNTOLD_RATE))
  }

  /** Throws ERR_DATA where nothing tells. */
  rate(path: string): number {
    const rate = this.#given ?? this.#told ?? (this.#count - 1) / (this.#last - this.#first)
    if (isRate(rate)) return rate
    throw new SignError('ERR_DATA', path, 'wanted frames per second, got neither a rate nor times of frames', 'Pass --video-fps')
  }
}
