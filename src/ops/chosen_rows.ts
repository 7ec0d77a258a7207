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

/** Row at[b] of each sequence of x [B, T, D], or the only one of x [B, D], at row place + b of the table: [rows, D]. */
export const chosenRows = (g: Graph, x: Tensor, places: RowPlaces): Tensor => putRows(g, x, places, places.table.shape[0]!)

/** Row at[b] u32 [B] of each sequence of x [B, T, D]: [B, D]. `none` u32 [1] is 0. */
export const rowOfEach = (g: Graph, x: Tensor, { at, none }: { readonly at: Tensor; readonly none: Tensor }): Tensor =>
  // All rows are put: of the table nothing is read.
  putRows(g, x, { at, place: none, table: x }, x.shape[0]!)

function putRows(g: Graph, x: Tensor, { at, place, table }: RowPlaces, rows: number): Tensor {
  const [batch, length, width] = [x.shape[0]!, x.shape.length > 2 ? x.shape[1]! : 1, x.shape.at(-1)!]
  const y = g.tensor('y', [rows, width])
  g.recorder.run(chosenRowsKernel, { x, at, place, table, y }, { batch, length, rows, width })
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
