import type { Tensor } from '../device/memory.js'
import { chosenRowsGrad, chosenRows as chosenRowsKernel } from '../kernels/chosen_rows.js'
import type { Graph } from './graph.js'

/** Where the rows that are taken lie, and where they go. */
export interface RowPlaces {
  /** u32 [B]: which row of each sequence. */
  readonly at: Tensor
  /** u32 [1]: the first of the rows that they become. */
  readonly place: Tensor
  /** [rows, D]: what the other rows are. Nothing goes back to it. */
  readonly table: Tensor
}

/** Row at[b] of each sequence of x [B, T, D] at row place + b of the table: [rows, D]. */
export function chosenRows(g: Graph, x: Tensor, { at, place, table }: RowPlaces): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const y = g.tensor('y', table.shape)
  g.recorder.run(chosenRowsKernel, { x, at, place, table, y }, { batch, length, rows: table.shape[0]!, width })
  g.onBackward(y, [x], (dy) => {
    const params = { batch, length, width }
    g.addGrad(
      x,
      (dx) => g.recorder.run(chosenRowsGrad, { dy, at, place, dx }, { ...params, accumulate: 0 }),
      (dx) => g.recorder.run(chosenRowsGrad, { dy, at, place, dx }, { ...params, accumulate: 1 }),
    )
  })
  return y
}

/** Row at[b] u32 [B] of each sequence of x [B, T, D], for whoever looks at them: [B, D]. Nothing goes back. `none` u32 [1] is 0. */
export function rowOfEach(g: Graph, x: Tensor, { at, none }: { readonly at: Tensor; readonly none: Tensor }): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const y = g.tensor('y', [batch, width])
  // All rows are put: of the table nothing is read.
  g.recorder.run(chosenRowsKernel, { x, at, place: none, table: x, y }, { batch, length, rows: batch, width })
  return y
}
