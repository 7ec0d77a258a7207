// What ranks add up in each step: their gradients, in parts, while the GPU still makes the later ones; and running statistics, of which the mean
// is taken.

import { type Communicator, fromFirst } from '../../base/communicator.js'
import type { Gpu } from '../../device/gpu.js'
import { GPU_BUFFER } from '../../device/usage.js'
import type { ParameterSet } from '../../nn/parameter_set.js'
import type { StepProgram } from '../step_program.js'
import { gradientParts, type Part, readyAfter } from './gradient_parts.js'
import { RankSum } from './sum.js'

/** A part on its way: copied aside on the GPU, added up on the host, and written back. */
interface Carrier {
  readonly part: Part
  readonly buffers: readonly GPUBuffer[]
  readonly sum: RankSum
  readonly staging: GPUBuffer
  readonly factor: number
}

/** The sums of one group of parameters. */
export class RankSums {
  readonly #gpu: Gpu
  readonly #parts: readonly Part[]
  readonly #buffers: readonly GPUBuffer[]
  readonly #carriers: readonly Carrier[]
  /** Of running statistics, which are done with the last part of the gradients; there may be none. */
  readonly #running: Carrier | undefined
  readonly #ready = new WeakMap<StepProgram, readonly number[]>()

  private constructor(gpu: Gpu, communicator: Communicator, weights: ParameterSet, parts: readonly Part[]) {
    this.#gpu = gpu
    this.#parts = parts
    this.#buffers = weights.grads!.buffers
    const carrier = (part: Part, buffers: readonly GPUBuffer[], factor: number): Carrier => {
      const sum = new RankSum(communicator, part.reduce((bytes, range) => bytes + range.bytes, 0) / 4)
      const staging = gpu.createBuffer({ size: 4 * sum.length, usage: GPU_BUFFER.MAP_READ | GPU_BUFFER.COPY_DST })
      return { part, buffers, sum, staging, factor }
    }
    this.#carriers = parts.map((part) => carrier(part, this.#buffers, 1))
    const { part, buffers } = runningStatistics(weights)
    if (part.length > 0) this.#running = carrier(part, buffers, 1 / communicator.size)
  }

  /** Parts are those of the first rank's step: they must be the same on all. Throws ERR_RANKS where a rank is lost. */
  static async of(gpu: Gpu, communicator: Communicator, weights: ParameterSet, program: StepProgram, partBytes: number): Promise<RankSums> {
    const parts = await fromFirst(communicator, async () => gradientParts(passSteps(program), weights.grads!.buffers, partBytes))
    return new RankSums(gpu, communicator, weights, parts)
  }

  /** Where a pass is to be cut so that each part is sent as soon as it is done: numbers of dispatches, each once. */
  cutsOf(program: StepProgram): number[] {
    return [...new Set(this.#readyAfter(program))]
  }

  /** Submits the copies of the parts that are done where a pass was cut, and, at its end, of the running statistics. */
  copyAt(program: StepProgram, cut: number): void {
    const ready = this.#readyAfter(program)
    this.#copy(this.#carriers.filter((_, i) => ready[i] === cut))
  }

  /** Submits the copies of all parts, where there was no pass. */
  copyAll(): void {
    this.#copy(this.#carriers)
  }

  /** Submits the copies of the running statistics. */
  copyRunning(): void {
    if (this.#running) this.#copy([this.#running])
  }

  /** Adds up over the ranks what was copied, and writes it to where it came from. Throws ERR_RANKS where a rank is lost. */
  async add(): Promise<void> {
    const { queue } = this.#gpu.device
    const carriers = [...this.#carriers, ...(this.#running ? [this.#running] : [])]
    const arriving = carriers.map(({ staging }) => this.#gpu.map(staging, staging.size))
    // One that fails is told of in its turn.
    for (const one of arriving) one.catch(() => undefined)
    for (const [i, { part, buffers, sum, factor }] of carriers.entries()) {
      const total = await sum.of(new Float32Array(await arriving[i]!), factor)
      let at = 0
      for (const { buffer, offset, bytes } of part) {
        queue.writeBuffer(buffers[buffer]!, offset, total as Float32Array<ArrayBuffer>, at, bytes / 4)
        at += bytes / 4
      }
    }
  }

  destroy(): void {
    for (const { staging } of [...this.#carriers, ...(this.#running ? [this.#running] : [])]) staging.destroy()
  }

  #copy(carriers: readonly Carrier[]): void {
    const encoder = this.#gpu.device.createCommandEncoder()
    for (const { part, buffers, staging } of carriers) {
      let at = 0
      for (const { buffer, offset, bytes } of part) {
        encoder.copyBufferToBuffer(buffers[buffer]!, offset, staging, at, bytes)
        at += bytes
      }
    }
    this.#gpu.device.queue.submit([encoder.finish()])
  }

  #readyAfter(program: StepProgram): readonly number[] {
    const known = this.#ready.get(program)
    if (known) return known
    const ready = readyAfter(this.#parts, passSteps(program), this.#buffers)
    this.#ready.set(program, ready)
    return ready
  }
}

const passSteps = ({ program }: StepProgram) => program.steps.slice(0, program.at('gradients'))

/** Where the running statistics of batch norms lie. */
function runningStatistics({ specs, values }: ParameterSet): { readonly part: Part; readonly buffers: readonly GPUBuffer[] } {
  const regions = specs.filter(({ running }) => running).map((spec) => values.tensor(spec)!.region!)
  const buffers = [...new Set(regions.map(({ buffer }) => buffer))]
  return { part: regions.map(({ buffer, offset, bytes }) => ({ buffer: buffers.indexOf(buffer), offset, bytes })), buffers }
}
