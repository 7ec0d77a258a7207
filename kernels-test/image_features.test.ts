// From frames of a video, of any sizes, to features: the GPU's resize and encoder together, in passes.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { ImageFeatures } from '../src/infer/image_features.js'
import { dinov2Small, type ImageEncoderConfig } from '../src/nn/image_encoder_config.js'
import { imageEncoderSpecs } from '../src/nn/image_encoder_specs.js'
import { imagesAtOnce } from '../src/nn/image_tables.js'
import { initialTensors } from '../src/nn/init.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { packFrames } from '../src/video/pack.js'
import { frameTransform, noAugmentation } from '../src/video/transforms.js'
import { lentGpu } from './harness.js'

const config: ImageEncoderConfig = {
  ...dinov2Small,
  ...{ width: 16, heads: 2, hidden: 32, layers: 2, patch: 7, imageSize: [28, 28], grid: 4, adapters: undefined, trained: 'none' },
}

const someFrame = (width: number, height: number, seed: number) => {
  const random = new Random(seed)
  const transform = frameTransform({ width, height }, 28, noAugmentation)
  return { width, height, rgba: Uint8Array.from({ length: 4 * width * height }, () => random.below(256)), transform }
}

describe('image features', () => {
  it('are the same in passes of any size, bit by bit, and padding has no part in them', async () => {
    const gpu = await lentGpu()
    const weights = new ParameterSet(gpu, imageEncoderSpecs(config), { training: false })
    weights.load(initialTensors(weights.specs, 3), 'test')
    const frames = [someFrame(20, 31, 1), someFrame(9, 8, 2), someFrame(40, 28, 3)]
    await using many = await ImageFeatures.build(gpu, weights, config, { frames: 4, pixels: 3000 })
    await using one = await ImageFeatures.build(gpu, weights, config, { frames: 1, pixels: 1200 })
    const together = await many.read(packFrames(frames, 4, 3000, 'clip'), 3)
    expect(together.length).toBe(3 * 16)
    for (const [i, frame] of frames.entries())
      expect(await one.read(packFrames([frame], 1, 1200, 'clip'), 1)).toEqual(together.slice(16 * i, 16 * i + 16))
    expect(together.every(Number.isFinite)).toBe(true)
    expect(new Set(together).size).toBeGreaterThan(40)
    weights.destroy()
  })

  it('of ViT-S/14 go through in passes whose tensors an adapter of 128 MiB binds', () => {
    const images = imagesAtOnce(dinov2Small, 128 * 2 ** 20)
    expect(images).toBe(85)
    expect(imagesAtOnce(dinov2Small, 1)).toBe(1)
  })
})
