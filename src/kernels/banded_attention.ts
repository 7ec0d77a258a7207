import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Row i sees the rows j < lengths[b] of its clip with |i - j| <= reach; rows past the length see nothing or, with `padded` 1, also themselves. A
 * share `rate` of the pairs, 0 ≤ rate < 1, is dropped by the step's seed and the place's stream.
 */
const shape = {
  batch: 'u32',
  length: 'u32',
  heads: 'u32',
  headWidth: 'u32',
  reach: 'u32',
  padded: 'u32',
  scale: 'f32',
  stream: 'u32',
  rate: 'f32',
} as const
type Shape = { readonly [K in keyof typeof shape]: number }

const workgroups = ({ batch, length, heads }: Shape) => lanes(batch * length * heads, 64)

// As if no clip were padded, and every row had the whole of its window.
const cost = (flopsPerPair: number, columns: number) => (params: Shape) => {
  const { batch, length, heads, headWidth, reach } = params
  const n = batch * length * heads * headWidth
  return { flops: flopsPerPair * n * Math.min(2 * reach + 1, length), bytes: 4 * columns * n }
}

/**
 * y = softmax(scale · q·kᵀ)·v over each row's window, head by head, without ever storing a score; logSumExp is kept for the gradients, and is 0, as y
 * is, where nothing is seen. qkv [B, length, 3D], D = heads·headWidth, headWidth a multiple of 4; lengths u32 [B]; seed u32 [4], of no account at
 * rate 0; y [B, length, D]; logSumExp [B, heads, length].
 */
export const bandedAttention = defineKernel({
  name: 'banded_attention',
  buffers: { qkv: 'read', lengths: 'read', seed: 'read', y: 'write', logSumExp: 'write' },
  params: shape,
  workgroups,
  cost: cost(4, 4),
})

/** The gradient at qkv of a bandedAttention of the same seed and stream. dy [B, length, D]; rowStats [B, heads, length, 2], from attentionDelta. */
export const bandedAttentionGrad = defineKernel({
  name: 'banded_attention_grad',
  buffers: { qkv: 'read', dy: 'read', rowStats: 'read', lengths: 'read', seed: 'read', dqkv: 'write' },
  params: shape,
  workgroups,
  cost: cost(14, 7),
})
