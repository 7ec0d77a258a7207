import type { Tensor } from '../device/memory.js'
import { averagePoolGrad, averagePool as averagePoolKernel } from '../kernels/average_pool.js'
import type { Graph } from './graph.js'

export interface PooledClips {
  /** u32 [B]: rows of each clip. */
  readonly lengths: Tensor
  /** Rows past a clip's length count as any others. */
  readonly padded: boolean
}

/** [B, ⌈T/2⌉, D]: row i the mean of rows 2i-1, 2i and 2i+1 of x [B, T, D], those outside the clip counting as zeros. */
export function averagePool(g: Graph, x: Tensor, { lengths, padded }: PooledClips): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  const tokens = Math.ceil(length / 2)
  const params = { length, width, padded: padded ? 1 : 0 }
  const y = g.tensor('y', [batch, tokens, width])
  g.recorder.run(averagePoolKernel, { x, lengths, y }, { n: batch * tokens * width, ...params })
  g.onBackward(y, [x], (dy) => {
    const gradParams = { n: batch * length * width, ...params }
    g.addGrad(
      x,
      (dx) => g.recorder.run(averagePoolGrad, { dy, lengths, dx }, { ...gradParams, accumulate: 0 }),
      (dx) => g.recorder.run(averagePoolGrad, { dy, lengths, dx }, { ...gradParams, accumulate: 1 }),
    )
  })
  return y
}
