// A model's parameters on the GPU: their values and, in training, gradients and the optimiser's moments of those that are trained. Training
// in f16 adds a copy of the trained matrices in halves, and the state of the loss scale.

import { bug } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import { Arena, type Region, type Tensor } from '../device/memory.js'
import { firstScaling } from '../ops/loss_scale.js'
import type { Parameter } from '../ops/parameter.js'
import { checkTensor, checkTensors } from './check_tensors.js'
import type { HostTensor, HostTensors } from './host_tensor.js'
import { type Block, parameterBlocks } from './parameter_blocks.js'
import { isLayerWeight, isMatrix, type ParameterSpec } from './parameter_spec.js'
import { ParameterStore } from './parameter_store.js'

/** Trained parameters that one dispatch of the optimiser updates. */
export interface OptimiserRange {
  readonly grad: Tensor
  readonly value: Tensor
  readonly first: Tensor
  /** Where the optimiser keeps one. */
  readonly second: Tensor | undefined
  /** The matrices as halves, where products are made of them. */
  readonly half: Tensor | undefined
  /** Numbers in it. */
  readonly length: number
  /** How many of them are of layers' weights: the first ones. */
  readonly weightNumbers: number
  /** How many are of matrices, tables behind weights: the first ones again. */
  readonly matrixNumbers: number
}

/** What the products of linear layers and attention are made of in training: float32, or halves with sums in float32. */
export type Precision = 'f32' | 'f16'

export interface ParameterSetOptions {
  readonly training: boolean
  /** Of products in training; default f32. Values of what is trained are f32 in any case. */
  readonly precision?: Precision | undefined
  /** Moments that the optimiser keeps, in training: default both, or the first alone. */
  readonly moments?: 1 | 2 | undefined
  /** Most bytes of a buffer; default, and at most, what the adapter can bind at once. */
  readonly maxBytes?: number | undefined
}

/** Bytes of the largest buffer that SwiftShader names and does not grant. */
const NOT_GRANTED = 2 ** 16

export class ParameterSet {
  readonly specs: readonly ParameterSpec[]
  readonly values: ParameterStore
  /** Of trained parameters, in training. */
  readonly grads: ParameterStore | undefined
  readonly first: ParameterStore | undefined
  readonly second: ParameterStore | undefined
  /** The trained matrices as halves, each at half its place among the values. */
  readonly halves: ParameterStore | undefined
  /** f32 [8]: what the loss is multiplied by, as the kernel loss_scale_update keeps it. */
  readonly scaling: Tensor | undefined
  /** What only training needs besides. */
  readonly #extra: Arena | undefined
  readonly #trained: readonly Block[]
  readonly #byName: ReadonlyMap<string, Parameter>

  /** Throws ERR_DEVICE for a parameter that is larger than a buffer may be. */
  constructor(
    gpu: Gpu,
    specs: readonly ParameterSpec[],
    { training, precision = 'f32', moments = 2, maxBytes = Infinity }: ParameterSetOptions,
  ) {
    this.specs = specs
    const halved = training && precision === 'f16'
    const { maxStorageBufferBindingSize, maxBufferSize, minStorageBufferOffsetAlignment } = gpu.device.limits
    // Halves of what is aligned twice over are aligned.
    const align = halved ? 2 * minStorageBufferOffsetAlignment : minStorageBufferOffsetAlignment
    const blocks = parameterBlocks(specs, Math.min(maxBytes, maxStorageBufferBindingSize, maxBufferSize - NOT_GRANTED), align)
    this.#trained = blocks.filter(({ trainable }) => trainable)
    const store = (label: string, of: readonly Block[], at = align) => new ParameterStore(gpu, label, of, at)
    this.values = store('weights', blocks)
    if (training) {
      this.grads = store('gradients', this.#trained)
      this.first = store('first moments', this.#trained)
      if (moments === 2) this.second = store('second moments', this.#trained)
    }
    if (halved) this.halves = store('weights as halves', halvedBlocks(this.#trained), minStorageBufferOffsetAlignment)
    this.#extra = training ? new Arena(gpu, 'dummy and loss scale', extraEntries(halved)) : undefined
    if (halved) {
      this.scaling = { name: SCALING, shape: [firstScaling().length], dtype: 'f32', region: this.#extra!.region(SCALING) }
      this.scaleLoss(firstScaling())
    }
    this.#byName = new Map(specs.map((spec) => [spec.name, this.#parameter(spec)]))
  }

  get(name: string): Parameter {
    const parameter = this.#byName.get(name)
    if (!parameter) throw bug('parameters', `no parameter ${name}`)
    return parameter
  }

  /** Parameters that lie one behind the other, as one with all their rows. */
  joined(names: readonly string[]): Parameter {
    const parts = names.map((name) => this.get(name))
    const grads = parts.flatMap(({ grad }) => grad ?? [])
    const halves = parts.flatMap(({ half }) => half ?? [])
    return {
      name: names.join('+'),
      value: endToEnd(parts.map((part) => part.value)),
      ...(grads.length > 0 && { grad: endToEnd(grads) }),
      ...(halves.length > 0 && { half: endToEnd(halves) }),
    }
  }

  /** A tensor for outputs nobody wants. */
  get dummy(): Tensor {
    if (!this.#extra) throw bug('parameters', 'dummy is for training')
    return { name: DUMMY, shape: [4], dtype: 'f32', region: this.#extra.region(DUMMY) }
  }

  /** Sets the state of the loss scale, as a step reported it. */
  scaleLoss(scaling: Float32Array): void {
    if (!this.scaling) throw bug('parameters', 'a loss scale is for training in f16')
    this.#extra!.write(SCALING, scaling)
  }

  /** What the optimiser is to update, a range for each buffer of trained parameters. */
  get ranges(): OptimiserRange[] {
    const { grads, values, first, second, halves } = this
    if (!grads || !first) throw bug('parameters', 'ranges are for training')
    if (this.#trained.length === 0) throw bug('parameters', 'nothing to train: all of them are frozen')
    return this.#trained.map(({ specs }, i) => {
      const length = grads.buffers[i]!.size / 4
      const before = (first: ParameterSpec | undefined) => (first ? grads.tensor(first)!.region!.offset / 4 : length)
      const matrixNumbers = before(specs.find((spec) => !isMatrix(spec)))
      return {
        grad: from(grads.buffers[i]!, 'grads', length),
        value: from(values.buffers[i]!, 'weights', length),
        first: from(first.buffers[i]!, 'first', length),
        second: second && from(second.buffers[i]!, 'second', length),
        half: halves && matrixNumbers > 0 ? from(halves.buffers[i]!, 'halves', matrixNumbers, 'f16') : undefined,
        length,
        weightNumbers: before(specs.find((spec) => !isLayerWeight(spec))),
        matrixNumbers,
      }
    })
  }

  /**
   * Uploads numbers by name, the values or another of the stores. Throws ERR_CHECKPOINT, before anything is written, for a tensor that is missing,
   * unknown, wrongly shaped or not finite, or larger than what it is stored as.
   */
  load(tensors: HostTensors, who: string, store: ParameterStore = this.values): void {
    const specs = this.#specsOf(store)
    checkTensors(tensors, specs, who)
    for (const spec of specs) store.write(spec, tensors.get(spec.name)!.data)
  }

  /** Uploads one parameter's values. Throws ERR_CHECKPOINT as `load`. */
  write(name: string, tensor: HostTensor, who: string): void {
    const spec = this.specs.find((one) => one.name === name)
    if (!spec) throw bug('parameters', `no parameter ${name}`)
    checkTensor(tensor, spec, who)
    this.values.write(spec, tensor.data)
  }

  /** Downloads the values, or another of the stores, in the order of the specs. */
  async save(store: ParameterStore = this.values): Promise<Map<string, HostTensor>> {
    const all = await store.read()
    return new Map(this.#specsOf(store).map(({ name }) => [name, all.get(name)!]))
  }

  destroy(): void {
    for (const part of [this.values, this.grads, this.first, this.second, this.halves, this.#extra]) part?.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }

  #parameter(spec: ParameterSpec): Parameter {
    const grad = this.grads?.tensor(spec, `d ${spec.name}`)
    const half = this.halves?.tensor(spec, `half ${spec.name}`)
    return { name: spec.name, value: this.values.tensor(spec)!, ...(grad && { grad }), ...(half && { half }) }
  }

  #specsOf(store: ParameterStore): ParameterSpec[] {
    return this.specs.filter((spec) => store.tensor(spec))
  }
}

const DUMMY = 'dummy'
const SCALING = 'scaling'

const extraEntries = (halved: boolean) => [
  { name: DUMMY, bytes: 16 },
  ...(halved ? [{ name: SCALING, bytes: firstScaling().byteLength }] : []),
]

/** The matrices of blocks, as halves; they come before the vectors, so the blocks without any are the last ones. */
function halvedBlocks(blocks: readonly Block[]): Block[] {
  return blocks
    .map((block) => ({ ...block, specs: block.specs.filter(isMatrix), dtype: 'f16' as const }))
    .filter(({ specs }) => specs.length > 0)
}

/** The first `length` numbers of a buffer. */
function from(buffer: GPUBuffer, name: string, length: number, dtype: 'f32' | 'f16' = 'f32'): Tensor {
  return { name, shape: [length], dtype, region: { buffer, offset: 0, bytes: (dtype === 'f16' ? 2 : 4) * length } }
}

/** Tensors of one buffer that touch, as one. */
function endToEnd(tensors: readonly Tensor[]): Tensor {
  const regions = tensors.map(({ region }) => region!)
  const apart = regions.findIndex((region, i) => i + 1 < regions.length && !touches(region, regions[i + 1]!))
  if (apart >= 0) throw bug(tensors[apart + 1]!.name, `a gap before it; ${tensors[apart]!.name} should end where it begins`)
  const [{ buffer, offset }] = regions as [Region]
  const shape = [tensors.reduce((rows, tensor) => rows + tensor.shape[0]!, 0), ...tensors[0]!.shape.slice(1)]
  const bytes = regions.reduce((sum, region) => sum + region.bytes, 0)
  return { name: tensors.map(({ name }) => name).join('+'), shape, dtype: tensors[0]!.dtype, region: { buffer, offset, bytes } }
}

const touches = (a: Region, b: Region): boolean => a.buffer === b.buffer && a.offset + a.bytes === b.offset
