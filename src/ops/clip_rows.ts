import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { clipRowsGrad, clipRows as clipRowsKernel } from '../kernels/clip_rows.js'
import type { Graph } from './graph.js'

/**
 * [B, length, D]: the first row of every image, for the frames of B clips, which lie one behind the other in the images of `parts`, [N, tokens, D]
 * each; 0 at padding. lengths u32 [B]: frames of each clip. Images behind those of the last clip are padding.
 */
export function clipRows(g: Graph, parts: readonly Tensor[], lengths: Tensor, length: number): Tensor {
  const batch = lengths.shape[0]!
  const width = parts[0]?.shape.at(-1)
  if (width === undefined) throw bug('clip_rows', 'wanted images, got none')
  const y = g.tensor('y', [batch, length, width])
  let first = 0
  const placed = parts.map((x, i) => {
    const [images, tokens] = x.shape as [number, number, number]
    const shape = { batch, length, images, tokens, width, first }
    g.recorder.run(clipRowsKernel, { x, lengths, y }, { ...shape, keep: i === 0 ? 0 : 1 })
    first += images
    return { x, shape }
  })
  g.onBackward(y, parts, (dy) => {
    for (const { x, shape } of placed)
      g.addGrad(
        x,
        (dx) => g.recorder.run(clipRowsGrad, { dy, lengths, dx }, { ...shape, accumulate: 0 }),
        (dx) => g.recorder.run(clipRowsGrad, { dy, lengths, dx }, { ...shape, accumulate: 1 }),
      )
  })
  return y
}
