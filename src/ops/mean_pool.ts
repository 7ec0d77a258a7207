import { elements, type Tensor } from '../device/memory.js'
import { meanPoolGrad, meanPool as meanPoolKernel } from '../kernels/mean_pool.js'
import type { Graph } from './graph.js'

/** `[B, 1, D]`: the mean of the first lengths[b] rows of x [B, U, D], or pixels of images [B, H, W, D]. */
export function meanPool(g: Graph, x: Tensor, lengths: Tensor): Tensor {
  const [batch, width] = [x.shape[0]!, x.shape.at(-1)!]
  const length = elements(x.shape) / batch / width
  const params = { batch, length, width }
  const y = g.tensor('y', [batch, 1, width])
  g.recorder.run(meanPoolKernel, { x, lengths, y }, params)
  g.onBackward(y, [x], (dy) => {
    g.addGrad(
      x,
      (dx) => g.recorder.run(meanPoolGrad, { dy, lengths, dx }, { ...params, accumulate: 0 }),
      (dx) => g.recorder.run(meanPoolGrad, { dy, lengths, dx }, { ...params, accumulate: 1 }),
    )
  })
  return y
}
