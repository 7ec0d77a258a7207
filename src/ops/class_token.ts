import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { classTokenGrad, classToken as classTokenKernel, classTokenWeightGrad } from '../kernels/class_token.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'
import { unwanted } from './unwanted.js'

/**
 * [N, 1 + P, D]: a learned row [D] before the rows of every image x [N, P, D], and a position's row added to each. positions [≥ 1 + P, D]: a
 * parameter, or a table that is not trained.
 */
export function classToken(g: Graph, x: Tensor, token: Parameter, positions: Parameter | Tensor): Tensor {
  const [images, patches, width] = x.shape as [number, number, number]
  const tokens = patches + 1
  const table = 'value' in positions ? f32Value(positions) : positions
  if (table.shape[0]! < tokens) throw bug(table.name, `wanted a row for each of ${tokens} tokens, got ${table.shape[0]}`)
  if (!('value' in positions) && g.requiresGrad(positions)) throw bug(table.name, 'positions that are trained are a parameter')
  const y = g.tensor('y', [images, tokens, width])
  g.recorder.run(classTokenKernel, { x, token: f32Value(token), positions: table, y }, { images, patches, width })

  g.onBackward(y, [x, token, positions], (dy) => {
    const learned = 'value' in positions && g.requiresGrad(positions)
    if (learned || g.requiresGrad(token)) {
      const dtoken = g.requiresGrad(token) ? g.gradOf(token) : unwanted(g, token, width)
      const dpositions = learned ? g.gradOf(positions) : unwanted(g, { name: table.name, value: table }, elements(table.shape))
      g.recorder.run(classTokenWeightGrad, { dy, dtoken, dpositions }, { images, tokens, width })
    }
    const params = { images, patches, width }
    g.addGrad(
      x,
      (dx) => g.recorder.run(classTokenGrad, { dy, dx }, { ...params, accumulate: 0 }),
      (dx) => g.recorder.run(classTokenGrad, { dy, dx }, { ...params, accumulate: 1 }),
    )
  })
  return y
}
