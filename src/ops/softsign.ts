import { elements, type Tensor } from '../device/memory.js'
import { softsignGrad, softsign as softsignKernel } from '../kernels/softsign.js'
import type { Graph } from './graph.js'

/** x / (1 + |x|), element by element. */
export function softsign(g: Graph, x: Tensor): Tensor {
  const n = elements(x.shape)
  const y = g.tensor('y', x.shape)
  g.recorder.run(softsignKernel, { x, y }, { n })
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => g.recorder.run(softsignGrad, { x, dy, dx }, { n }))
  })
  return y
}
