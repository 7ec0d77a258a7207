// What an image encoder reads on the GPU that is not learned.

import type { Gpu } from '../device/gpu.js'
import { Arena, elements, type Tensor } from '../device/memory.js'
import { padded } from '../ops/parameter.js'
import type { ImageConstants } from './image_encoder.js'
import { type ImageEncoderConfig, patchesOf, tokensOf } from './image_encoder_config.js'
import { positionShares } from './image_positions.js'

export class ImageTables implements ImageConstants, AsyncDisposable {
  readonly everyToken: Tensor
  readonly shares: Tensor | undefined
  readonly #arena: Arena

  /** @param images most that go through at once */
  constructor(gpu: Gpu, config: ImageEncoderConfig, images: number) {
    const stride = padded(1 + config.grid ** 2)
    const shares = positionShares(config.grid, patchesOf(config), config.positions, stride)
    const entries = [
      { name: 'everyToken', data: new Uint32Array(images).fill(2 ** 32 - 1) },
      ...(shares ? [{ name: 'shares', data: shares }] : []),
    ]
    this.#arena = new Arena(
      gpu,
      'image tables',
      entries.map(({ name, data }) => ({ name, bytes: data.byteLength })),
    )
    for (const { name, data } of entries) this.#arena.write(name, data)
    const table = (name: string, dtype: Tensor['dtype'], shape: readonly number[]): Tensor => ({
      name,
      shape,
      dtype,
      region: this.#arena.region(name),
    })
    this.everyToken = table('everyToken', 'u32', [images])
    this.shares = shares && table('shares', 'f32', [tokensOf(config), stride])
  }

  destroy(): void {
    this.#arena.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}

/** Most images of `config` of which no tensor is larger than `maxBytes`, at least 1. */
export function imagesAtOnce(config: ImageEncoderConfig, maxBytes: number): number {
  const { width, hidden, heads, imageSize } = config
  const tokens = tokensOf(config)
  const largest = Math.max(tokens * Math.max(3 * width, hidden, 4 * heads), 3 * elements(imageSize))
  return Math.max(1, Math.floor(maxBytes / (4 * largest)))
}
