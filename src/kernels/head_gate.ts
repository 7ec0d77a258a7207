import { defineKernel, elementwise, lanes } from '../device/kernel.js'

/** How far a gate is open, from the number that is trained: by its place among them the param `kind`. */
export const GATE_KINDS = ['clamp', 'tanh'] as const

/**
 * y = a + open(gate[head])·b, of a, b and y [rows, heads·headWidth], `n` numbers each; gate [heads]; headWidth a multiple of 4. open is the number
 * clamped to [0, 1] with kind 0, its tanh with kind 1.
 */
export const headGate = defineKernel({
  name: 'head_gate',
  buffers: { a: 'read', b: 'read', gate: 'read', y: 'write' },
  params: { n: 'u32', heads: 'u32', headWidth: 'u32', kind: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 2 * n, bytes: 12 * n }),
})

/**
 * db = open(gate[head])·dy, and share [rows, shares]: what each row adds to the gradient at each gate, with kind 0 as if nothing were clamped; 0
 * from `heads` on, shares being the next multiple of 4.
 */
export const headGateGrad = defineKernel({
  name: 'head_gate_grad',
  buffers: { dy: 'read', b: 'read', gate: 'read', db: 'write', share: 'write' },
  params: { rows: 'u32', heads: 'u32', headWidth: 'u32', shares: 'u32', kind: 'u32' },
  workgroups: ({ rows, shares }) => lanes(rows * shares, 64),
  cost: ({ rows, heads, headWidth, shares }) => ({
    flops: 3 * rows * heads * headWidth,
    bytes: 4 * rows * (3 * heads * headWidth + shares),
  }),
})
