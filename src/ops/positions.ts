import { elements, type Tensor } from '../device/memory.js'
import { addPositions as addPositionsKernel } from '../kernels/add_positions.js'
import type { Graph } from './graph.js'

/** x [rows, width] plus row at[r] of the table of positions. The table is fixed, so the gradient passes unchanged. */
export function addPositions(g: Graph, x: Tensor, table: Tensor, at: Tensor): Tensor {
  const width = x.shape.at(-1)!
  const y = g.tensor('y', x.shape)
  g.recorder.run(addPositionsKernel, { x, table, at, y }, { rows: elements(x.shape) / width, width })
  g.onBackward(y, (dy) => g.shareGrad([x], dy))
  return y
}

/**
 * The fixed table of positions [count, width]: sin on even columns, cos on odd ones, base 10 000 (Vaswani et al. 2017).
 * Computed on the host in float64, since WGSL promises sin() only to 2^-11.
 */
export function positionTable(count: number, width: number): Float32Array {
  const table = new Float32Array(count * width)
  for (let position = 0; position < count; position++) {
    for (let column = 0; column < width; column += 2) {
      const angle = position * Math.exp((-Math.log(10_000) * column) / width)
      table[position * width + column] = Math.sin(angle)
      if (column + 1 < width) table[position * width + column + 1] = Math.cos(angle)
    }
  }
  return table
}
