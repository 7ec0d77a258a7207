import { defineKernel, lanes } from '../device/kernel.js'

/**
 * How tokens share the time of a clip: token u lasts exp(x[b, u, 0]) frames. x [batch, tokens, stride]; lengths u32 [batch];
 * spans [batch, tokens, 2] = (begin, share) of the whole clip, (1, 0) at padding; logFrames [batch, 4], the logarithm of the sum in column 0.
 */
export const tokenSpans = defineKernel({
  name: 'token_spans',
  buffers: { x: 'read', lengths: 'read', spans: 'write', logFrames: 'write' },
  params: { batch: 'u32', tokens: 'u32', stride: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 64),
  cost: ({ batch, tokens }) => ({ flops: 6 * batch * tokens, bytes: 12 * batch * tokens + 20 * batch }),
})

/**
 * The gradient at x of what tokenSpans says of spans. spans, dspans [batch, tokens, 2]; lengths u32 [batch]; dx [batch, tokens, stride].
 * `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const tokenSpansGrad = defineKernel({
  name: 'token_spans_grad',
  buffers: { spans: 'read', dspans: 'read', lengths: 'read', dx: 'update' },
  params: { batch: 'u32', tokens: 'u32', stride: 'u32', accumulate: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 64),
  cost: ({ batch, tokens, stride }) => ({ flops: 9 * batch * tokens, bytes: 4 * batch * tokens * (4 + stride) }),
})

/**
 * The gradient at x of what tokenSpans says of logFrames. dlogFrames [batch, 4]; spans [batch, tokens, 2]; lengths u32 [batch];
 * dx [batch, tokens, stride]. `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const tokenSpansTotalGrad = defineKernel({
  name: 'token_spans_total_grad',
  buffers: { dlogFrames: 'read', spans: 'read', lengths: 'read', dx: 'write' },
  params: { batch: 'u32', tokens: 'u32', stride: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, tokens, stride }) => lanes(batch * tokens * stride, 64),
  cost: ({ batch, tokens, stride, accumulate }) => ({
    flops: batch * tokens * (1 + accumulate),
    bytes: 4 * batch * tokens * (2 + (1 + accumulate) * stride) + 20 * batch,
  }),
})
