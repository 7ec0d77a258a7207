// Features of a clip's pictures, through an image encoder as it is: some frames at a time, whatever their sizes.

import type { Gpu } from '../device/gpu.js'
import { ImageFeatures } from '../infer/image_features.js'
import { type ImageEncoderConfig, imagesAtOnce } from '../nn/image_encoder_config.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { packFrames } from './pack.js'
import type { Picture } from './reduced.js'
import { frameTransform } from './transforms.js'

/** Frames that go through at once, where the adapter binds as many. */
const AT_ONCE = 16

export class PictureFeatures implements AsyncDisposable {
  readonly #gpu: Gpu
  readonly #weights: ParameterSet
  readonly #config: ImageEncoderConfig
  #program: ImageFeatures | undefined

  /** The images of `config` are square. The weights stay their maker's. */
  constructor(gpu: Gpu, weights: ParameterSet, config: ImageEncoderConfig) {
    this.#gpu = gpu
    this.#weights = weights
    this.#config = config
  }

  /** [pictures, width of the encoder]. One call at a time. Throws ERR_DEVICE for pictures that the adapter cannot bind. */
  async read(pictures: readonly Picture[]): Promise<Float32Array<ArrayBuffer>> {
    const program = await this.#programFor(Math.max(...pictures.map(({ width, height }) => width * height)))
    const { frames, pixels } = program.pass
    const features = new Float32Array(pictures.length * program.width)
    for (let first = 0; first < pictures.length; first += frames) {
      const some = pictures.slice(first, first + frames)
      const drawn = some.map((picture) => ({ ...picture, transform: frameTransform(picture, this.#config.imageSize[0]) }))
      features.set(await program.read(packFrames(drawn, frames, pixels, 'video'), some.length), first * program.width)
    }
    return features
  }

  destroy(): void {
    this.#program?.destroy()
    this.#program = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }

  /** The program that was recorded, or another for larger pictures. */
  async #programFor(largest: number): Promise<ImageFeatures> {
    const had = this.#program
    if (had && had.pass.pixels >= had.pass.frames * largest) return had
    had?.destroy()
    const bound = this.#gpu.device.limits.maxStorageBufferBindingSize
    const frames = Math.max(1, Math.min(AT_ONCE, imagesAtOnce(this.#config, bound), Math.floor(bound / (4 * largest))))
    this.#program = await ImageFeatures.build(this.#gpu, this.#weights, this.#config, { frames, pixels: frames * largest })
    return this.#program
  }
}
