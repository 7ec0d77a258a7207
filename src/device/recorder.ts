// Recording: the dispatches of a program in their order, before it has any memory.

import { bug } from '../base/errors.js'
import type { Access, AnyKernel, Cost, Kernel, ParamType, ParamValues } from './kernel.js'
import type { Tensor } from './memory.js'

/** One recorded dispatch. */
export interface Step {
  readonly label: string
  readonly kernel: AnyKernel
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly params: Readonly<Record<string, number>>
  readonly cost: Cost
}

/** Collects dispatches. Labels are paths, `decoder.1/cross/scores`, made by nested `scope`s. */
export class Recorder {
  readonly steps: Step[] = []
  readonly fed: Tensor[] = []
  readonly reported: Tensor[] = []
  readonly kept: Tensor[] = []
  /** Names of places between dispatches, with the index of the dispatch that follows. */
  readonly marks = new Map<string, number>()
  readonly #path: string[] = []

  /** A tensor some dispatch of this program fills. */
  tensor(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    return { name: this.label(name), shape, dtype }
  }

  /** A tensor the host writes before each run. */
  feed(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    const tensor = { name, shape, dtype }
    this.fed.push(tensor)
    return tensor
  }

  /** Asks for a tensor's contents after each run. */
  report(tensor: Tensor): void {
    this.reported.push(tensor)
  }

  /** Gives a tensor memory of its own that keeps its contents from run to run, and that other programs may be pointed at. */
  keep(tensor: Tensor): Tensor {
    this.kept.push(tensor)
    return tensor
  }

  /** Names the place between the dispatch before and the next one: a run may end there, and another go on from there. */
  mark(name: string): void {
    if (this.marks.has(name)) throw bug(name, 'a mark that is there already')
    this.marks.set(name, this.steps.length)
  }

  /** Runs `body` with `name` on the label path. */
  scope<T>(name: string, body: () => T): T {
    this.#path.push(name)
    try {
      return body()
    } finally {
      this.#path.pop()
    }
  }

  label(name: string): string {
    return [...this.#path, name].join('/')
  }

  /** The path as it stands, to be entered again with `scope` later. */
  get path(): string {
    return this.#path.join('/')
  }

  /** Appends a dispatch. Buffers and params are typed from the kernel's declaration. */
  run<B extends Record<string, Access>, P extends Record<string, ParamType>>(
    kernel: Kernel<B, P>,
    tensors: { readonly [K in keyof B]: Tensor },
    params: ParamValues<P>,
  ): void {
    this.steps.push({
      label: this.label(kernel.name),
      kernel: kernel as unknown as AnyKernel,
      tensors,
      params,
      cost: kernel.cost(params),
    })
  }
}

/** The tensor that a dispatch binds under a name of its kernel's. */
export function tensorNamed(step: Step, name: string): Tensor {
  const tensor = step.tensors[name]
  if (!tensor) throw bug(step.label, `no tensor for buffer ${name}`)
  return tensor
}
