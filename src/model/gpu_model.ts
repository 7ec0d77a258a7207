// What every model is on a GPU: its parameters, tables beside them that are not learned, and how long they may be used.

import { Lifetime } from '../base/lifetime.js'
import type { Gpu } from '../device/gpu.js'
import { Arena, type Tensor } from '../device/memory.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { initialTensors } from '../nn/init.js'
import { ParameterSet, type ParameterSetOptions } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { positionTable } from '../nn/positions.js'

export interface GpuModelParts {
  /** What it is, for messages: `model ASL`. */
  readonly name: string
  /** What the buffer of its tables is called, in plans of memory. */
  readonly label: string
  readonly specs: readonly ParameterSpec[]
  /** Rows and width of the table of positions. */
  readonly positions: readonly [rows: number, width: number]
  /** What makes that table; default the fixed encoding of `positionTable`. */
  readonly encode?: (rows: number, width: number) => Float32Array
  /** Further tables, by name. */
  readonly tables?: Readonly<Record<string, Float32Array | Uint32Array>>
}

export abstract class GpuModel implements AsyncDisposable {
  readonly gpu: Gpu
  readonly weights: ParameterSet
  /** `[positions that are read or written, rounded up to 4, width]`: their fixed encoding. */
  readonly positions: Tensor
  readonly #arena: Arena
  readonly #lifetime: Lifetime

  /** Throws ERR_DEVICE for what the adapter cannot hold. */
  constructor(gpu: Gpu, parts: GpuModelParts, options: ParameterSetOptions) {
    const { name, label, specs, positions, encode = positionTable, tables = {} } = parts
    const [rows, width] = positions
    this.gpu = gpu
    this.#lifetime = new Lifetime(name)
    // First, for it refuses what the adapter cannot hold before any memory is taken.
    this.weights = new ParameterSet(gpu, specs, options)
    const others = Object.entries(tables)
    this.#arena = new Arena(gpu, label, [
      { name: 'positions', bytes: 4 * rows * width },
      ...others.map(([table, { byteLength }]) => ({ name: table, bytes: byteLength })),
    ])
    this.#arena.write('positions', encode(rows, width))
    for (const [table, data] of others) this.#arena.write(table, data)
    this.positions = this.table('positions', 'f32', [rows, width])
  }

  /** A table that it was given. */
  protected table(name: string, dtype: Tensor['dtype'], shape: readonly number[]): Tensor {
    return { name, shape, dtype, region: this.#arena.region(name) }
  }

  /** Loads weights, or else first ones; where they do not fit, its memory is freed. Throws ERR_CHECKPOINT naming `who`. */
  protected load(tensors: HostTensors | undefined, seed: number, who: string): void {
    try {
      this.weights.load(tensors ?? initialTensors(this.weights.specs, seed), who)
    } catch (error) {
      this.destroy()
      throw error
    }
  }

  /** Throws ERR_DISPOSED once it was destroyed. */
  check(): void {
    this.#lifetime.check()
  }

  /** Frees its memory; whatever uses it throws ERR_DISPOSED from then on. Idempotent. */
  destroy(): void {
    this.#lifetime.end()
    this.weights.destroy()
    this.#arena.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}
