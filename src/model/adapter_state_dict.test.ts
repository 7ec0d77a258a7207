import { describe, expect, it } from 'vitest'
import { adapterSpecs } from '../nn/adapted_decoder.js'
import { adapterNameOf, adapterTensors } from './adapter_state_dict.js'

const attention = 'lang_model.model.layers.0.self_attn'
const factors = ['lora_wq', 'lora_wk', 'lora_wv', 'lora_wo', 'adaptor_lora_wq', 'adaptor_lora_wk', 'adaptor_lora_wv']
const released = [
  ...factors.flatMap((part) => [`${attention}.${part}_l1.weight`, `${attention}.${part}_l2.weight`]),
  `${attention}.adaptor_gate`,
  'post_model.fc.weight',
  'post_model.fc.bias',
]

describe('released names of adapters', () => {
  it('are those of every parameter, once', () => {
    const ours = adapterSpecs({ width: 8, heads: 2, decoderLayers: 1, signWidth: 4, rank: 4 }).map(({ name }) => name)
    expect(released.map(adapterNameOf).sort()).toEqual(ours.sort())
  })

  it('are told from the language model’s own', () => {
    for (const name of [`${attention}.q_proj.weight`, `${attention}_layer_norm.weight`, 'lang_model.model.layer_norm.bias', 'toString'])
      expect(adapterNameOf(name), name).toBeUndefined()
  })

  it('bring gates as one number a head, and refuse others', () => {
    const gate = (shape: readonly number[]) => new Map([[`${attention}.adaptor_gate`, { shape, data: Float32Array.of(1, 2) }]])
    expect(adapterTensors(gate([1, 2, 1, 1]), 'test').get('adapters/layer.0/gate')).toEqual({ shape: [2], data: Float32Array.of(1, 2) })
    expect(() => adapterTensors(gate([2]), 'stage2.safetensors')).toThrow(
      `stage2.safetensors: wanted '${attention}.adaptor_gate' as [1, heads, 1, 1], got [2]. Export the whole state dict of the second stage`,
    )
  })
})
