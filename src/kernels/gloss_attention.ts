import { defineKernel, lanes } from '../device/kernel.js'

interface Sizes {
  readonly batch: number
  readonly length: number
  readonly heads: number
  readonly samples: number
}

const linesOf = ({ batch, length, heads }: Omit<Sizes, 'samples'>): number => batch * length * heads
const placesOf = (sizes: Sizes): number => linesOf(sizes) * sizes.samples

/**
 * Where each sample of a gloss attention lies: places [batch, heads, length, samples, 4] = (frame, part of the way to the next, what its weight is
 * multiplied by, change of the place with its offset); frame −2 in rows that take no samples. offsets [batch, length, columns], columns at least
 * heads·samples; lengths u32 [batch]; seed u32 [4], of no account at rate 0. A share `rate` of the weights is dropped. released 1: as published.
 */
export const glossAttentionPlaces = defineKernel({
  name: 'gloss_attention_places',
  buffers: { offsets: 'read', lengths: 'read', seed: 'read', places: 'write' },
  params: {
    batch: 'u32',
    length: 'u32',
    heads: 'u32',
    samples: 'u32',
    columns: 'u32',
    released: 'u32',
    stream: 'u32',
    rate: 'f32',
  },
  workgroups: (params) => lanes(placesOf(params), 64),
  cost: (params) => ({ flops: 12 * placesOf(params), bytes: 20 * placesOf(params) }),
})

/**
 * y = softmax(scale · q·kᵀ)·v over each row's samples, head by head, and the log-sum-exp of its scores; both 0 in rows without samples. q, y [batch,
 * length, D], D = heads·headWidth, headWidth a multiple of 4; kv [batch, length, 2D]; places from glossAttentionPlaces; logSumExp [batch, heads, length].
 * `factor` of what lies at a place is taken: 1/2 as published, else 1.
 */
export const glossAttention = defineKernel({
  name: 'gloss_attention',
  buffers: { q: 'read', kv: 'read', places: 'read', y: 'write', logSumExp: 'write' },
  params: { batch: 'u32', length: 'u32', heads: 'u32', headWidth: 'u32', samples: 'u32', scale: 'f32', factor: 'f32' },
  workgroups: (params) => lanes(linesOf(params), 64),
  cost: (params) => ({
    flops: 10 * placesOf(params) * params.headWidth,
    bytes: 4 * linesOf(params) * (4 * params.headWidth + 1) + 16 * placesOf(params),
  }),
})

/**
 * The gradients at the queries and offsets of a glossAttention, and pulls [batch, heads, length, samples, 2] for that at keys and values. dy [batch,
 * length, D]; rowStats [batch, heads, length, 2], from attentionDelta; doffsets [batch, length, columns].
 */
export const glossAttentionGrad = defineKernel({
  name: 'gloss_attention_grad',
  buffers: { q: 'read', kv: 'read', places: 'read', dy: 'read', rowStats: 'read', dq: 'write', doffsets: 'write', pulls: 'write' },
  params: {
    batch: 'u32',
    length: 'u32',
    heads: 'u32',
    headWidth: 'u32',
    samples: 'u32',
    columns: 'u32',
    scale: 'f32',
    factor: 'f32',
  },
  workgroups: (params) => lanes(linesOf(params), 64),
  cost: (params) => ({
    flops: 13 * placesOf(params) * params.headWidth,
    bytes: 4 * linesOf(params) * (5 * params.headWidth + 2) + 28 * placesOf(params),
  }),
})

/** The gradient at the keys and values of a glossAttention: dkv [batch, length, 2D], from pulls of glossAttentionGrad. */
export const glossAttentionGradMemory = defineKernel({
  name: 'gloss_attention_grad_memory',
  buffers: { q: 'read', dy: 'read', places: 'read', pulls: 'read', dkv: 'write' },
  params: { batch: 'u32', length: 'u32', heads: 'u32', headWidth: 'u32', samples: 'u32', factor: 'f32' },
  workgroups: (params) => lanes(linesOf(params), 64),
  // As if every sample lay between two frames; looking through the places of a clip is compared, not computed.
  cost: (params) => ({
    flops: 8 * placesOf(params) * params.headWidth,
    bytes: 4 * linesOf(params) * 4 * params.headWidth + 24 * placesOf(params),
  }),
})
