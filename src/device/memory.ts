// Where tensors live: slots that activations share by live range, and arenas for what lasts (weights, gradients, moments).

import { bug } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import type { Gpu } from './gpu.js'
import { checkBuffers } from './owned_buffers.js'

/** A place on the GPU: a range of a buffer. */
export interface Region {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly bytes: number
}

/** A name and a shape; where it lives is decided when the program is built, unless `region` says so already. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  /** `f16`: two numbers to a word; an even number of them. */
  readonly dtype: 'f32' | 'u32' | 'f16'
  readonly region?: Region
}

export const elements = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1)
export const bytesOf = ({ shape, dtype }: Tensor): number => (dtype === 'f16' ? 2 : 4) * elements(shape)

/** What the planner sees of a dispatch: which tensors it binds, in order, and which it fills. */
export interface PlannedStep {
  readonly label: string
  readonly tensors: readonly Tensor[]
  readonly fills: readonly Tensor[]
}

export interface SlotPlan {
  /** Bytes of each slot. */
  readonly slots: readonly number[]
  readonly slotOf: ReadonlyMap<Tensor, number>
  readonly firstUse: ReadonlyMap<Tensor, number>
  readonly lastUse: ReadonlyMap<Tensor, number>
}

/**
 * Gives each tensor a slot so that no two tensors alive at once share one. A slot becomes one GPUBuffer: WebGPU refuses a dispatch
 * that reads and writes the same buffer, even at different offsets. `pinned` tensors (fed or read back) live from start to end.
 * Takes the smallest free slot that is large enough, else grows the largest free one, else opens a new one.
 */
export function planSlots(steps: readonly PlannedStep[], pinned: ReadonlySet<Tensor>): SlotPlan {
  const firstUse = new Map<Tensor, number>()
  const lastUse = new Map<Tensor, number>()
  steps.forEach((step, i) => {
    for (const tensor of step.tensors) {
      if (tensor.region) continue
      if (!firstUse.has(tensor) && !pinned.has(tensor) && !step.fills.includes(tensor)) {
        throw bug(step.label, `tensor ${tensor.name} is read before anything wrote it`)
      }
      if (!firstUse.has(tensor)) firstUse.set(tensor, i)
      lastUse.set(tensor, i)
    }
  })
  for (const tensor of pinned) {
    firstUse.set(tensor, -1)
    lastUse.set(tensor, steps.length)
  }

  const slots: number[] = []
  const busyUntil: number[] = []
  const slotOf = new Map<Tensor, number>()
  const place = (tensor: Tensor, now: number) => {
    const bytes = bytesOf(tensor)
    let best = -1
    for (let s = 0; s < slots.length; s++) {
      if (busyUntil[s]! >= now) continue
      if (best < 0 || better(slots[s]!, slots[best]!, bytes)) best = s
    }
    if (best < 0) best = slots.push(0) - 1
    slots[best] = Math.max(slots[best]!, bytes)
    busyUntil[best] = lastUse.get(tensor)!
    slotOf.set(tensor, best)
  }
  for (const tensor of pinned) place(tensor, -1)
  steps.forEach((step, i) => {
    for (const tensor of step.tensors) if (!tensor.region && !slotOf.has(tensor)) place(tensor, i)
  })
  return { slots, slotOf, firstUse, lastUse }
}

/** Whether a free slot of `a` bytes suits a tensor better than one of `b` bytes. */
function better(a: number, b: number, bytes: number): boolean {
  if (a >= bytes !== b >= bytes) return a >= bytes
  return a >= bytes ? a < b : a > b
}

/**
 * Which of the `held` slots each of `sizes` gets: the largest choose first, each the smallest that fits and is free; undefined where
 * none does, and one is to be opened.
 */
export function claimSlots(held: readonly number[], sizes: readonly number[]): (number | undefined)[] {
  const free = held.map((_, slot) => slot)
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[b]! - sizes[a]!)
  const claimed: (number | undefined)[] = []
  for (const i of order) {
    const fits = free.filter((slot) => held[slot]! >= sizes[i]!).sort((a, b) => held[a]! - held[b]!)[0]
    if (fits !== undefined) free.splice(free.indexOf(fits), 1)
    claimed[i] = fits
  }
  return claimed
}

/** Slot buffers shared by all programs of a run: they never execute at once, so a later program reuses an earlier one's buffers. */
export class SlotPool {
  readonly gpu: Gpu
  readonly #buffers: GPUBuffer[] = []
  readonly #lifetime = new Lifetime('shared slots')

  constructor(gpu: Gpu) {
    this.gpu = gpu
  }

  /** One distinct buffer for each size, the smallest that fits. */
  claim(sizes: readonly number[]): GPUBuffer[] {
    this.#lifetime.check()
    const held = this.#buffers.map(({ size }) => size)
    return claimSlots(held, sizes).map((slot, i) => (slot === undefined ? this.#open(sizes[i]!) : this.#buffers[slot]!))
  }

  #open(bytes: number): GPUBuffer {
    const buffer = this.gpu.buffer(bytes, `slot ${this.#buffers.length}`)
    this.#buffers.push(buffer)
    return buffer
  }

  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.size, 0)
  }

  destroy(): void {
    this.#lifetime.end()
    for (const buffer of this.#buffers.splice(0)) buffer.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}

/** One long-lived buffer cut into named, aligned ranges. */
export class Arena {
  readonly buffer: GPUBuffer
  readonly #gpu: Gpu
  readonly #regions = new Map<string, Region>()

  /**
   * Lays `entries` end to end: each at `align`, the alignment the adapter asks of storage bindings or a multiple of it, but those that are
   * to follow without a gap.
   */
  constructor(
    gpu: Gpu,
    label: string,
    entries: readonly { name: string; bytes: number; follows?: boolean }[],
    align = gpu.device.limits.minStorageBufferOffsetAlignment,
  ) {
    let offset = 0
    const offsets = entries.map(({ bytes, follows }) => {
      const at = follows ? offset : Math.ceil(offset / align) * align
      offset = at + bytes
      return at
    })
    this.#gpu = gpu
    this.buffer = gpu.buffer(Math.ceil(offset / align) * align, label)
    entries.forEach(({ name, bytes }, i) => {
      this.#regions.set(name, { buffer: this.buffer, offset: offsets[i]!, bytes })
    })
  }

  region(name: string): Region {
    const region = this.#regions.get(name)
    if (!region) throw bug(this.buffer.label, `no region ${name}`)
    return region
  }

  write(name: string, data: Float32Array | Uint32Array | Uint16Array): void {
    this.#gpu.check()
    checkBuffers(this.#gpu, [this.buffer])
    const { offset, bytes } = this.region(name)
    if (data.byteLength !== bytes) throw bug(name, `wanted ${bytes} bytes, got ${data.byteLength}`)
    this.#gpu.device.queue.writeBuffer(this.buffer, offset, data as Float32Array<ArrayBuffer>)
  }

  /** The whole arena on the host, by name. One round trip. */
  async readAll(): Promise<Map<string, Float32Array>> {
    const bytes = await this.#gpu.read(this.buffer)
    return new Map([...this.#regions].map(([name, region]) => [name, new Float32Array(bytes, region.offset, region.bytes / 4)]))
  }

  destroy(): void {
    this.buffer.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}
