import type { Tensor } from '../device/memory.js'
import { maxPoolGrad, maxPool as maxPoolKernel } from '../kernels/max_pool.js'
import { imageShape, type WindowSteps, windowsAlong, windowsShape } from '../kernels/windows.js'
import type { Graph } from './graph.js'

/**
 * The largest number of each window of x [B, H, W, C] behind a ReLU, [B, H', W', C], or of signing [B, T, C], [B, T', C]. lengths u32 [B]: columns that count; a sample has as many windows
 * across as they give, and 0 behind them.
 */
export function maxPool(g: Graph, x: Tensor, lengths: Tensor, steps: WindowSteps): Tensor {
  const [batch, height, width, channels] = imageShape(x.shape)
  const { kernelHeight, kernelWidth, step, edge } = steps
  const [down, across] = [windowsAlong(height, kernelHeight, steps), windowsAlong(width, kernelWidth, steps)]
  const params = { batch, height, width, channels, down, across, kernelHeight, kernelWidth, step, edge }
  const y = g.tensor('y', windowsShape(x.shape, [down, across], channels))
  const places = g.tensor('places', y.shape, 'u32')
  g.recorder.run(maxPoolKernel, { x, lengths, y, places }, params)
  g.onBackward(y, [x], (dy) => {
    g.addGrad(
      x,
      (dx) => g.recorder.run(maxPoolGrad, { dy, places, lengths, dx }, { ...params, accumulate: 0 }),
      (dx) => g.recorder.run(maxPoolGrad, { dy, places, lengths, dx }, { ...params, accumulate: 1 }),
    )
  })
  return y
}
