// One request on its way: its frames are made as fast as the batch makes them, and kept until they are read.

import { SignError } from '../base/errors.js'
import { Filling } from '../infer/filling.js'
import { placedMotion, shownInPieces } from '../infer/shown_motion.js'
import type { Motion } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { facingMotion } from '../motion/layout/mirror.js'
import { exchangeSides, sidesAreExchanged } from '../motion/sides.js'
import { checkWhole } from '../text/broken_text.js'
import type { Signer } from './models.js'
import type { GenerateRequest, StreamLine } from './schemas.js'

/** Five digits after the point, as in JSON files of motions. */
const PRECISION = 1e5
const rounded = (numbers: Float32Array): number[] => Array.from(numbers, (value) => Math.round(value * PRECISION) / PRECISION)

export class Signing {
  /** Frames that are made so far. */
  made = 0
  readonly #signer: Signer
  readonly #asked: GenerateRequest
  readonly #frames = new Filling<Float32Array>()
  readonly #first: Promise<void>
  #length: number | null = null

  /** Begins. `done` is called when no more frames are made, however it ends. Throws ERR_USAGE for a sentence of which the model knows no word. */
  constructor(signer: Signer, asked: GenerateRequest, signal: AbortSignal, done: () => void) {
    this.#signer = signer
    this.#asked = asked
    let first: () => void = () => {}
    this.#first = new Promise((resolve) => {
      first = resolve
    })
    void this.#fill(signal, first).finally(() => {
      first()
      done()
    })
  }

  /** When the first frame is made. Rejects where none will be. */
  async begun(): Promise<void> {
    await this.#first
    if (this.made === 0) for await (const _ of this.#frames.read()) return
  }

  /** The motion, once it is whole. */
  async motion(): Promise<Motion> {
    const frames: Float32Array[] = []
    for await (const frame of this.#frames.read()) frames.push(frame)
    return facingMotion(placedMotion(this.#signer.group, frames))
  }

  /** What is told of the motion, line by line, as it is made. */
  async *lines(): AsyncGenerator<StreamLine> {
    const { group, model } = this.#signer
    const { text } = this.#asked
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
        const unknownWords = group.vocabulary.unknownIn(text)
        const { fps, language } = group
        yield { type: 'start', text, model, language, fps, layout: name, points: [...pointNames], dims, frames: this.#length, unknownWords }
      }
      const faced = exchanged ? exchangeSides(joints) : joints
      yield { type: 'frame', index: index++, joints: rounded(faced), ...(confidence && { confidence: rounded(confidence) }) }
    }
    yield { type: 'end', frames: index, seconds: index / group.fps }
  }

  async #fill(signal: AbortSignal, first: () => void): Promise<void> {
    const { batch } = this.#signer
    const { text, policy, bones } = this.#asked
    try {
      this.#checkText(text)
      const onLength = (frames: number): void => {
        this.#length = frames
      }
      for await (const frame of batch.stream(text, { policy, signal, onLength, ...(bones && { bones }) })) {
        this.#frames.push(frame)
        this.made++
        first()
      }
      this.#frames.end()
    } catch (error) {
      this.#frames.end({ error })
    }
  }

  #checkText(text: string): void {
    checkWhole(text, 'text')
    const { vocabulary, language } = this.#signer.group
    if (vocabulary.knowsAny(text)) return
    throw new SignError('ERR_USAGE', 'text', `wanted words that this model of ${language} has learned, got none`, 'Use others')
  }
}
