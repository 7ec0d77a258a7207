import { elements, type Tensor } from '../device/memory.js'
import { linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import { linearRow } from '../kernels/linear_row.js'
import type { Graph } from './graph.js'
import type { Parameter } from './parameter.js'

// Below this many rows a tile of 8 would mostly compute rows that are not there.
const FEW_ROWS = 2

/** y [..., outputs] = x [..., inputs] · wᵀ + b. w [outputs, inputs]. */
export function linear(g: Graph, x: Tensor, w: Parameter, b?: Parameter): Tensor {
  const [cols, inner] = w.value.shape as [number, number]
  const rows = elements(x.shape) / inner
  const size = { rows, inner, cols }
  const hasBias = b ? 1 : 0
  const y = g.tensor('y', [...x.shape.slice(0, -1), cols])
  const kernel = rows <= FEW_ROWS ? linearRow : linearKernel
  // Without a bias its binding still wants a tensor; the kernel does not read it.
  g.recorder.run(kernel, { x, w: w.value, b: (b ?? w).value, y }, { ...size, hasBias })

  g.onBackward(y, (dy) => {
    const db = b ? g.slopeOf(b) : g.training!.spare
    g.recorder.run(linearWeightGrad, { x, dy, dw: g.slopeOf(w), db }, { ...size, hasBias })
    g.addSlope(
      x,
      (dx) => g.recorder.run(linearGrad, { dy, w: w.value, dx }, { ...size, accumulate: 0 }),
      (dx) => g.recorder.run(linearGrad, { dy, w: w.value, dx }, { ...size, accumulate: 1 }),
    )
  })
  return y
}
