import type { Tensor } from '../device/memory.js'
import { add } from '../kernels/add.js'
import type { Graph } from './graph.js'
import type { Parameter } from './parameter.js'

/** Memory [width] for a sum that nobody reads. Kernels add onto it, so something must have been written there: twice `filler`, a vector. */
export function unwanted(g: Graph, filler: Parameter, width: number): Tensor {
  const y = g.tensor('unwanted', [width])
  g.recorder.run(add, { a: filler.value, b: filler.value, y }, { n: width })
  return y
}
