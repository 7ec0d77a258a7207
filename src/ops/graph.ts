// Recording a model forward and, from what each op leaves behind, its way back. The tape lives only while recording.

import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { add } from '../kernels/add.js'
import type { Parameter } from './parameter.js'

/** The gradient of the loss at one or several tensors: a residual sum hands one gradient to both its inputs. */
interface Grad {
  readonly tensor: Tensor
  owners: number
}

export interface GraphOptions {
  /** Training: ops leave their backward behind, and dropout drops. */
  readonly training?: {
    /** u32 [4]: changes each step; dropout and noise draw from it. */
    readonly seed: Tensor
    /** f32 [4]: what a kernel with an unused output slot is given. */
    readonly dummy: Tensor
    /** f32 [8]: what the loss is multiplied by before the way back, where products are of halves; the kernel loss_scale_update keeps it. */
    readonly scaling?: Tensor | undefined
    /** Goes ahead of a pass that makes the same numbers again: running statistics stay as they are. */
    readonly rehearsal?: boolean
  }
}

/** A recording in progress. */
export class Graph {
  readonly recorder: Recorder
  readonly training: GraphOptions['training']
  readonly #tape: { path: string; record: () => void }[] = []
  readonly #grads = new Map<Tensor, Grad>()
  readonly #tracked = new Set<Tensor>()
  readonly #gates = new Map<Tensor, number>()
  #current: Grad | undefined
  #streams = 0

  constructor(recorder: Recorder, options: GraphOptions = {}) {
    this.recorder = recorder
    this.training = options.training
  }

  tensor(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    return this.recorder.tensor(name, shape, dtype)
  }

  /** A number no other random draw of this graph has. */
  nextStream(): number {
    return this.#streams++
  }

  /** The gradient tensor of a parameter. */
  gradOf(parameter: Parameter): Tensor {
    if (!parameter.grad) throw bug(parameter.name, 'wanted the gradient of a parameter that has none')
    return parameter.grad
  }

  /** Marks a tensor that no op made, such as a feed, as one whose gradient is wanted: `gradAt` has it once the way back is recorded. */
  requireGrad(x: Tensor): void {
    if (this.training) this.#tracked.add(x)
  }

  /** Whether the gradient at a tensor or a parameter is wanted: something that is trained stands behind it, or it was asked for. Never outside training. */
  requiresGrad(x: Tensor | Parameter): boolean {
    if (!this.training) return false
    return 'value' in x ? x.grad !== undefined : this.#tracked.has(x)
  }

  /** The gradient at a tensor that no op made, after `backward`; undefined where no loss depends on it or nobody wanted it. */
  gradAt(x: Tensor): Tensor | undefined {
    return this.#grads.get(x)?.tensor
  }

  /**
   * Leaves behind how to record the way back from `y` to the `inputs` it was made of. `record` gets the gradient at y; it is to record no dispatch
   * for an input whose gradient nobody wants. No-op where nobody wants that of any.
   */
  onBackward(y: Tensor, inputs: readonly (Tensor | Parameter | undefined)[], record: (dy: Tensor) => void): void {
    if (!inputs.some((input) => input && this.requiresGrad(input))) return
    this.#tracked.add(y)
    const { path } = this.recorder
    this.#tape.push({
      path,
      record: () => {
        const grad = this.#grads.get(y)
        if (!grad) return // nothing downstream used y
        this.#grads.delete(y)
        grad.owners--
        this.#current = grad
        record(grad.tensor)
        this.#current = undefined
      },
    })
  }

  /**
   * Says that y came out of a ReLU and then a dropout of `rate`. Both left 0 where no gradient passes, so whoever reads y can take its gradient
   * back through them while making it, and must.
   */
  gate(y: Tensor, rate: number): void {
    this.#gates.set(y, rate)
  }

  /** The rate x was gated with; undefined for tensors that were not. A gradient at x is to be 0 where x is 0, divided by 1 - rate elsewhere. */
  gateOf(x: Tensor): number | undefined {
    return this.#gates.get(x)
  }

  /**
   * Adds a contribution to the gradient at x: an op's on the way back, or a loss's, where that begins. `write` records a dispatch that fills
   * dx; `accumulate`, where the kernel can, one that adds onto dx. Does nothing for tensors whose gradient nobody wants.
   */
  addGrad(x: Tensor, write: (dx: Tensor) => void, accumulate?: (dx: Tensor) => void): void {
    if (this.requiresGrad(x)) this.#checkOpen(x)
    this.addGatedGrad(x, write, accumulate)
  }

  /** As addGrad, by an op that minds `gateOf(x)`. */
  addGatedGrad(x: Tensor, write: (dx: Tensor) => void, accumulate?: (dx: Tensor) => void): void {
    if (!this.requiresGrad(x)) return
    const existing = this.#grads.get(x)
    if (existing?.owners === 1 && accumulate) {
      accumulate(existing.tensor)
      return
    }
    const dx = this.tensor('grad', x.shape)
    write(dx)
    this.#grads.set(x, { tensor: existing ? this.#sum(existing, dx) : dx, owners: 1 })
  }

  /** The gradient at x is the very tensor `dy`, which others may share. */
  shareGrad(inputs: readonly Tensor[], dy: Tensor): void {
    const shared: Grad = this.#current?.tensor === dy ? this.#current : { tensor: dy, owners: 0 }
    for (const x of inputs) {
      if (!this.requiresGrad(x)) continue
      this.#checkOpen(x)
      const existing = this.#grads.get(x)
      if (existing) {
        this.#grads.set(x, { tensor: this.#sum(existing, dy), owners: 1 })
      } else {
        shared.owners++
        this.#grads.set(x, shared)
      }
    }
  }

  /** Records the way back, last op first. */
  backward(): void {
    this.recorder.scope('backward', () => {
      for (const { path, record } of this.#tape.reverse()) this.recorder.scope(path, record)
    })
  }

  #checkOpen(x: Tensor): void {
    if (this.#gates.has(x)) throw bug(x.name, 'what came out of a ReLU is for linear layers, which take its gradient back through it')
  }

  #sum(grad: Grad, more: Tensor): Tensor {
    const sum = this.tensor('grad', more.shape)
    this.recorder.run(add, { a: grad.tensor, b: more, y: sum }, { n: elements(more.shape) })
    grad.owners--
    return sum
  }
}
