import { elements, type Tensor } from '../device/memory.js'
import { headColumns as headColumnsKernel } from '../kernels/head_columns.js'
import type { Graph } from './graph.js'

/** x [..., heads of `from` columns] as [..., heads of `to`]: zeros are put behind each head's columns, or what is there is left out. */
export function headColumns(g: Graph, x: Tensor, from: number, to: number): Tensor {
  const heads = x.shape.at(-1)! / from
  const rows = elements(x.shape) / x.shape.at(-1)!
  const y = g.tensor('heads', [...x.shape.slice(0, -1), heads * to])
  g.recorder.run(headColumnsKernel, { x, y }, { rows, heads, columnsFrom: from, columnsTo: to, accumulate: 0 })
  g.onBackward(y, [x], (dy) => {
    const back = (accumulate: 0 | 1) => (dx: Tensor) =>
      g.recorder.run(headColumnsKernel, { x: dy, y: dx }, { rows, heads, columnsFrom: to, columnsTo: from, accumulate })
    g.addGrad(x, back(0), back(1))
  })
  return y
}
