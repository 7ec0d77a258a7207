import { elements, type Tensor } from '../device/memory.js'
import { geluGrad, gelu as geluKernel } from '../kernels/gelu.js'
import { geluErf, geluErfGrad } from '../kernels/gelu_erf.js'
import type { Graph } from './graph.js'

const forms = { tanh: { kernel: geluKernel, grad: geluGrad }, erf: { kernel: geluErf, grad: geluErfGrad } }

/** Which function: x·Φ(x) itself, `erf`, as PyTorch's default has it, or the `tanh` form close to it. */
export type GeluForm = keyof typeof forms

/** The smooth nonlinearity of the feed-forward block, element by element; the other, ReLU, is part of `linear`. */
export function gelu(g: Graph, x: Tensor, form: GeluForm = 'tanh'): Tensor {
  const n = elements(x.shape)
  const { kernel, grad } = forms[form]
  const y = g.tensor('y', x.shape)
  g.recorder.run(kernel, { x, y }, { n })
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => g.recorder.run(grad, { x, dy, dx }, { n }))
  })
  return y
}
