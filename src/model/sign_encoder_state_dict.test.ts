import { describe, expect, it } from 'vitest'
import type { HostTensor } from '../nn/host_tensor.js'
import { signEncoderSpecs } from '../nn/sign_encoder.js'
import { publishedSignEncoder } from '../nn/sign_encoder_config.js'
import { isSignEncoderName, signEncoderSizes, signEncoderTensors } from './sign_encoder_state_dict.js'

const config = { ...publishedSignEncoder, width: 16, heads: 2, hidden: 24, stages: [2, 1] }
const tensor = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((n, size) => n * size, 1)).fill(1) })

/** A state dict of the released code's names. */
function theirs(prefix = ''): Map<string, HostTensor> {
  const { width: d, hidden } = config
  const layers = ['0.0', '0.1', '2.0'].flatMap((layer) => {
    const own = `${prefix}network_block.network.${layer}.`
    const linear = (name: string, outputs: number, inputs: number) =>
      [
        [`${own}${name}.weight`, tensor(outputs, inputs)],
        [`${own}${name}.bias`, tensor(outputs)],
      ] as const
    return [
      ...['q', 'k', 'v'].flatMap((part) => linear(`token_mixer.in_proj_container.${part}_proj`, d, d)),
      ...linear('token_mixer.proj', d, d),
      ...linear('mlp.mlp.0', hidden, d),
      ...linear('mlp.mlp.3', d, hidden),
      ...['norm1.weight', 'norm1.bias', 'norm2.weight', 'norm2.bias', 'layer_scale_1', 'layer_scale_2'].map(
        (name) => [`${own}${name}`, tensor(d)] as const,
      ),
      [`${own}token_mixer.attention.rotary_embeddings.inv_freq`, tensor(4)] as const,
    ]
  })
  return new Map([...layers, [`${prefix}embedding_block.pos_emb.pos`, tensor(1, 2048, d)]])
}

describe('names of the released sign encoder', () => {
  it.each(['', 'sign_model.encoder.', 'sign_model.sign_model.encoder.', 'state_dict.module.sign_model.encoder.'])(
    'behind "%s" are those of our parameters, and tables are left out',
    (prefix) => {
      const tensors = signEncoderTensors(theirs(prefix), 'file')
      const want = new Map(signEncoderSpecs(config).map(({ name, shape }) => [name, [...shape]]))
      expect(new Map([...tensors].map(([name, { shape }]) => [name, [...shape]]))).toEqual(want)
    },
  )

  it('tell the sizes, heads among them where the frequencies of angles are there', () => {
    expect(signEncoderSizes(theirs('sign_model.encoder.'), 'file')).toEqual({
      width: 16,
      hidden: 24,
      stages: [2, 1],
      heads: 2,
      downSampling: true,
    })
    const bare = new Map([...theirs()].filter(([name]) => !name.endsWith('inv_freq')))
    expect(signEncoderSizes(bare, 'file')).toEqual({ width: 16, hidden: 24, stages: [2, 1], downSampling: true })
  })

  it('tell of pools between stages by the places that they take', () => {
    const at = (slot: number) => new Map([...theirs()].map(([name, of]) => [name.replace('network.2.', `network.${slot}.`), of]))
    expect(signEncoderSizes(at(1), 'file').downSampling).toBe(false)
    expect(() => signEncoderSizes(at(3), 'file')).toThrow('got stages at places 0, 3 of its network')
    const single = new Map([...theirs()].filter(([name]) => !name.includes('network.2.')))
    expect(signEncoderSizes(single, 'file')).toEqual({ width: 16, hidden: 24, stages: [2], heads: 2 })
    const odd = new Map([...theirs(), ['network_block.network.0.0.token_mixer.attention.rotary_embeddings.inv_freq', tensor(5)]])
    expect(() => signEncoderSizes(odd, 'file')).toThrow('got 5 frequencies of angles for a width of 16')
  })

  it('are told from those of the rest of a checkpoint', () => {
    expect(isSignEncoderName('sign_model.encoder.embedding_block.pos_emb.pos')).toBe(true)
    expect(isSignEncoderName('sign_model.sign_model.encoder.network_block.network.0.0.norm1.bias')).toBe(true)
    expect(isSignEncoderName('sign_model.spatial_model.lin.weight')).toBe(false)
    expect(isSignEncoderName('post_model.fc_hidden.weight')).toBe(false)
  })

  it('are refused where that model does not have them, where one comes twice, and where a layer lacks', () => {
    const more = (name: string) => new Map([...theirs(), [name, tensor(16)]])
    expect(() => signEncoderTensors(more('network_block.network.0.0.token_mixer.gate'), 'file')).toThrow(
      "file: wanted a state dict of Sign2GPT’s sign encoder, got tensors it does not have: 'network_block.network.0.0.token_mixer.gate'",
    )
    expect(() => signEncoderTensors(more('sign_model.encoder.network_block.network.0.0.layer_scale_1'), 'file')).toThrow(
      "got 'sign_model.encoder.network_block.network.0.0.layer_scale_1' a second time",
    )
    const lacking = new Map([...theirs()].filter(([name]) => !name.includes('network.0.0.')))
    expect(() => signEncoderTensors(lacking, 'file')).toThrow('got none of layer network.0.0')
    expect(() => signEncoderSizes(new Map(), 'file')).toThrow("got no '….mlp.mlp.0.weight' of two dimensions")
  })
})
