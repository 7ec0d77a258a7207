import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[r] = scale · table[ids[r]] + positions[r mod length], row by row. ids [rows]; table [vocabulary, width]; positions [≥ length, width];
 * y [rows, width]; width a multiple of 4. Every id must be below the vocabulary's size.
 */
export const embedding = defineKernel({
  name: 'embedding',
  buffers: { ids: 'read', table: 'read', positions: 'read', y: 'write' },
  params: { rows: 'u32', length: 'u32', width: 'u32', scale: 'f32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 256),
  cost: ({ rows, length, width }) => ({ flops: 2 * rows * width, bytes: 8 * rows * width + 4 * length * width + 4 * rows }),
})

/** Adds scale · dy [rows, width] onto the rows of dTable [vocabulary, width] it belongs to; the other three are what `invertIds` returns. */
export const embeddingGrad = defineKernel({
  name: 'embedding_grad',
  buffers: { dy: 'read', uniqueIds: 'read', starts: 'read', order: 'read', dTable: 'update' },
  params: { rows: 'u32', width: 'u32', scale: 'f32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 256),
  // As if every id occurred once; the more they repeat, the less of the table is touched.
  cost: ({ rows, width }) => ({ flops: rows * width, bytes: 12 * rows * width + 12 * rows }),
})

/** Which rows hold which id: the rows of slot s are `order[starts[s]] … order[starts[s+1] - 1]`, and their id is `uniqueIds[s]`. */
export interface InvertedIds {
  /** [rows], ids in order of first appearance, then zeros. */
  readonly uniqueIds: Uint32Array<ArrayBuffer>
  /** [rows + 1], rising; slots past the last id are empty. */
  readonly starts: Uint32Array<ArrayBuffer>
  /** [rows], rising within a slot, then zeros. */
  readonly order: Uint32Array<ArrayBuffer>
}

/** Inverts ids [rows] for embeddingGrad. Rows whose id is `skip` (the `<pad>` id) are left out, so their gradient goes nowhere. */
export function invertIds(ids: Uint32Array, skip?: number): InvertedIds {
  const slotOf = new Map<number, number>()
  const uniqueIds = new Uint32Array(ids.length)
  const starts = new Uint32Array(ids.length + 1)
  for (const id of ids) {
    if (id === skip) continue
    let slot = slotOf.get(id)
    if (slot === undefined) {
      slot = slotOf.size
      slotOf.set(id, slot)
      uniqueIds[slot] = id
    }
    starts[slot + 1]! += 1
  }
  for (let slot = 0; slot < ids.length; slot++) starts[slot + 1]! += starts[slot]!

  const order = new Uint32Array(ids.length)
  const next = starts.slice()
  ids.forEach((id, row) => {
    const slot = slotOf.get(id)
    if (slot !== undefined) order[next[slot]!++] = row
  })
  return { uniqueIds, starts, order }
}
