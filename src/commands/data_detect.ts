// `signllm data detect`: keypoints of the signer in videos, as `.pose` files, without anything but this package and the optional ones it names.

import { existsSync } from 'node:fs'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { Meter } from '../base/progress.js'
import type { BodyModel } from '../detect/body_models.js'
import { detectVideo } from '../detect/detect_video.js'
import { checkDetector, HolisticDetector } from '../detect/holistic.js'
import type { SeenParts } from '../detect/holistic_pose.js'
import { keptCount } from '../detect/kept_frames.js'
import { writePose } from '../formats/pose/write.js'
import { openVideo } from '../video/video.js'
import { type BrokenClip, ClipWork, type ClipWorkOptions, type ResumeOptions } from './clip_work.js'
import { checkOutputs, type DetectFile, detectFiles } from './detect_files.js'
import { ProgressDisplay } from './progress_display.js'

export interface DataDetectOptions extends Omit<ClipWorkOptions, 'work'>, ResumeOptions {
  /** A `.pose` file for one video, else a folder. */
  readonly out: string
  /** Default: full. */
  readonly model?: BodyModel | undefined
  /** Videos at the same time, each in a browser of its own. Default: 1. */
  readonly jobs?: number | undefined
  /** Frames a second of the videos, whatever the files say. */
  readonly videoFps?: number | undefined
}

export interface DetectedClip {
  readonly name: string
  readonly out: string
  readonly frames: number
  readonly fps: number
  /** In how many frames each part of the signer was found. */
  readonly seen: SeenParts
}

export interface DataDetectSummary {
  readonly out: string
  readonly clips: readonly DetectedClip[]
  /** Videos that an earlier run had done. */
  readonly resumed: number
  /** Detected by this run, and the seconds that took. */
  readonly frames: number
  readonly seconds: number
  readonly broken: readonly BrokenClip[]
  readonly notes: readonly string[]
}

/** A video whose frames are counted. */
interface Counted extends DetectFile {
  readonly frames: number
}

/**
 * Detects the signer in a video or in every video of a folder. Videos that cannot be read are left out. Throws ERR_USAGE for what is no video and for outputs
 * that are there already, ERR_DATA where no video can be read, ERR_CONFIG where an optional package is missing, ERR_DEVICE where a detector ended, ERR_OUTPUT,
 * and the signal's reason: what was detected until then is kept for `resume`.
 */
export async function dataDetect(source: string, options: DataDetectOptions): Promise<DataDetectSummary> {
  const { out, overwrite = false, resume = false } = options
  if (resume && overwrite) throw new SignError('ERR_USAGE', out, 'wanted resume or overwrite, got both', 'Choose one of them')
  const files = await detectFiles(source, out)
  checkOutputs(files, options)
  checkDetector(source)
  const todo = files.filter((file) => !(resume && existsSync(file.out)))
  const { counts, broken } = await countFrames(todo, options)
  const work = new Detection(counts, await framesKept(counts, resume), options)
  work.broken.push(...broken)
  await work.run()
  const { frames, seconds, notes } = work
  const resumed = files.length - todo.length
  if (work.clips.length + resumed === 0) {
    const problem = `wanted at least one video that can be read, got ${work.broken.length} that cannot`
    throw new SignError('ERR_DATA', source, problem, work.broken[0]?.problem ?? 'Name another')
  }
  const clips = work.clips.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { out, clips, resumed, frames, seconds, broken: work.broken, notes }
}

/** Files seldom tell how many frames they have; decoding them takes a small part of the time that detection takes. */
async function countFrames(files: readonly DetectFile[], options: DataDetectOptions): Promise<{ counts: Counted[]; broken: BrokenClip[] }> {
  const work = new ClipWork(files.length, { ...options, work: 'count frames' })
  const counts: Counted[] = []
  try {
    for (const file of files) {
      try {
        let frames = 0
        for await (const _ of await openVideo(file.video, { signal: options.signal })) frames++
        counts.push({ ...file, frames })
        work.done(frames)
      } catch (error) {
        if (!(error instanceof SignError && error.code === 'ERR_DATA')) throw error
        work.leaveOut(file.name, error)
      }
    }
  } finally {
    work.end()
  }
  return { counts, broken: work.broken }
}

async function framesKept(files: readonly Counted[], resume: boolean): Promise<number> {
  let kept = 0
  for (const { out, frames } of resume ? files : []) kept += Math.min(frames, await keptCount(out))
  return kept
}

/** One pass through the videos, several at the same time. */
class Detection {
  readonly clips: DetectedClip[] = []
  readonly broken: BrokenClip[] = []
  readonly notes: string[] = []
  frames = 0
  seconds = 0
  readonly #waiting: Counted[]
  readonly #options: DataDetectOptions
  readonly #display: ProgressDisplay
  readonly #meter: Meter
  /** Ends what is under way where the user wishes so or something failed. */
  readonly #stop = new AbortController()
  #done: number

  /** @param kept frames that an earlier run detected in these videos */
  constructor(files: readonly Counted[], kept: number, options: DataDetectOptions) {
    this.#waiting = [...files]
    this.#options = options
    this.#done = kept
    const all = files.reduce((sum, { frames }) => sum + frames, 0)
    this.#display = new ProgressDisplay(options)
    this.#meter = new Meter({ work: 'detect', unit: 'frame', all })
  }

  async run(): Promise<void> {
    const { jobs = 1, signal } = this.#options
    const began = performance.now()
    const stop = () => this.#stop.abort(signal!.reason)
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      const workers = Array.from({ length: Math.min(jobs, this.#waiting.length) }, () => this.#worker())
      const failed = (await Promise.allSettled(workers)).find((ended) => ended.status === 'rejected')
      if (failed) throw this.#stop.signal.reason ?? failed.reason
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#display.done()
      this.seconds = (performance.now() - began) / 1000
    }
  }

  /** Takes one waiting video after another. */
  async #worker(): Promise<void> {
    const { model } = this.#options
    const { signal } = this.#stop
    try {
      await using detector = await HolisticDetector.open(this.#waiting[0]?.video ?? this.#options.out, { model })
      const close = () => void detector.close()
      signal.addEventListener('abort', close, { once: true })
      this.#display.show(this.#meter.at(this.#done))
      for (let file = this.#waiting.shift(); file; file = this.#waiting.shift()) {
        signal.throwIfAborted()
        await this.#detect(detector, file)
      }
      signal.removeEventListener('abort', close)
    } catch (error) {
      this.#stop.abort(error)
      throw error
    }
  }

  async #detect(detector: HolisticDetector, { name, video, out, frames }: Counted): Promise<void> {
    const { model = 'full', videoFps, resume = false } = this.#options
    const { signal } = this.#stop
    const onFrame = () => {
      this.frames++
      this.#display.show(this.#meter.at(++this.#done))
    }
    try {
      const { pose, seen, kept } = await detectVideo(detector, video, out, { model, fps: videoFps, resume, signal, onFrame })
      await writePose(out, pose)
      await kept.discard()
      this.clips.push({ name, out, frames: pose.frames, fps: pose.fps, seen })
      if (seen.body === 0) this.#note(`${name}: nobody was seen in any of its ${counted(frames, 'frame')}`)
    } catch (error) {
      if (signal.aborted && (await keptCount(out)) > 0)
        this.#display.note(`kept ${counted(await keptCount(out), 'frame')} of ${video}; --resume goes on from there`)
      if (signal.aborted || !(error instanceof SignError && error.code === 'ERR_DATA')) throw error
      this.broken.push({ name, problem: error.message })
      this.#display.note(`left out: ${error.message}`)
    }
  }

  #note(text: string): void {
    this.notes.push(text)
    this.#display.note(`note: ${text}`)
  }
}

/** What a person reads of it. */
export function formatDetected({ out, clips, resumed, frames, seconds }: DataDetectSummary): string {
  const earlier = resumed > 0 ? ` (${resumed} more from an earlier run)` : ''
  const speed = `${counted(frames, 'frame')} in ${seconds.toFixed(1)} s${frames > 0 ? ` (${(frames / seconds).toPrecision(2)} frames/s)` : ''}`
  const all = clips.reduce((sum, clip) => sum + clip.frames, 0)
  const share = (part: keyof SeenParts) => `${Math.round((100 * clips.reduce((sum, { seen }) => sum + seen[part], 0)) / all)} %`
  const seen =
    all > 0 ? `; signer seen in ${share('body')}, left hand in ${share('leftHand')}, right hand in ${share('rightHand')} of the frames` : ''
  return `${out}: ${counted(clips.length, 'video')}${earlier}, ${speed}${seen}`
}
