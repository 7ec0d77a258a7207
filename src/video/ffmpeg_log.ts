// What ffmpeg says while it decodes: the frames a second of the file, time and size of each frame, and what it complains of.

/** A frame as the filter `showinfo` tells of it. */
export interface ToldFrame {
  /** In seconds. */
  readonly time: number
  /** As `210x260`. */
  readonly size: string
}

export class FfmpegLog {
  fps: number | undefined
  /** The first error line: what follows is about its consequences. */
  complaint: string | undefined
  readonly #frames: ToldFrame[] = []
  #first = 0
  #rest = ''
  #ended = false
  #wake: (() => void) | undefined

  /** Takes the next text; lines may be cut anywhere. */
  add(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]/)
    this.#rest = lines.pop()!
    for (const line of lines) this.#read(line)
    this.#wake?.()
  }

  end(): void {
    this.#read(this.#rest)
    this.#rest = ''
    this.#ended = true
    this.#wake?.()
  }

  /** What was told of the next frame, once it was; undefined where nothing more comes. Frames are asked for in order. */
  async frame(index: number): Promise<ToldFrame | undefined> {
    for (;;) {
      const told = this.#frames[index - this.#first]
      if (told) {
        this.#frames.splice(0, index - this.#first + 1)
        this.#first = index + 1
        return told
      }
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = undefined
    }
  }

  #read(line: string): void {
    const frame = /showinfo.*\bpts_time:\s*(\S+).*\bs:(\d+x\d+)/.exec(line)
    if (frame) this.#frames.push({ time: Number(frame[1]), size: frame[2]! })
    else if (/\[(error|fatal|panic)\]/.test(line))
      this.complaint ??= line
        .replace(/\[[^\]]*\]\s*/g, '')
        .trim()
        .replace(/\.$/, '')
    else if (this.fps === undefined) {
      const rate = /Stream #0.*: Video: .*?([\d.]+) fps/.exec(line)?.[1]
      if (rate !== undefined && Number(rate) > 0) this.fps = Number(rate)
    }
  }
}
