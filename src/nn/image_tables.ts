// What an image encoder reads on the GPU that is not learned.

import type { Gpu } from '../device/gpu.js'
import { Arena, type Tensor } from '../device/memory.js'
import { padded } from '../ops/parameter.js'
import type { ImageConstants } from './image_encoder.js'
import { type ImageEncoderConfig, isResidual } from './image_encoder_config.js'
import { positionShares } from './image_positions.js'
import { patchesOf, tokensOf } from './vision_transformer_config.js'

const SHARES = 'shares'

export class ImageTables implements ImageConstants, AsyncDisposable {
  readonly shares: Tensor | undefined
  readonly #arena: Arena | undefined

  constructor(gpu: Gpu, config: ImageEncoderConfig) {
    if (isResidual(config)) return
    const stride = padded(1 + config.grid ** 2)
    const shares = positionShares(config.grid, patchesOf(config), config.positions, stride)
    if (!shares) return
    this.#arena = new Arena(gpu, 'image tables', [{ name: SHARES, bytes: shares.byteLength }])
    this.#arena.write(SHARES, shares)
    this.shares = { name: SHARES, shape: [tokensOf(config), stride], dtype: 'f32', region: this.#arena.region(SHARES) }
  }

  destroy(): void {
    this.#arena?.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}
