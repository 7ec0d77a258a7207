import { elements, type Tensor } from '../device/memory.js'
import { linearActivation, linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../kernels/linear_half.js'
import { linearRow } from '../kernels/linear_row.js'
import { dropped } from './dropout.js'
import type { Graph } from './graph.js'
import type { Parameter } from './parameter.js'

// Below this many rows a tile of 8 would mostly compute rows that are not there. Then weights are read once, and stay f32.
const FEW_ROWS = 2

/** What becomes of a layer's sums before they are stored: y = residual + drop(relu(x·wᵀ + b)), in one kernel. */
export interface LinearFinish {
  /** Only other linear layers may then read y: they take its gradient back through the ReLU. */
  readonly relu?: boolean
  /** Share of the outputs that training drops. */
  readonly dropout?: number
  /** As large as y; not together with `relu`. */
  readonly residual?: Tensor
}

const inFull = { linear: linearKernel, grad: linearGrad, weightGrad: linearWeightGrad }

/** y [..., outputs] = residual + drop(relu(x [..., inputs] · wᵀ + b)), each as far as asked for. w [outputs, inputs]; in training its copy in halves, where it has one. */
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
  const drops = g.training && dropout > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropout } : undefined
  const y = g.tensor('y', [...x.shape.slice(0, -1), cols])
  // What is not there still wants a tensor for its binding; the kernel does not read it.
  const given = { x, w: w.value, b: (b ?? w).value, residual: residual ?? w.value, y }
  const finish = { ...params, stream: drops?.stream ?? 0, rate: drops?.rate ?? 0 }
  const few = size.rows <= FEW_ROWS && !drops
  const half = g.training && !few ? w.half : undefined
  const products = half
    ? { linear: linearHalf, grad: linearHalfGrad, weightGrad: linearHalfWeightGrad, w: half }
    : { ...inFull, w: w.value }
  if (few) g.recorder.run(linearRow, given, params)
  else g.recorder.run(products.linear, { ...given, w: products.w, seed: drops?.seed ?? w.value }, finish)

  if (relu) g.gate(y, drops?.rate ?? 0)
  g.onBackward(y, (dy) => {
    // Through a ReLU and the dropout behind it the gradient has come already.
    const ds = drops && !relu ? dropped(g, dy, drops) : dy
    const db = b ? g.gradOf(b) : g.training!.dummy
    g.recorder.run(products.weightGrad, { x, dy: ds, dw: g.gradOf(w), db }, { ...size, hasBias })
    const gate = g.gateOf(x)
    const gradParams = { ...size, gated: gate === undefined ? 0 : 1, rate: gate ?? 0 }
    const tensors = { dy: ds, w: products.w, x: gate === undefined ? ds : x }
    g.addGatedGrad(
      x,
      (dx) => g.recorder.run(products.grad, { ...tensors, dx }, { ...gradParams, accumulate: 0 }),
      (dx) => g.recorder.run(products.grad, { ...tensors, dx }, { ...gradParams, accumulate: 1 }),
    )
    // Last, for from here on others may add onto dy.
    if (residual) g.shareGrad([residual], dy)
  })
  return y
}
