// The plain-loop twin of shaders/beam_reorder.wgsl. Slow on purpose: nothing here may be clever.

/** y [rows, capacity, width] with the first lengths[r] places of each row taken from its parent beam's row of x. */
export function beamReorder(
  x: Float64Array,
  parent: Uint32Array,
  lengths: Uint32Array,
  y: Float64Array,
  { rows, beams, capacity, width }: { rows: number; beams: number; capacity: number; width: number },
): Float64Array {
  const out = y.slice()
  for (let r = 0; r < rows; r++) {
    const from = Math.floor(r / beams) * beams + parent[r]!
    for (let s = 0; s < Math.min(lengths[r]!, capacity); s++)
      for (let c = 0; c < width; c++) out[(r * capacity + s) * width + c] = x[(from * capacity + s) * width + c]!
  }
  return out
}
