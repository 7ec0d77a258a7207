import { describe, expect, it } from 'vitest'
import { xglmTensorsOf } from '../checkpoint/xglm_files.testing.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { isSign2gpt, sign2gptParts, sign2gptStage } from './sign2gpt_state_dict.js'
import { Released } from './sign2gpt_state_dict.testing.js'
import { xglmSizes } from './xglm_state_dict.js'

const signs = { width: 16, heads: 2, hidden: 24, stages: [1, 1], numbers: 6 }
const language = { width: 8, heads: 2, hidden: 12, layers: 2, vocabulary: 9, rank: 4 }
const xglm = xglmTensorsOf({ d_model: 8, ffn_dim: 12, num_layers: 2, vocab_size: 9 }) as ReadonlyMap<string, HostTensor>
const [first, second] = [Released.firstStage(signs, { vector: 6, classes: 3 }), Released.secondStage(signs, language, xglm)]

const countsOf = (names: Iterable<string>) => {
  const counts: Record<string, number> = {}
  for (const part of sign2gptParts(names, 'x').values()) counts[part] = (counts[part] ?? 0) + 1
  return counts
}

describe('names of whole checkpoints of Sign2GPT', () => {
  it('are each of one part', () => {
    expect(countsOf(first.theirs.keys())).toEqual({ frames: 6, encoder: 39, prototypes: 6 })
    expect(countsOf(second.theirs.keys())).toEqual({ frames: 6, encoder: 39, adapters: 32, language: xglm.size })
  })

  it('are those of images too, and say nothing where they count batches or tell places', () => {
    const more = [
      ...['sign_model.spatial_model.spatial_model.blocks.0.ls1.gamma', 'sign_model.spatial_model.cls_token'],
      ...['sign_model.spatial_model.bn.num_batches_tracked', 'post_model.pos_emb.pos'],
      ...['lang_model.model.embed_positions.weights', 'lang_model.lm_head.weight'],
    ]
    expect(countsOf(more)).toEqual({ image: 2, language: 2 })
    expect(countsOf([...first.theirs.keys()].map((name) => `state_dict.module.${name}`))).toEqual(countsOf(first.theirs.keys()))
  })

  it('tell the stage', () => {
    expect(sign2gptStage(sign2gptParts(first.theirs.keys(), 'x').values(), 'x')).toBe(1)
    expect(sign2gptStage(sign2gptParts(second.theirs.keys(), 'x').values(), 'x')).toBe(2)
    const wrong = (parts: Parameters<typeof sign2gptStage>[0]) => () => sign2gptStage(parts, 'a.safetensors')
    expect(wrong(['encoder', 'prototypes'])).toThrow("got one without the linear layer 'lin' and batch norm 'bn' of frames. Export")
    expect(wrong(['frames', 'prototypes'])).toThrow("got one without 'sign_model.encoder.'")
    expect(wrong(['frames', 'encoder'])).toThrow("got one without 'post_model.'")
    expect(wrong(['frames', 'encoder', 'prototypes', 'adapters'])).toThrow(
      'a.safetensors: wanted a whole checkpoint of Sign2GPT’s first stage or',
    )
  })

  it('are told from those of other models, and refused among them', () => {
    expect(isSign2gpt(first.theirs.keys())).toBe(true)
    expect(isSign2gpt(['src_embed.lut.weight', 'encoder.layer_norm.weight'])).toBe(false)
    const others = [
      'post_model.fc_out.weight',
      'lang_model.model.layers.0.self_attn.lora_wx_l1.weight',
      'sign_model.spatial_model.head.weight',
    ]
    for (const name of others)
      expect(() => sign2gptParts([...first.theirs.keys(), name], 'a')).toThrow(
        `a: wanted a state dict of Sign2GPT, got tensors it does not have: '${name}'`,
      )
    const many = Array.from({ length: 7 }, (_, i) => `head.${i}`)
    expect(() => sign2gptParts(many, 'a')).toThrow("'head.4' and 2 more. Export the whole state dict of one stage alone")
  })
})

describe('shapes of a language model', () => {
  const shapes = (more: Record<string, readonly number[]> = {}) =>
    new Map([...[...xglm].map(([name, { shape }]) => [`lang_model.${name}`, shape] as const), ...Object.entries(more)])

  it('tell its sizes', () => {
    expect(xglmSizes(shapes(), 'x')).toEqual({ width: 8, hidden: 12, layers: 2, vocabulary: 9 })
    expect(xglmSizes(shapes({ 'lang_model.model.embed_positions.weights': [22, 8] }), 'x')).toMatchObject({ maxTokens: 20 })
  })

  it('are refused where they are lacking', () => {
    const bare = new Map([...shapes()].filter(([name]) => !name.endsWith('embed_tokens.weight')))
    expect(() => xglmSizes(bare, 'x')).toThrow("x: wanted an XGLM state dict with 'embed_tokens.weight' of two dimensions, got none")
  })
})
