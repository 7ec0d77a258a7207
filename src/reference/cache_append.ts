// The plain-loop twin of shaders/cache_append.wgsl, in float64. Slow on purpose: nothing here may be clever.

/** A copy of cache [B, capacity, width] with cache[b, lengths[b], :] = x[b, :] where lengths[b] < capacity. */
export function cacheAppend(
  x: Float64Array,
  lengths: Uint32Array,
  cache: Float64Array,
  { batch, capacity, width }: { readonly batch: number; readonly capacity: number; readonly width: number },
): Float64Array {
  const out = cache.slice()
  for (let b = 0; b < batch; b++) {
    const row = lengths[b]!
    if (row >= capacity) continue
    for (let c = 0; c < width; c++) out[(b * capacity + row) * width + c] = x[b * width + c]!
  }
  return out
}
