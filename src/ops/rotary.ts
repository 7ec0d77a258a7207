import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { rotary as rotaryKernel } from '../kernels/rotary.js'
import type { Graph } from './graph.js'

/**
 * Queries, keys and values side by side, qkv [B, T, 3D], with queries and keys turned by their places 0 … T-1 along the angles in `table`
 * [places ≥ T, D / heads], as rotaryTable makes it.
 */
export function rotary(g: Graph, qkv: Tensor, table: Tensor, heads: number): Tensor {
  const [, length, stride] = qkv.shape as [number, number, number]
  const headWidth = stride / 3 / heads
  if (table.shape[0]! < length || table.shape[1] !== headWidth)
    throw bug(qkv.name, `wanted angles of ${length} places and heads of ${headWidth}, got [${table.shape.join(', ')}]`)
  const params = { rows: elements(qkv.shape) / stride, length, stride, headWidth, turnedHeads: 2 * heads }
  const y = g.tensor('turned', qkv.shape)
  g.recorder.run(rotaryKernel, { x: qkv, table, y }, { ...params, back: 0 })
  g.onBackward(y, [qkv], (dy) => {
    g.addGrad(qkv, (dx) => g.recorder.run(rotaryKernel, { x: dy, table, y: dx }, { ...params, back: 1 }))
  })
  return y
}
