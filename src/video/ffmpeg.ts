// Decoding by an ffmpeg on the PATH, in a process of its own. It writes every frame as a PAM picture, which says its size, and tells of each on its other
// channel: time and size before anything is scaled. It waits whenever we do, so memory is bounded.

import { type ChildProcess, spawn } from 'node:child_process'
import { SignError } from '../base/errors.js'
import { once } from '../base/once.js'
import { badVideo, changedSize, type Video, type VideoFrame } from './decoder.js'
import { FfmpegLog } from './ffmpeg_log.js'
import { readPam } from './pam.js'

const PROGRAM = 'ffmpeg'

/** Whether there is an ffmpeg on the PATH that starts. */
export const ffmpegIsThere = (): Promise<boolean> => once(asked, process.env.PATH ?? '', starts)

const asked = new Map<string, Promise<boolean>>()

const starts = (): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(PROGRAM, ['-version'], { stdio: 'ignore' })
    child.on('error', () => resolve(false))
    child.on('close', (status) => resolve(status === 0))
  })

/** Throws as `openVideo`. */
export async function openWithFfmpeg(path: string, signal: AbortSignal | undefined): Promise<Video> {
  try {
    return await FfmpegVideo.open(path, signal, ['-fps_mode', 'passthrough'])
  } catch (error) {
    // The name that versions before 5.1 have for it.
    if (!(error instanceof UnknownOption)) throw error
    return FfmpegVideo.open(path, signal, ['-vsync', '0'])
  }
}

class UnknownOption extends Error {}

class FfmpegVideo implements Video {
  readonly decoder = 'ffmpeg'
  readonly path: string
  readonly width: number
  readonly height: number
  readonly fps: number | undefined
  readonly #process: FfmpegProcess
  readonly #first: VideoFrame
  #taken = false

  private constructor(process: FfmpegProcess, first: VideoFrame) {
    this.path = process.path
    this.#process = process
    this.#first = first
    this.width = first.width
    this.height = first.height
    this.fps = process.log.fps
  }

  static async open(path: string, signal: AbortSignal | undefined, everyFrame: readonly string[]): Promise<FfmpegVideo> {
    const process = new FfmpegProcess(path, signal, everyFrame)
    try {
      const first = await process.next()
      if (!first) throw badVideo(path, 'wanted a video, got one without frames')
      return new FfmpegVideo(process, first)
    } catch (error) {
      await process.end()
      throw error
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<VideoFrame> {
    if (this.#taken) throw new SignError('ERR_USAGE', this.path, 'wanted its frames once, got asked again', 'Open it again')
    this.#taken = true
    try {
      yield this.#first
      for (;;) {
        const frame = await this.#process.next()
        if (!frame) return
        yield frame
      }
    } finally {
      await this.close()
    }
  }

  close(): Promise<void> {
    return this.#process.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** One run of the program over one file. */
class FfmpegProcess {
  readonly path: string
  readonly log = new FfmpegLog()
  readonly #child: ChildProcess
  readonly #pictures: ReturnType<typeof readPam>
  readonly #signal: AbortSignal | undefined
  readonly #closed: Promise<void>
  #size: string | undefined
  #count = 0

  constructor(path: string, signal: AbortSignal | undefined, everyFrame: readonly string[]) {
    this.path = path
    this.#signal = signal
    // `file:` takes a name that begins with - or has a colon for what it is.
    const read = [
      '-hide_banner',
      '-nostdin',
      '-nostats',
      '-loglevel',
      'level+info',
      '-i',
      `file:${path}`,
      '-map',
      '0:v:0',
      '-vf',
      'showinfo',
    ]
    const write = ['-f', 'image2pipe', '-c:v', 'pam', '-pix_fmt', 'rgba', '-']
    this.#child = spawn(PROGRAM, [...read, ...everyFrame, ...write], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => this.log.add(text))
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', () => {
        this.log.end()
        resolve()
      })
      this.#child.on('error', () => resolve())
    })
    this.#pictures = readPam(this.#child.stdout!)
    signal?.addEventListener('abort', this.#stop, { once: true })
  }

  readonly #stop = (): void => void this.#child.kill('SIGKILL')

  /** The next frame; undefined behind the last. */
  async next(): Promise<VideoFrame | undefined> {
    this.#signal?.throwIfAborted()
    const { value: picture } = await this.#pictures.next()
    this.#signal?.throwIfAborted()
    if (!picture) {
      await this.#closed
      this.#check()
      return undefined
    }
    const index = this.#count++
    const told = await this.log.frame(index)
    this.#size ??= told?.size
    if (told && told.size !== this.#size) throw changedSize(this.path, index, this.#size!, told.size)
    return { index, time: told?.time ?? Number.NaN, ...picture }
  }

  /** Throws for what the program complained of. */
  #check(): void {
    const { complaint } = this.log
    if (complaint === undefined) return
    if (/Unrecognized option 'fps_mode'/.test(complaint)) throw new UnknownOption()
    if (/matches no streams/.test(complaint))
      throw badVideo(this.path, 'wanted a video, got a file in which no picture is found: it has none, or is damaged')
    if (this.#count === 0) throw badVideo(this.path, `wanted a video, got what ffmpeg cannot read (${complaint})`)
    throw badVideo(this.path, `wanted a whole video, got one that is damaged behind frame ${this.#count - 1} (${complaint})`)
  }

  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#stop()
    // What nobody reads any more would keep it from being closed.
    this.#child.stdout!.destroy()
    await this.#closed
  }
}
