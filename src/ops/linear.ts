import { elements, type Tensor } from '../device/memory.js'
import { linearActivation, linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import { linearRow } from '../kernels/linear_row.js'
import { dropped } from './dropout.js'
import type { Graph } from './graph.js'
import type { Parameter } from './parameter.js'

// Below this many rows a tile of 8 would mostly compute rows that are not there.
const FEW_ROWS = 2

/** What becomes of a layer's sums before they are stored: y = residual + drop(relu(x·wᵀ + b)), in one kernel. */
export interface LinearFinish {
  /** Only other linear layers may then read y: they take its slope back through the ReLU. */
  readonly relu?: boolean
  /** Share of the outputs that training drops. */
  readonly dropout?: number
  /** As large as y; not together with `relu`. */
  readonly residual?: Tensor
}

/** y [..., outputs] = residual + drop(relu(x [..., inputs] · wᵀ + b)), each as far as asked for. w [outputs, inputs]. */
export function linear(
  g: Graph,
  x: Tensor,
  w: Parameter,
  b?: Parameter,
  { relu = false, dropout = 0, residual }: LinearFinish = {},
): Tensor {
  const [cols, inner] = w.value.shape as [number, number]
  const size = { rows: elements(x.shape) / inner, inner, cols }
  const hasBias = b ? 1 : 0
  const activation = relu ? linearActivation.relu : linearActivation.none
  const params = { ...size, hasBias, activation, hasResidual: residual ? 1 : 0 }
  const drops = g.training && dropout > 0 ? { seed: g.training.seed, site: g.nextSite(), rate: dropout } : undefined
  const y = g.tensor('y', [...x.shape.slice(0, -1), cols])
  // What is not there still wants a tensor for its binding; the kernel does not read it.
  const given = { x, w: w.value, b: (b ?? w).value, residual: residual ?? w.value, y }
  if (size.rows <= FEW_ROWS && !drops) g.recorder.run(linearRow, given, params)
  else
    g.recorder.run(linearKernel, { ...given, seed: drops?.seed ?? w.value }, { ...params, site: drops?.site ?? 0, rate: drops?.rate ?? 0 })

  if (relu) g.gate(y, drops?.rate ?? 0)
  g.onBackward(y, (dy) => {
    // Through a ReLU and the dropout behind it the slope has come already.
    const ds = drops && !relu ? dropped(g, dy, drops) : dy
    const db = b ? g.slopeOf(b) : g.training!.spare
    g.recorder.run(linearWeightGrad, { x, dy: ds, dw: g.slopeOf(w), db }, { ...size, hasBias })
    const gate = g.gateOf(x)
    const way = { ...size, gated: gate === undefined ? 0 : 1, rate: gate ?? 0 }
    const tensors = { dy: ds, w: w.value, x: gate === undefined ? ds : x }
    g.addGatedSlope(
      x,
      (dx) => g.recorder.run(linearGrad, { ...tensors, dx }, { ...way, accumulate: 0 }),
      (dx) => g.recorder.run(linearGrad, { ...tensors, dx }, { ...way, accumulate: 1 }),
    )
    // Last, for from here on others may add onto dy.
    if (residual) g.shareSlope([residual], dy)
  })
  return y
}
