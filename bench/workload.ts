// What a bench file says: a kernel at a shape the model really uses. bench/run.ts does the rest.

import type { Access, AnyKernel, Cost, Kernel, ParamType, ParamValues } from '../src/device/kernel.js'

export interface Workload {
  readonly kernel: AnyKernel
  /** Which layer of which model has this shape. */
  readonly note: string
  readonly params: Readonly<Record<string, number>>
  /** Elements of each buffer, filled with noise; or its contents where noise would not do (ids, lengths). */
  readonly buffers: Readonly<Record<string, number | Float32Array | Uint32Array>>
  /** What these contents make it do: less than its params say where it skips padding. */
  readonly cost: Cost
}

/** A workload, its buffers and params typed from the kernel's declaration; `cost` where the params alone do not tell it. */
export function workload<B extends Record<string, Access>, P extends Record<string, ParamType>>(
  kernel: Kernel<B, P>,
  note: string,
  params: ParamValues<P>,
  buffers: { readonly [K in keyof B]: number | Float32Array | Uint32Array },
  cost = kernel.cost(params),
): Workload {
  return { kernel: kernel as unknown as AnyKernel, note, params, buffers, cost }
}
