// Tensors of a small language model by the names that Hugging Face publishes XGLM's with.

import { Random } from '../base/random.js'
import type { Tensor } from '../formats/safetensors/types.js'

/** As its config.json has them. */
export interface XglmSizes {
  readonly d_model: number
  readonly ffn_dim: number
  readonly num_layers: number
  readonly vocab_size: number
}

/** A model's tensors by their names, numbers that halves and bfloat16 hold alike. */
export function xglmTensorsOf({ d_model, ffn_dim, num_layers, vocab_size }: XglmSizes): Map<string, Tensor> {
  const random = new Random(3)
  const tensors = new Map<string, Tensor>()
  const add = (name: string, ...shape: number[]) => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => (random.below(255) - 127) / 256)
    tensors.set(name, { dtype: 'F32', shape, data })
  }
  const both = (name: string, outputs: number, inputs: number) => {
    add(`${name}.weight`, outputs, inputs)
    add(`${name}.bias`, outputs)
  }
  const norm = (name: string) => {
    for (const part of ['weight', 'bias']) add(`${name}.${part}`, d_model)
  }
  add('model.embed_tokens.weight', vocab_size, d_model)
  for (let i = 0; i < num_layers; i++) {
    for (const part of ['k', 'v', 'q', 'out']) both(`model.layers.${i}.self_attn.${part}_proj`, d_model, d_model)
    norm(`model.layers.${i}.self_attn_layer_norm`)
    both(`model.layers.${i}.fc1`, ffn_dim, d_model)
    both(`model.layers.${i}.fc2`, d_model, ffn_dim)
    norm(`model.layers.${i}.final_layer_norm`)
  }
  norm('model.layer_norm')
  return tensors
}
