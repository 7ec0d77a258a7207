import { describe, expect, it } from 'vitest'
import type { HostTensor } from '../nn/host_tensor.js'
import { isPositionTable, nameFromStateDict, stateDictTensors } from './state_dict.js'
import { stateDict } from './state_dict.testing.js'

const dict = (): Map<string, HostTensor> => new Map(stateDict({ words: 7, width: 8, hidden: 12, layers: 2 }))
const renamed = (rename: (name: string) => string) => new Map([...dict()].map(([name, tensor]) => [rename(name), tensor]))
const tensor = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })

describe('a state dict', () => {
  const plain = stateDictTensors(dict(), 'x')

  it('tells the sizes of the model', () => {
    expect(plain).toMatchObject({
      vocabularySize: 7,
      sizes: { width: 8, hidden: 12, encoderLayers: 2, decoderLayers: 2, futureFrames: 0, justCounter: false },
    })
    expect(plain.tensors.get('decoder.1/cross/out/bias')!.data).toEqual(dict().get('decoder.layers.1.src_trg_att.output_layer.bias')!.data)
  })

  it.each([
    ['trained on several GPUs', (name: string) => `module.${name}`],
    ['of a compiled model', (name: string) => `_orig_mod.${name}`],
    ['of both', (name: string) => `_orig_mod.module.${name}`],
    ['of a larger module', (name: string) => `model.${name}`],
    ['flattened out of a whole checkpoint', (name: string) => `model_state.module.${name}`],
    ['of which one part is wrapped', (name: string) => name.replace(/^encoder\./, 'encoder.module.')],
    ['of which the layers are compiled', (name: string) => name.replace(/layers\.(\d+)\./, 'layers.$1._orig_mod.')],
  ])('%s gives the same', (_what, rename) => expect(stateDictTensors(renamed(rename), 'x')).toEqual(plain))

  it('is taken with its position tables, which are left out', () => {
    const whole = new Map([...dict(), ['encoder.pe.pe', tensor(1, 50, 8)], ['decoder.pe.pe', tensor(1, 50, 8)]] as const)
    expect(stateDictTensors(whole, 'x')).toEqual(plain)
    expect(['encoder.pe.pe', 'module.decoder.pe.pe', 'model._orig_mod.encoder.pe.pe'].every(isPositionTable)).toBe(true)
    expect(['encoder.pe.weight', 'pe.pe', 'encoder.layers.0.pe.pe', 'encoder.pe.pe.weight'].some(isPositionTable)).toBe(false)
  })

  it('names what the model does not have, a learned position table and averaged weights among it', () => {
    const more = ['encoder.pe.weight', 'n_averaged', 'encoder.bn.num_batches_tracked', 'ema.src_embed.lut.weight', 'a', 'b', 'c']
    const whole = new Map([...dict(), ...more.map((name) => [name, tensor(1)] as const)])
    expect(() => stateDictTensors(whole, 'x.safetensors')).toThrow(
      "x.safetensors: wanted a Progressive Transformers state dict, got tensors it does not have: 'encoder.pe.weight', 'n_averaged', " +
        "'encoder.bn.num_batches_tracked', 'ema.src_embed.lut.weight', 'a' and 2 more.",
    )
    for (const name of ['trg_embed.scale', 'encoder.layers.0.trg_trg_att.q_layer.weight', 'decoder.output_layer.bias', 'module', 'model'])
      expect(nameFromStateDict(name), name).toBeUndefined()
  })

  it('may not hold one tensor under two names', () => {
    const twice = new Map([...dict(), ['module.src_embed.lut.weight', tensor(7, 8)] as const])
    expect(() => stateDictTensors(twice, 'x')).toThrow("got 'src_embed.lut.weight' and 'module.src_embed.lut.weight' for one tensor")
  })

  it.each([
    ['src_embed.lut.weight', tensor(7), "got [7] for 'tokens/table'"],
    ['src_embed.lut.weight', tensor(0, 8), "got [0, 8] for 'tokens/table'"],
    ['decoder.output_layer.weight', tensor(100, 8), 'got one of 100 numbers a frame'],
    ['decoder.output_layer.weight', tensor(1, 8), 'got one of 1 numbers a frame'],
  ])('with %s of an impossible shape is refused', (name, wrong, message) => {
    expect(() => stateDictTensors(new Map([...dict(), [name, wrong]]), 'x')).toThrow(message)
  })

  it('that lacks a tensor is refused by our name for it', () => {
    const part = dict()
    part.delete('decoder.output_layer.weight')
    expect(() => stateDictTensors(part, 'x')).toThrow("got none of 'pose/weight'")
  })
})
