// From frames of a video, of any sizes, to features: the GPU's resize and encoder together, in passes.

import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { Program, Recorder } from '../src/device/program.js'
import { ImageFeatures } from '../src/infer/image_features.js'
import { imageFeatures } from '../src/nn/image_encoder.js'
import { type ImageEncoderConfig, imagesAtOnce } from '../src/nn/image_encoder_config.js'
import { imageEncoderSpecs } from '../src/nn/image_encoder_specs.js'
import { initialTensors } from '../src/nn/init.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { mostResidualNumbers, resnet18 } from '../src/nn/residual_network_config.js'
import { dinov2Small } from '../src/nn/vision_transformer_config.js'
import { Graph } from '../src/ops/graph.js'
import { packFrames } from '../src/video/pack.js'
import { frameTransform, noAugmentation } from '../src/video/transforms.js'
import { lentGpu, noise } from './harness.js'
import { expectNear } from './near.js'

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

  it('of a residual network are normalised by the images that are there alone, whatever stands behind them', async () => {
    const gpu = await lentGpu()
    const residual: ImageEncoderConfig = { widths: [4, 8, 8, 12], imageSize: [32, 32], trained: 'all' }
    const trainedOn = async (rows: number) => {
      const weights = new ParameterSet(gpu, imageEncoderSpecs(residual), { training: true })
      weights.load(initialTensors(weights.specs, 3), 'test')
      const recorder = new Recorder()
      const feeds = {
        seed: recorder.feed('seed', [4], 'u32'),
        images: recorder.feed('images', [rows, 3, 32, 32]),
        there: recorder.feed('there', [rows], 'u32'),
        lengths: recorder.feed('lengths', [2], 'u32'),
      }
      const graph = new Graph(recorder, { training: { seed: feeds.seed, dummy: weights.dummy } })
      const features = imageFeatures({ graph, weights }, [feeds], { lengths: feeds.lengths, length: 2 }, residual, {})
      const pull = recorder.feed('pull', features.shape)
      graph.shareGrad([features], pull)
      graph.backward()
      recorder.report(features)
      await using program = await Program.build(gpu, recorder)
      const pixels = new Float32Array(rows * 3 * 32 * 32).fill(Number.NaN)
      pixels.set(noise(3 * 3 * 32 * 32, 5))
      program.write(feeds.images, pixels)
      program.write(
        feeds.there,
        Uint32Array.from({ length: rows }, (_, i) => (i < 3 ? 2 ** 32 - 1 : 0)),
      )
      program.write(feeds.lengths, Uint32Array.of(2, 1))
      program.write(pull, Float32Array.from(noise(48, 6)))
      const [found] = await program.run({ clear: weights.grads!.buffers })
      const result = { features: new Float32Array(found!), grads: await weights.save(weights.grads!), after: await weights.save() }
      weights.destroy()
      return result
    }
    const [alone, padded] = [await trainedOn(3), await trainedOn(5)]
    expect(padded.features.every(Number.isFinite)).toBe(true)
    expectNear('features', padded.features, alone.features, 1e-6)
    for (const [name, { data }] of alone.grads) expectNear(name, padded.grads.get(name)!.data, data, 1e-5)
    for (const [name, { data }] of alone.after) expectNear(name, padded.after.get(name)!.data, data, 1e-6)
  })

  it('of ResNet-18 go through in passes whose tensors an adapter of 128 MiB binds', () => {
    // The windows of the first convolution: 112² of 7 × 7 × 3 numbers, rounded up to 148.
    expect(mostResidualNumbers(resnet18)).toBe(112 * 112 * 148)
    expect(imagesAtOnce(resnet18, 128 * 2 ** 20)).toBe(18)
    expect(mostResidualNumbers({ ...resnet18, widths: [64, 256, 256, 512] })).toBe(112 * 112 * 148)
    expect(mostResidualNumbers({ ...resnet18, widths: [128, 128, 256, 512] })).toBe(56 * 56 * 9 * 128)
  })

  it('of ViT-S/14 go through in passes whose tensors an adapter of 128 MiB binds', () => {
    const images = imagesAtOnce(dinov2Small, 128 * 2 ** 20)
    expect(images).toBe(85)
    expect(imagesAtOnce(dinov2Small, 1)).toBe(1)
  })
})
