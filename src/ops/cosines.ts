import { elements, type Tensor } from '../device/memory.js'
import { fillWhole } from '../kernels/fill.js'
import { linearActivation, linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'
import { directions, recordDirectionsGrad, type UnitRows, unitRows } from './unit_rows.js'

/**
 * `[..., N]`: the cosine of every row of x [..., D] with every one of `vectors` [N, D]; 0 with a vector of zeros, which training leaves at 0.
 * Products are of float32 in any precision: a temperature of 0.01 makes a hundredfold of their roundings.
 */
export function cosines(g: Graph, x: Tensor, vectors: Parameter): Tensor {
  const rows = unitRows(g, x)
  const { unit, norm } = directions(g, f32Value(vectors))
  const [cols, inner] = unit.shape as [number, number]
  const size = { rows: elements(x.shape) / inner, inner, cols }
  const s = g.tensor('cosines', [...x.shape.slice(0, -1), cols])
  // What is not there still wants a tensor for its binding.
  const nothing = { b: unit, residual: unit, seed: unit }
  const plain = { hasBias: 0, activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
  g.recorder.run(linearKernel, { x: rows, w: unit, ...nothing, y: s }, { ...size, ...plain })
  g.onBackward(s, [rows, vectors], (ds) => {
    if (g.requiresGrad(vectors)) recordVectorsGrad(g, { x: rows, ds }, vectors, { unit, norm }, size)
    const through = (dx: Tensor, accumulate: number) =>
      g.recorder.run(linearGrad, { dy: ds, w: unit, x: ds, dx }, { ...size, gated: 0, rate: 0, accumulate })
    g.addGrad(
      rows,
      (dx) => through(dx, 0),
      (dx) => through(dx, 1),
    )
  })
  return s
}

function recordVectorsGrad(
  g: Graph,
  { x, ds }: { readonly x: Tensor; readonly ds: Tensor },
  vectors: Parameter,
  made: UnitRows,
  size: { readonly rows: number; readonly inner: number; readonly cols: number },
): void {
  const dUnit = g.tensor('d unit', made.unit.shape)
  // The gradient of weights is added onto what is there.
  g.recorder.run(fillWhole, { y: dUnit }, { n: elements(dUnit.shape), value: 0 })
  g.recorder.run(linearWeightGrad, { x, dy: ds, dw: dUnit, db: g.training!.dummy }, { ...size, hasBias: 0 })
  recordDirectionsGrad(g, made, dUnit, g.gradOf(vectors), true)
}
