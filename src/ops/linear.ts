import { elements, type Tensor } from '../device/memory.js'
import { columnSum } from '../kernels/column_sum.js'
import { fill } from '../kernels/fill.js'
import { linearActivation, linearGrad, linear as linearKernel, linearWeightGrad } from '../kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../kernels/linear_half.js'
import { linearRow } from '../kernels/linear_row.js'
import { linearStored, linearStoredGrad } from '../kernels/linear_stored.js'
import { dropped } from './dropout.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

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
  /**
   * Outputs whose bias moves nothing: batch norm takes it off again, softmax does off all scores of a query alike. Its gradient is 0 then, where
   * sums would leave rounding, and Adam makes steps of that.
   */
  readonly idleBias?: { readonly first: number; readonly count: number } | undefined
}

const inHalf = { linear: linearHalf, grad: linearHalfGrad, weightGrad: linearHalfWeightGrad }
const inFull = { linear: linearKernel, grad: linearGrad, weightGrad: linearWeightGrad }
const ofStored = { linear: linearStored, grad: linearStoredGrad, weightGrad: linearWeightGrad }

/**
 * The kernels of products with a layer's weights, and the weights as those read them: f32; as they are stored, in f16; or, in training with a
 * scaled loss, which products of halves want, halves either way, but for very `few` rows.
 */
export function productsWith(g: Graph, { value, half }: Parameter, few = false) {
  const scaled = g.training?.scaling !== undefined
  if (value.dtype === 'f16') return { ...(scaled ? inHalf : ofStored), w: value }
  return half && g.training && !few ? { ...inHalf, w: half } : { ...inFull, w: value }
}

/** y [..., outputs] = residual + drop(relu(x [..., inputs] · wᵀ + b)), each as far as asked for. w [outputs, inputs]: as it is stored, or in training its copy in halves, where it has one. */
export function linear(
  g: Graph,
  x: Tensor,
  w: Parameter,
  b?: Parameter,
  { relu = false, dropout = 0, residual, idleBias }: LinearFinish = {},
): Tensor {
  const [cols, inner] = w.value.shape as [number, number]
  const size = { rows: elements(x.shape) / inner, inner, cols }
  const hasBias = b ? 1 : 0
  const activation = relu ? linearActivation.relu : linearActivation.none
  const params = { ...size, hasBias, activation, hasResidual: residual ? 1 : 0 }
  const drops = g.training && dropout > 0 ? { seed: g.training.seed, stream: g.nextStream(), rate: dropout } : undefined
  const y = g.tensor('y', [...x.shape.slice(0, -1), cols])
  // What is not there still wants a tensor for its binding; the kernel does not read it.
  const given = { x, b: b ? f32Value(b) : w.value, residual: residual ?? w.value, y }
  const finish = { ...params, stream: drops?.stream ?? 0, rate: drops?.rate ?? 0 }
  const few = size.rows <= FEW_ROWS && !drops
  const products = productsWith(g, w, few)
  if (few && products.w.dtype === 'f32') g.recorder.run(linearRow, { ...given, w: products.w }, params)
  else g.recorder.run(products.linear, { ...given, w: products.w, seed: drops?.seed ?? w.value }, finish)

  if (relu) g.gate(y, drops?.rate ?? 0)
  g.onBackward(y, [x, w, b, residual], (dy) => {
    // Through a ReLU and the dropout behind it the gradient has come already.
    const behind = drops && !relu && [x, w, b].some((input) => input && g.requiresGrad(input)) ? drops : undefined
    const ds = behind ? dropped(g, dy, behind) : dy
    recordWeightGrad(g, products.weightGrad, { x, dy: ds }, w, b, { ...size, idleBias })
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

/** The gradients of weights and bias, as far as they are trained. */
export function recordWeightGrad(
  g: Graph,
  kernel: typeof linearWeightGrad,
  given: { readonly x: Tensor; readonly dy: Tensor },
  w: Parameter,
  b: Parameter | undefined,
  { idleBias, ...size }: { readonly rows: number; readonly inner: number; readonly cols: number } & Pick<LinearFinish, 'idleBias'>,
): void {
  // Gradients begin as zeros: one that is 0 throughout is left alone.
  const moves = !(idleBias && idleBias.count === size.cols)
  const db = b && moves && g.requiresGrad(b) ? g.gradOf(b) : undefined
  if (g.requiresGrad(w))
    g.recorder.run(kernel, { ...given, dw: g.gradOf(w), db: db ?? g.training!.dummy }, { ...size, hasBias: db ? 1 : 0 })
  else if (db) g.recorder.run(columnSum, { x: given.dy, sum: db }, { rows: size.rows, cols: size.cols })
  if (db && idleBias) g.recorder.run(fill, { y: db }, { first: idleBias.first, n: idleBias.count, value: 0 })
}
