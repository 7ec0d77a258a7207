import { defineKernel, lanes } from '../device/kernel.js'

/**
 * As `attentionRow`, over the keys and values of a prefix and, behind them, those of the sentence so far: sample b sees the first prefixLengths[⌊b/share⌋] rows
 * of its prefix and rows j < lengths[b] + extra of its cache. prefix [B / share, prefixRows, 2D], cache [B, capacity, 2D], a key and its value side by side;
 * lengths u32.
 */
export const prefixAttentionRow = defineKernel({
  name: 'prefix_attention_row',
  buffers: { q: 'read', prefix: 'read', prefixLengths: 'read', cache: 'read', lengths: 'read', y: 'write' },
  params: {
    ...{ batch: 'u32', share: 'u32', prefixRows: 'u32', capacity: 'u32', heads: 'u32', headWidth: 'u32' },
    ...{ extra: 'u32', scale: 'f32', queryStride: 'u32' },
  },
  constants: ({ headWidth }) => ({ HEAD: headWidth }),
  workgroups: ({ batch, heads }) => lanes(batch * heads, 1),
  // Of full prefixes and caches: how much of them is visible the params do not say.
  cost: ({ batch, share, prefixRows, capacity, heads, headWidth }) => ({
    flops: 4 * batch * (prefixRows + capacity) * heads * headWidth,
    bytes: 8 * batch * (prefixRows / share + capacity + 1) * heads * headWidth,
  }),
})
