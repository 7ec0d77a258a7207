import { defineKernel, lanes } from '../device/kernel.js'

/**
 * attention for one query a sample over cached keys and values: sample b sees rows j < lengths[b] + extra of its caches.
 * q [B, queryStride], of which the first D = heads·headWidth columns count; cache [B, capacity, 2D], a key and its value side by side;
 * y [B, D]; headWidth a multiple of 4 up to 192; lengths u32 [B]. Where `share` neighbouring samples see one cache, there are B / share caches and lengths.
 * A sample that sees nothing gets y = 0.
 */
export const attentionRow = defineKernel({
  name: 'attention_row',
  buffers: { q: 'read', cache: 'read', lengths: 'read', y: 'write' },
  params: { batch: 'u32', share: 'u32', capacity: 'u32', heads: 'u32', headWidth: 'u32', extra: 'u32', scale: 'f32', queryStride: 'u32' },
  constants: ({ headWidth }) => ({ HEAD: headWidth }),
  workgroups: ({ batch, heads }) => lanes(batch * heads, 1),
  // Of full caches: how much of them is visible the params do not say.
  cost: ({ batch, share, capacity, heads, headWidth }) => ({
    flops: 4 * batch * capacity * heads * headWidth,
    bytes: 8 * batch * (capacity / share + 1) * heads * headWidth,
  }),
})
