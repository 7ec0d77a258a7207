import { elements, type Tensor } from '../device/memory.js'
import { unitRowsGrad, unitRows as unitRowsKernel } from '../kernels/unit_rows.js'
import type { Graph } from './graph.js'

/** A row's direction, and how long it was. */
export interface UnitRows {
  /** [..., D], rows of length 1; of zeros where they were. */
  readonly unit: Tensor
  /** [rows] */
  readonly norm: Tensor
}

const sizeOf = ({ shape }: Tensor) => ({ rows: elements(shape) / shape.at(-1)!, width: shape.at(-1)! })

/** Every row of x [..., D] divided by its length, without a way back; D a multiple of 4. */
export function directions(g: Graph, x: Tensor): UnitRows {
  const [unit, norm] = [g.tensor('unit', x.shape), g.tensor('norm', [sizeOf(x).rows])]
  g.recorder.run(unitRowsKernel, { x, y: unit, norm }, sizeOf(x))
  return { unit, norm }
}

/** Records the gradient before `directions` from that after it: adds onto dx, or replaces it. It is 0 where a row was shorter than 1e-12. */
export const recordDirectionsGrad = (g: Graph, { unit, norm }: UnitRows, dy: Tensor, dx: Tensor, accumulate: boolean): void =>
  g.recorder.run(unitRowsGrad, { y: unit, norm, dy, dx }, { ...sizeOf(unit), accumulate: accumulate ? 1 : 0 })

/** Every row of x [..., D] divided by its length, or by 1e-12 where that is more; D a multiple of 4. */
export function unitRows(g: Graph, x: Tensor): Tensor {
  const made = directions(g, x)
  g.onBackward(made.unit, [x], (dy) => {
    g.addGrad(
      x,
      (dx) => recordDirectionsGrad(g, made, dy, dx, false),
      (dx) => recordDirectionsGrad(g, made, dy, dx, true),
    )
  })
  return made.unit
}
