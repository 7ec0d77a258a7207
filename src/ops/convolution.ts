import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { linearActivation } from '../kernels/linear.js'
import { imageShape, type WindowSteps, windowsAlong, windowsGrad, windows as windowsKernel, windowsShape } from '../kernels/windows.js'
import type { Graph } from './graph.js'
import { type LinearFinish, productsWith, recordWeightGrad } from './linear.js'
import { f32Value, type Parameter, padded } from './parameter.js'

/** How kernels go over images, for whoever makes layers of this. */
export { type WindowSteps, windowsAlong } from '../kernels/windows.js'

export interface ConvolutionWeights {
  /** [outputs, kernelHeight·kernelWidth·channels]: tap by tap, line by line, the channels of a tap side by side. */
  readonly weight: Parameter
  readonly bias?: Parameter | undefined
}

export interface ConvolutionSteps extends WindowSteps, Pick<LinearFinish, 'idleBias'> {
  /** Columns of x that count. */
  readonly channels: number
  /** Whether columns past a sample's length count, as ones; default they are not there. */
  readonly filled?: boolean
}

/**
 * A convolution of images x [B, H, W, stride], [B, H', W', outputs], or of signing [B, T, stride], [B, T', outputs]. lengths u32 [B]: columns, or frames, that count.
 * It is a product with the rows of its windows; those are as many times larger than x as a kernel has taps, so they are not kept for the way back but made again.
 */
export function convolution(g: Graph, x: Tensor, lengths: Tensor, { weight, bias }: ConvolutionWeights, steps: ConvolutionSteps): Tensor {
  const [batch, height, width, stride] = imageShape(x.shape)
  const { channels, kernelHeight, kernelWidth, step, edge, filled = false, idleBias } = steps
  const [down, across] = [windowsAlong(height, kernelHeight, steps), windowsAlong(width, kernelWidth, steps)]
  const [cols, inner] = weight.value.shape as [number, number]
  if (inner !== padded(kernelHeight * kernelWidth * channels))
    throw bug(weight.name, `wanted a number for each of ${kernelHeight} × ${kernelWidth} × ${channels} taps, got ${inner}`)
  const size = { rows: batch * down * across, inner, cols }
  const image = { batch, height, width, channels, stride, down, across, columns: inner }
  const params = { ...image, kernelHeight, kernelWidth, step, edge, filled: filled ? 1 : 0 }
  const products = productsWith(g, weight)
  const rowsOf = () => {
    const rows = g.tensor('windows', [size.rows, inner])
    g.recorder.run(windowsKernel, { x, lengths, y: rows }, params)
    return rows
  }

  const y = g.tensor('y', windowsShape(x.shape, [down, across], cols))
  // What is not there still wants a tensor for its binding; the kernel does not read it.
  const nothing = { residual: weight.value, seed: weight.value }
  const plain = { hasBias: bias ? 1 : 0, activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
  const given = { x: rowsOf(), w: products.w, b: bias ? f32Value(bias) : weight.value, ...nothing, y }
  g.recorder.run(products.linear, given, { ...size, ...plain })
  g.onBackward(y, [x, weight, bias], (dy) => {
    if ([weight, bias].some((one) => one && g.requiresGrad(one)))
      recordWeightGrad(g, products.weightGrad, { x: rowsOf(), dy }, weight, bias, { ...size, idleBias })
    if (!g.requiresGrad(x)) return
    const dRows = g.tensor('d windows', [size.rows, inner])
    g.recorder.run(products.grad, { dy, w: products.w, x: dy, dx: dRows }, { ...size, gated: 0, rate: 0, accumulate: 0 })
    g.addGrad(
      x,
      (dx) => g.recorder.run(windowsGrad, { dy: dRows, lengths, dx }, { ...params, accumulate: 0 }),
      (dx) => g.recorder.run(windowsGrad, { dy: dRows, lengths, dx }, { ...params, accumulate: 1 }),
    )
  })
  return y
}
