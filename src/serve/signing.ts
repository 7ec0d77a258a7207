// One request on its way: it is read, its frames are made as fast as the batch makes them, and kept until they are read.

import { Filling } from '../infer/filling.js'
import { placedMotion, shownInPieces } from '../infer/shown_motion.js'
import type { Motion } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { exchangeSides, sidesAreExchanged } from '../motion/sides.js'
import type { GenerateRequest, StreamLine } from './schemas.js'
import type { Line } from './served_model.js'

/** Five digits after the point, as in JSON files of motions. */
const PRECISION = 1e5
const rounded = (numbers: Float32Array): number[] => Array.from(numbers, (value) => Math.round(value * PRECISION) / PRECISION)

export class Signing {
  /** Frames that are made so far. */
  made = 0
  readonly #how: Pick<GenerateRequest, 'policy' | 'bones'>
  readonly #frames = new Filling<Float32Array>()
  readonly #first: Promise<void>
  #line: Line | undefined
  #length: number | null = null

  /** Begins. `read` says what is to be signed; `done` is called when no more frames are made, however it ends. */
  constructor(
    read: (signal: AbortSignal) => Line | Promise<Line>,
    how: Pick<GenerateRequest, 'policy' | 'bones'>,
    signal: AbortSignal,
    done: () => void,
  ) {
    this.#how = how
    let first: () => void = () => {}
    this.#first = new Promise((resolve) => {
      first = resolve
    })
    void this.#fill(read, signal, first).finally(() => {
      first()
      done()
    })
  }

  /** What is signed, when its first frame is made. Rejects where none will be. */
  async begun(): Promise<Line> {
    await this.#first
    if (this.made === 0) for await (const _ of this.#frames.read()) break
    return this.#line!
  }

  /** The motion, once it is whole. */
  async motion(): Promise<Motion> {
    const { signer } = await this.begun()
    const frames: Float32Array[] = []
    for await (const frame of this.#frames.read()) frames.push(frame)
    return facingMotion(placedMotion(signer.group, frames))
  }

  /** What is told of the motion, line by line, as it is made. */
  async *lines(): AsyncGenerator<StreamLine> {
    const { signer, ...line } = await this.begun()
    const { group } = signer
    const shown = shownInPieces(group)
    let exchanged: boolean | undefined
    let index = 0
    for await (const frame of this.#frames.read()) {
      const motion = shown({ joints: frame.subarray(0, group.config.numbers), frames: 1, fps: group.fps })
      const { joints, confidence } = motion
      // Whoever sees frame by frame cannot wait for what the whole motion says.
      exchanged ??= isSkeleton(motion) && sidesAreExchanged(joints, 1)
      if (index === 0) {
        const { name, pointNames, dims } = layoutOfMotion(motion)
        const { tokens, unknownWords, ...said } = line
        const about = { fps: group.fps, layout: name, points: [...pointNames], dims, frames: this.#length }
        yield { type: 'start', ...said, tokens: [...tokens], unknownWords: [...unknownWords], ...about }
      }
      const faced = exchanged ? exchangeSides(joints) : joints
      yield { type: 'frame', index: index++, joints: rounded(faced), ...(confidence && { confidence: rounded(confidence) }) }
    }
    yield { type: 'end', frames: index, seconds: index / group.fps }
  }

  async #fill(read: (signal: AbortSignal) => Line | Promise<Line>, signal: AbortSignal, first: () => void): Promise<void> {
    const { policy, bones } = this.#how
    try {
      this.#line = await read(signal)
      const { signer, text } = this.#line
      const onLength = (frames: number): void => {
        this.#length = frames
      }
      for await (const frame of signer.batch.stream(text, { policy, signal, onLength, ...(bones && { bones }) })) {
        this.#frames.push(frame)
        this.made++
        first()
      }
      this.#frames.end()
    } catch (error) {
      this.#frames.end({ error })
    }
  }
}
