// The plain-loop twin of shaders/vocabulary_embedding*.wgsl, in float64.

export interface EmbeddedShard {
  readonly width: number
  /** The id of the table's first row, and how many it has. */
  readonly first: number
  readonly count: number
  readonly scale: number
}

/** start [rows, width] + scale · table[ids[r] - first], where the id is of this shard. */
export function vocabularyEmbedding(ids: Uint32Array, table: Float64Array, start: Float64Array, shard: EmbeddedShard): Float64Array {
  const { width, first, count, scale } = shard
  return start.map((value, i) => {
    const own = ids[Math.floor(i / width)]! - first
    return own >= 0 && own < count ? value + scale * table[own * width + (i % width)]! : value
  })
}

/** dTable [count, width]: each row's gradients, `skip`'s left out, summed by id and scaled. */
export function vocabularyEmbeddingGrad(ids: Uint32Array, dy: Float64Array, skip: number, shard: EmbeddedShard): Float64Array {
  const { width, first, count, scale } = shard
  const dTable = new Float64Array(count * width)
  ids.forEach((id, r) => {
    const own = id - first
    if (id === skip || own < 0 || own >= count) return
    for (let c = 0; c < width; c++) dTable[own * width + c]! += scale * dy[r * width + c]!
  })
  return dTable
}
