import { defineKernel, lanes } from '../device/kernel.js'

/** Columns that `upsampling` puts behind the features: how near a frame is to each of so many places along its token. */
export const PLACES = 16

/**
 * Which tokens each frame belongs to: a softmax over normal distributions about the middles of their spans, at the moment its progress
 * counter says. frames [batch · length, stride], the counter times `unit` in `column`; spans [batch, tokens, 2], from tokenSpans; lengths
 * u32 [batch], tokens that count; weight [batch · length, tokens].
 */
export const upsamplingWeights = defineKernel({
  name: 'upsampling_weights',
  buffers: { frames: 'read', spans: 'read', lengths: 'read', weight: 'write' },
  params: { batch: 'u32', length: 'u32', tokens: 'u32', stride: 'u32', column: 'u32', unit: 'f32' },
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  cost: ({ batch, length, tokens }) => ({
    flops: 20 * batch * length * tokens,
    bytes: 4 * batch * length * (tokens + 1) + 8 * batch * tokens + 4 * batch,
  }),
})

/**
 * y [batch · length, width + 16] = the features of each frame's tokens x [batch, tokens, width], by their weights, and where along their
 * spans it is. frames, spans, lengths and weight as upsamplingWeights has them; width a multiple of 4.
 */
export const upsampling = defineKernel({
  name: 'upsampling',
  buffers: { x: 'read', frames: 'read', spans: 'read', lengths: 'read', weight: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', tokens: 'u32', width: 'u32', stride: 'u32', column: 'u32', unit: 'f32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * (width + PLACES)) / 4, 64),
  cost: ({ batch, length, tokens, width }) => ({
    flops: batch * length * tokens * (2 * width + 9 * PLACES),
    bytes: 4 * batch * (tokens * (width + 2) + length * (tokens + width + PLACES + 1) + 1),
  }),
})

/** The gradient of upsampling at each frame's phase in each token, dphase [batch · length, tokens]. dy [batch · length, width + 16]. */
export const upsamplingGradPhase = defineKernel({
  name: 'upsampling_grad_phase',
  buffers: { x: 'read', frames: 'read', spans: 'read', lengths: 'read', weight: 'read', dy: 'read', dphase: 'write' },
  params: { batch: 'u32', length: 'u32', tokens: 'u32', width: 'u32', stride: 'u32', column: 'u32', unit: 'f32' },
  workgroups: ({ batch, length }) => lanes(batch * length, 1),
  cost: ({ batch, length, tokens, width }) => ({
    flops: batch * length * tokens * (2 * width + 30),
    bytes: 4 * batch * (tokens * (width + 2) + length * (2 * tokens + width + PLACES + 1) + 1),
  }),
})

/** The gradient of upsampling at the spans, dspans [batch, tokens, 2], from that at the phases, dphase [batch · length, tokens]. */
export const upsamplingGradSpans = defineKernel({
  name: 'upsampling_grad_spans',
  buffers: { frames: 'read', spans: 'read', lengths: 'read', dphase: 'read', dspans: 'write' },
  params: { batch: 'u32', length: 'u32', tokens: 'u32', stride: 'u32', column: 'u32', unit: 'f32' },
  workgroups: ({ batch, tokens }) => lanes(batch * tokens, 64),
  cost: ({ batch, length, tokens }) => ({
    flops: 8 * batch * length * tokens,
    bytes: 4 * batch * (length * (tokens + 1) + 4 * tokens + 1),
  }),
})

/**
 * The gradient of upsampling at the tokens' features. weight [batch · length, tokens]; dy [batch · length, width + 16]; dx [batch, tokens,
 * width]. `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const upsamplingGrad = defineKernel({
  name: 'upsampling_grad',
  buffers: { weight: 'read', dy: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', tokens: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, tokens, width }) => lanes((batch * tokens * width) / 4, 64),
  cost: ({ batch, length, tokens, width, accumulate }) => ({
    flops: 2 * batch * length * tokens * width,
    bytes: 4 * batch * (length * (tokens + width) + (1 + accumulate) * tokens * width),
  }),
})
