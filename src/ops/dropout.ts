import { elements, type Tensor } from '../device/memory.js'
import { dropout as dropoutKernel } from '../kernels/dropout.js'
import type { Graph } from './graph.js'

/** In training, sets a share `rate` of x to 0 and scales the rest by 1/(1-rate). Elsewhere, and at rate 0, x itself. */
export function dropout(g: Graph, x: Tensor, rate: number): Tensor {
  if (!g.training || rate === 0) return x
  const drops = { seed: g.training.seed, stream: g.nextStream(), rate }
  const y = dropped(g, x, drops)
  // Dropout is linear and its mask a function of stream and seed alone, so the way back is the same kernel.
  g.onBackward(y, [x], (dy) => {
    g.addGrad(x, (dx) => recordDropout(g, dy, dx, drops))
  })
  return y
}

/** What decides which elements are dropped: the step's seed u32 [4] and the place in the model; and the share that is. */
export interface Drops {
  readonly seed: Tensor
  readonly stream: number
  readonly rate: number
}

/** x with a share of its elements dropped: the same ones for the same `drops`. */
export function dropped(g: Graph, x: Tensor, drops: Drops): Tensor {
  const y = g.tensor('dropped', x.shape)
  recordDropout(g, x, y, drops)
  return y
}

const recordDropout = (g: Graph, x: Tensor, y: Tensor, { seed, stream, rate }: Drops): void =>
  g.recorder.run(dropoutKernel, { x, seed, y }, { n: elements(x.shape), stream, rate })
