// A number for each element of some parameters, on the GPU: their values, gradients or moments. One buffer for each block.

import { bug } from '../base/errors.js'
import { fromHalves, toHalves } from '../base/half.js'
import type { Gpu } from '../device/gpu.js'
import { Arena, elements, type Tensor } from '../device/memory.js'
import { storedShape } from '../ops/parameter.js'
import { type HostTensor, pad, unpad } from './host_tensor.js'
import { type Block, storedBytes } from './parameter_blocks.js'
import type { ParameterSpec } from './parameter_spec.js'

export class ParameterStore {
  /** Those it has numbers for. */
  readonly specs: readonly ParameterSpec[]
  readonly #arenas: readonly Arena[]
  readonly #blocks: readonly Block[]
  readonly #placeOf = new Map<string, { readonly block: Block; readonly arena: Arena }>()

  /** Each parameter begins at a multiple of `align` bytes, but those that follow another. */
  constructor(gpu: Gpu, label: string, blocks: readonly Block[], align: number) {
    this.specs = blocks.flatMap(({ specs }) => specs)
    this.#blocks = blocks
    this.#arenas = blocks.map(({ specs, dtype }, i) => {
      const entries = specs.map((spec) => ({ name: spec.name, bytes: storedBytes(spec, dtype), follows: spec.follows ?? false }))
      return new Arena(gpu, i === 0 ? label : `${label} ${i + 1}`, entries, align)
    })
    blocks.forEach((block, i) => {
      for (const { name } of block.specs) this.#placeOf.set(name, { block, arena: this.#arenas[i]! })
    })
  }

  get buffers(): GPUBuffer[] {
    return this.#arenas.map(({ buffer }) => buffer)
  }

  /** A parameter's numbers as a tensor called `name`; undefined where it has none here. */
  tensor(spec: ParameterSpec, name = spec.name): Tensor | undefined {
    const place = this.#placeOf.get(spec.name)
    return place && { name, shape: storedShape(spec.shape), dtype: place.block.dtype, region: place.arena.region(spec.name) }
  }

  /** Uploads a parameter's numbers in its logical shape. */
  write({ name, shape }: ParameterSpec, data: Float32Array): void {
    if (data.length !== elements(shape)) throw bug(name, `wanted ${elements(shape)} numbers, got ${data.length}`)
    const { block, arena } = this.#placeOf.get(name)!
    const stored = pad(data, shape)
    arena.write(name, block.dtype === 'f16' ? toHalves(stored) : stored)
  }

  /** Downloads all, padding taken off. */
  async read(): Promise<Map<string, HostTensor>> {
    const all = await Promise.all(this.#arenas.map((arena) => arena.readAll()))
    const tensors = this.#blocks.flatMap(({ specs, dtype }, i) =>
      specs.map(({ name, shape }) => {
        const stored = all[i]!.get(name)!
        const numbers = dtype === 'f16' ? numbersOf(stored) : stored
        return [name, { shape, data: unpad(numbers, shape) }] as const
      }),
    )
    return new Map(tensors)
  }

  destroy(): void {
    for (const arena of this.#arenas) arena.destroy()
  }
}

/** The numbers of halves that were downloaded as if they were float32. */
function numbersOf({ buffer, byteOffset, byteLength }: Float32Array): Float32Array {
  return fromHalves(new Uint16Array(buffer, byteOffset, byteLength / 2))
}
