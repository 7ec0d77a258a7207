import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { columnSum } from '../kernels/column_sum.js'
import { GATE_KINDS, headGateGrad, headGate as headGateKernel } from '../kernels/head_gate.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

/**
 * How a gate opens: `clamp`, the trained number between 0 and 1, its gradient as if it were not clamped; or `tanh` of it. At 0 it is shut: the
 * result then has the bits of a.
 */
export type GateKind = (typeof GATE_KINDS)[number]

/** y = a + open(gate[head])·b for each head, of a and b [..., heads · head width]; gate [heads]. */
export function headGate(g: Graph, a: Tensor, b: Tensor, gate: Parameter, { heads, kind }: { heads: number; kind: GateKind }): Tensor {
  const width = a.shape.at(-1)!
  const headWidth = width / heads
  if (a.shape.join() !== b.shape.join() || headWidth % 4 !== 0 || gate.value.shape[0] !== Math.ceil(heads / 4) * 4)
    throw bug(gate.name, `wanted a gate for each of ${heads} heads of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`)
  const n = elements(a.shape)
  const params = { heads, headWidth, kind: GATE_KINDS.indexOf(kind) }
  const y = g.tensor('y', a.shape)
  g.recorder.run(headGateKernel, { a, b, gate: f32Value(gate), y }, { n, ...params })

  g.onBackward(y, [a, b, gate], (dy) => {
    if (g.requiresGrad(b) || g.requiresGrad(gate)) {
      const rows = n / width
      const shares = gate.value.shape[0]!
      const share = g.tensor('share', [rows, shares])
      const atBranch = (db: Tensor) => g.recorder.run(headGateGrad, { dy, b, gate: gate.value, db, share }, { rows, shares, ...params })
      if (g.requiresGrad(b)) g.addGrad(b, atBranch)
      else atBranch(g.tensor('unwanted', b.shape))
      if (g.requiresGrad(gate)) g.recorder.run(columnSum, { x: share, sum: g.gradOf(gate) }, { rows, cols: shares })
    }
    // Last, for from here on others may add onto dy.
    g.shareGrad([a], dy)
  })
  return y
}
