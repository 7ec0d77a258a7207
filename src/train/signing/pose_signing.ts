// Clips of numbers to learn from, changed a little in each epoch.

import { Random } from '../../base/random.js'
import type { Recorder } from '../../device/program.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import { signArrays, signFeeds } from '../../infer/sign_reader.js'
import type { EncoderShape } from '../../infer/source_encoder.js'
import type { ReadSigns } from '../../model/sign_rows.js'
import { layoutOfMotion } from '../../motion/layout/layouts.js'
import { type AugmentedFrames, augmented, augments, mostFrames, type PoseAugmentation } from '../pose_augment.js'
import type { SignedExample, Signing } from './signing.js'

export interface PoseSigningOptions<Clip> {
  readonly clips: readonly Clip[]
  /** To validate with. */
  readonly held: readonly Clip[]
  /** Absent: clips are shown as they are. */
  readonly augment?: PoseAugmentation | undefined
  readonly seed: number
}

export class PoseSigning<Clip extends SignedExample & AugmentedFrames> implements Signing<Clip> {
  readonly clips: readonly Clip[]
  readonly #config: ReadSigns
  readonly #options: PoseSigningOptions<Clip>

  constructor(config: ReadSigns, options: PoseSigningOptions<Clip>) {
    this.clips = options.clips
    this.#config = config
    this.#options = options
  }

  mostFrames(example: number): number {
    const { augment } = this.#options
    const { frames } = this.clips[example]!
    return augment ? mostFrames(frames, augment, this.#config.maxFrames) : frames
  }

  record(recorder: Recorder, shape: EncoderShape) {
    return signFeeds(recorder, shape, this.#config)
  }

  arrays(pass: readonly number[], shape: EncoderShape, epoch: number) {
    const clips = pass.map((example) => this.#drawn(example, epoch))
    return signArrays(clips, shape, this.#config)
  }

  async held(count: number | null): Promise<readonly Clip[]> {
    return this.#options.held.slice(0, count ?? undefined)
  }

  destroy(): void {}

  /** A clip as an epoch shows it. */
  #drawn(example: number, epoch: number): PoseFrames {
    const clip = this.clips[example]!
    const { augment, seed } = this.#options
    if (!augment || !augments(augment)) return clip
    const frames = { numbers: this.#config.numbers, layout: layoutOfMotion(this.#config) }
    return augmented(clip, augment, frames, this.mostFrames(example), Random.for(seed, 'augment', epoch, example))
  }
}
