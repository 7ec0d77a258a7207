// Kernels that do nothing but go through memory in one pattern, or multiply and add. Each pattern has several variants: which of them is the
// fastest depends on the adapter.

import { type Access, type Constants, defineKernel, type Kernel, lanes } from '../device/kernel.js'
import type { Pattern } from './traffic.js'

const WORKGROUP = 64
const FLOPS_A_LANE = 16 * 1024
/** Numbers of each array. */
const SIZE = { n: 'u32' } as const
export type CeilingKernel = Kernel<Readonly<Record<string, Access>>, typeof SIZE>
/** Arrays of a multiple of so many bytes have no rest in any variant. */
export const WHOLE = 16 * 256 * 64

/** Lanes and vectors of four a lane: the first for GPUs, the last for software drivers, which pay for every lane they start. */
const streaming = [variant(WORKGROUP, 1), variant(WORKGROUP, 4), variant(WORKGROUP, 16), variant(8, 128)]
/** As {@link streaming}, of the copy that changes in place. */
const updating = streaming.map((constants) => ({ ...constants, UPDATE: 1 }))
const reading = [variant(WORKGROUP, 16), variant(256, 64), variant(8, 256), variant(WORKGROUP, 64, { OWN: 1 }), variant(8, 256, { OWN: 1 })]

/** Each pattern's variants; all buffers have one size. */
export const memoryKernels: Readonly<Record<Pattern, readonly CeilingKernel[]>> = {
  read: inVariants('read', { x: 'read', y: 'write' }, 1, reading),
  merge: inVariants('merge', { a: 'read', b: 'read', y: 'write' }, 3, streaming, 'add'),
  copy: inVariants('copy', { x: 'read', y: 'write' }, 2, streaming),
  update: inVariants('update', { x: 'read', y: 'update' }, 3, updating, 'ceilings/copy'),
  updates: inVariants('updates', { x: 'read', a: 'update', b: 'update', c: 'update' }, 7, streaming),
}

/** A copy in its plainest variant. */
export const plainCopy = memoryKernels.copy[0]!

export const multiplyAdd: CeilingKernel = defineKernel({
  name: 'ceilings/multiply_add',
  buffers: { x: 'read', y: 'write' },
  params: SIZE,
  workgroups: ({ n }) => lanes(n / 4, WORKGROUP),
  cost: ({ n }) => ({ flops: (FLOPS_A_LANE * n) / 4, bytes: 8 * n }),
})

function variant(workgroup: number, each: number, more: Constants = {}): Constants {
  return { WG: workgroup, EACH: each, ...more }
}

/** `crossings`: how often a byte of one array crosses memory, over all arrays. `file`: the text it is compiled from. */
function inVariants(
  pattern: Pattern,
  buffers: Readonly<Record<string, Access>>,
  crossings: number,
  variants: readonly Constants[],
  file = `ceilings/${pattern}`,
): CeilingKernel[] {
  return variants.map((constants) =>
    defineKernel({
      name: `ceilings/${pattern}`,
      text: { file },
      buffers,
      params: SIZE,
      workgroups: ({ n }) => lanes(Math.ceil(n / 4 / constants.EACH!), constants.WG!),
      constants: () => constants,
      cost: ({ n }) => ({ flops: 0, bytes: crossings * 4 * n }),
    }),
  )
}
