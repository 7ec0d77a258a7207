import { describe, expect, it } from 'vitest'
import { checkTensors } from '../nn/check_tensors.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { checkImageEncoder } from '../nn/image_encoder_config.js'
import { imageEncoderSpecs } from '../nn/image_encoder_specs.js'
import { dinov2Small, type VisionTransformerConfig } from '../nn/vision_transformer_config.js'
import { dinov2Sizes, dinov2Tensors, dinov2Weights } from './dinov2_state_dict.js'
import { frameHeadTensors } from './frame_head_state_dict.js'

const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })

/** A state dict of one layer, width 8, patches of 2 and a table of 3 × 3. */
function published(): Map<string, HostTensor> {
  const block = {
    'norm1.weight': zeros(8),
    'norm1.bias': zeros(8),
    'attn.qkv.weight': zeros(24, 8),
    'attn.qkv.bias': zeros(24),
    'attn.proj.weight': zeros(8, 8),
    'attn.proj.bias': zeros(8),
    'ls1.gamma': zeros(8),
    'norm2.weight': zeros(8),
    'norm2.bias': zeros(8),
    'mlp.fc1.weight': zeros(16, 8),
    'mlp.fc1.bias': zeros(16),
    'mlp.fc2.weight': zeros(8, 16),
    'mlp.fc2.bias': zeros(8),
    'ls2.gamma': zeros(8),
  }
  return new Map([
    ['cls_token', zeros(1, 1, 8)],
    ['pos_embed', zeros(1, 10, 8)],
    ['patch_embed.proj.weight', zeros(8, 3, 2, 2)],
    ['patch_embed.proj.bias', zeros(8)],
    ...Object.entries(block).map(([name, tensor]) => [`blocks.0.${name}`, tensor] as const),
    ['norm.weight', zeros(8)],
    ['norm.bias', zeros(8)],
  ])
}

const config: VisionTransformerConfig = {
  ...dinov2Small,
  ...{ width: 8, heads: 2, hidden: 16, layers: 1, patch: 2, imageSize: [6, 4], grid: 3 },
  adapters: { layers: 1, rank: 4, alpha: 4, dropout: 0 },
}
const load = (theirs: Map<string, HostTensor>) => {
  const specs = imageEncoderSpecs(config)
  checkTensors(dinov2Weights(theirs, specs, 1, 'x.safetensors'), specs, 'x.safetensors')
}

describe('a state dict of DINOv2', () => {
  it('is loaded with adapters that add nothing yet, and its sizes are told by its shapes', () => {
    load(published())
    const sizes = dinov2Sizes(dinov2Tensors(published(), 'x'), 'x')
    expect(sizes).toEqual({ width: 8, hidden: 16, layers: 1, patch: 2, grid: 3 })
    const weights = dinov2Weights(published(), imageEncoderSpecs(config), 1, 'x')
    expect([...weights.keys()].filter((name) => name.includes('/lora/'))).toHaveLength(8)
    expect(weights.get('image/layer.0/attention/qkv/lora/b')!.data.every((value) => value === 0)).toBe(true)
  })

  it('is refused with a tensor too few, too many, in another shape, or with some of its adapters', () => {
    const without = published()
    without.delete('blocks.0.mlp.fc1.bias')
    expect(() => load(without)).toThrow("x.safetensors: wanted tensor 'image/layer.0/feed_forward/wide/bias', got none")
    expect(() => load(new Map([...published(), ['head.weight', zeros(2, 8)]]))).toThrow(
      'wanted a DINOv2 vision transformer, got tensors that it does not have: head.weight',
    )
    expect(() => load(published().set('pos_embed', zeros(1, 17, 8)))).toThrow("wanted 'image/positions' as [10, 8], got [17, 8]")
    expect(() => load(published().set('blocks.0.attn.lora_w1_l1.weight', zeros(4, 8)))).toThrow('got none')
    expect(() => dinov2Sizes(dinov2Tensors(published().set('pos_embed', zeros(1, 12, 8)), 'x'), 'x')).toThrow('got 12 positions')
  })

  it('is refused where queries, keys and values are not all there', () => {
    const theirs = new Map([['encoder.layer.0.attention.attention.query.weight', zeros(8, 8)]])
    expect(() => dinov2Tensors(theirs, 'x')).toThrow('got no key for image/layer.0/attention/qkv/weight')
  })
})

it('reads a frame head under any owner, its statistics as one tensor', () => {
  const theirs = new Map([
    ['sign_model.spatial_model.lin.weight', zeros(4, 8)],
    ['sign_model.spatial_model.bn.running_var', { shape: [2], data: Float32Array.of(3, 4) }],
    ['sign_model.spatial_model.bn.running_mean', { shape: [2], data: Float32Array.of(1, 2) }],
    ['sign_model.spatial_model.bn.num_batches_tracked', zeros(1)],
  ])
  const ours = frameHeadTensors(theirs, 'frames', 'x')
  expect([...ours.keys()]).toEqual(['frames/weight', 'frames/norm/running'])
  expect([...ours.get('frames/norm/running')!.data]).toEqual([1, 2, 3, 4])
  expect(() => frameHeadTensors(new Map([['fc.weight', zeros(1)]]), 'frames', 'x')).toThrow("got 'fc.weight'")
})

it('refuses sizes that no kernel takes, in words', () => {
  const check = (part: Partial<VisionTransformerConfig>) => () => checkImageEncoder({ ...config, ...part }, 'vision')
  expect(check({})).not.toThrow()
  expect(check({ width: 10 })).toThrow('vision: wanted a width of 2 heads, each a multiple of 4, got 10. Choose a multiple of 8')
  expect(check({ imageSize: [6, 5] })).toThrow('wanted an image that patches of 2 fill, got 6 × 5')
  expect(check({ adapters: { layers: 2, rank: 4, alpha: 4, dropout: 0 } })).toThrow('wanted adapters in 1 to 1 layers, got 2')
  expect(check({ adapters: undefined })).toThrow('wanted adapters to train, got none')
  expect(check({ layers: 0.5 })).toThrow('wanted layers as a whole number from 1, got 0.5')
})
