// A group's parameters on the GPU: one arena of values and, in training, arenas of gradients and of the optimiser's two moments. Training in
// f16 adds a copy of the matrices in halves, and the state of the loss scale.

import { bug, SignError } from '../base/errors.js'
import { firstNonFinite, placeIn } from '../base/finite.js'
import { Random } from '../base/random.js'
import type { Gpu } from '../device/gpu.js'
import { Arena, elements, type Region, type Tensor } from '../device/memory.js'
import { firstScaling } from '../ops/loss_scale.js'
import { type Parameter, type ParameterSpec, storedShape } from '../ops/parameter.js'
import { specialId } from '../text/vocabulary.js'

/** A named array of numbers in its logical shape: what checkpoints hold. */
export interface HostTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}
export type HostTensors = ReadonlyMap<string, HostTensor>

/** A stretch of all four arenas that the optimiser takes at once. */
export interface OptimiserRange {
  readonly grad: Tensor
  readonly value: Tensor
  readonly first: Tensor
  readonly second: Tensor
  /** Those that decay as halves, where products are made of them. */
  readonly half: Tensor | undefined
  /** Numbers in it. */
  readonly length: number
  /** How many of them decay: the first ones. */
  readonly decayed: number
}

const isMatrix = (spec: ParameterSpec): boolean => spec.shape.length > 1

const DUMMY = 'dummy'

/** What the products of linear layers and attention are made of in training: float32, or halves with sums in float32. */
export type Precision = 'f32' | 'f16'

export interface WeightsOptions {
  readonly training: boolean
  /** Of products in training; default f32. Values are f32 in any case. */
  readonly precision?: Precision | undefined
}

/** The arenas of one group. */
export class Weights {
  readonly specs: readonly ParameterSpec[]
  readonly values: Arena
  readonly grads: Arena | undefined
  readonly first: Arena | undefined
  readonly second: Arena | undefined
  /** The matrices as halves, each at half its place among the values. */
  readonly halves: Arena | undefined
  /** f32 [8]: what the loss is multiplied by, as the kernel loss_scale_update keeps it. */
  readonly scaling: Tensor | undefined
  readonly #scaling: Arena | undefined
  readonly #byName = new Map<string, Parameter>()

  constructor(gpu: Gpu, specs: readonly ParameterSpec[], { training, precision = 'f32' }: WeightsOptions) {
    this.specs = specs
    // Matrices first, then vectors: the optimiser decays the former only, up to one boundary.
    const byKind = [...specs.filter(isMatrix), ...specs.filter((spec) => !isMatrix(spec))]
    const entries = byKind.map(({ name, shape, follows = false }) => ({ name, bytes: 4 * elements(storedShape(shape)), follows }))
    // The dummy range is what a kernel with an unused output is given; in every arena, so that all are laid out alike.
    const halved = training && precision === 'f16'
    const align = gpu.device.limits.minStorageBufferOffsetAlignment
    const arena = (label: string) => new Arena(gpu, label, [...entries, { name: DUMMY, bytes: 16 }], halved ? 2 * align : align)
    this.values = arena('weights')
    if (training) {
      this.grads = arena('gradients')
      this.first = arena('first moments')
      this.second = arena('second moments')
    }
    if (halved) {
      const matrices = entries.slice(0, specs.filter(isMatrix).length)
      this.halves = new Arena(
        gpu,
        'weights as halves',
        // The dummy range makes it end where half of the matrices end.
        [...matrices.map(({ name, bytes, follows }) => ({ name, bytes: bytes / 2, follows })), { name: DUMMY, bytes: 16 }],
      )
      this.#scaling = new Arena(gpu, 'loss scale', [{ name: 'scaling', bytes: firstScaling().byteLength }])
      this.scaling = { name: 'scaling', shape: [firstScaling().length], dtype: 'f32', region: this.#scaling.region('scaling') }
      this.scaleLoss(firstScaling())
    }
    for (const spec of specs) {
      const shape = storedShape(spec.shape)
      const value: Tensor = { name: spec.name, shape, dtype: 'f32', region: this.values.region(spec.name) }
      const grad: Tensor | undefined = this.grads && {
        name: `d ${spec.name}`,
        shape,
        dtype: 'f32',
        region: this.grads.region(spec.name),
      }
      const half: Tensor | undefined =
        this.halves && isMatrix(spec)
          ? { name: `half ${spec.name}`, shape, dtype: 'f16', region: this.halves.region(spec.name) }
          : undefined
      this.#byName.set(spec.name, { spec, value, ...(grad && { grad }), ...(half && { half }) })
    }
  }

  get(name: string): Parameter {
    const parameter = this.#byName.get(name)
    if (!parameter) throw bug('weights', `no parameter ${name}`)
    return parameter
  }

  /** Parameters that lie one behind the other, as one with all their rows. */
  joined(names: readonly string[]): Parameter {
    const parts = names.map((name) => this.get(name))
    const [first] = parts as [Parameter]
    const grads = parts.flatMap(({ grad }) => grad ?? [])
    const halves = parts.flatMap(({ half }) => half ?? [])
    return {
      spec: first.spec,
      value: endToEnd(parts.map((part) => part.value)),
      ...(grads.length > 0 && { grad: endToEnd(grads) }),
      ...(halves.length > 0 && { half: endToEnd(halves) }),
    }
  }

  /** A tensor for outputs nobody wants. */
  get dummy(): Tensor {
    if (!this.grads) throw bug('weights', 'dummy is for training')
    return { name: DUMMY, shape: [4], dtype: 'f32', region: this.grads.region(DUMMY) }
  }

  /** Sets the state of the loss scale, as a step reported it. */
  scaleLoss(scaling: Float32Array): void {
    if (!this.#scaling) throw bug('weights', 'a loss scale is for training in f16')
    this.#scaling.write('scaling', scaling)
  }

  /** The arenas cut into ranges that one binding may hold, one where it can, for the optimiser. Matrices, which decay, come before vectors. */
  ranges(maxBytes: number): OptimiserRange[] {
    const { grads, values, first, second } = this
    if (!grads || !first || !second) throw bug('weights', 'ranges are for training')
    const firstVector = this.specs.find((spec) => !isMatrix(spec))!
    const boundary = grads.region(firstVector.name).offset
    const end = grads.region(DUMMY).offset
    // Cuts at multiples of 1 KiB meet every adapter's alignment.
    const step = Math.floor(maxBytes / 1024) * 1024
    const ranges: OptimiserRange[] = []
    for (let offset = 0; offset < end; offset += step) {
      const bytes = Math.min(step, end - offset)
      const decayed = Math.max(0, Math.min(boundary - offset, bytes)) / 4
      const cut = (arena: Arena, name: string): Tensor => ({
        name,
        shape: [bytes / 4],
        dtype: 'f32',
        region: { buffer: arena.buffer, offset, bytes },
      })
      ranges.push({
        grad: cut(grads, 'grads'),
        value: cut(values, 'weights'),
        first: cut(first, 'first'),
        second: cut(second, 'second'),
        half: this.#halfRange(offset, decayed),
        length: bytes / 4,
        decayed,
      })
    }
    return ranges
  }

  /** The halves of `numbers` values from `offset` bytes on. */
  #halfRange(offset: number, numbers: number): Tensor | undefined {
    if (!this.halves || numbers === 0) return undefined
    const region = { buffer: this.halves.buffer, offset: offset / 2, bytes: 2 * numbers }
    return { name: 'halves', shape: [numbers], dtype: 'f16', region }
  }

  /** Uploads parameters by name. Throws ERR_CHECKPOINT, before anything is written, for one that is missing, unknown, wrongly shaped or not finite. */
  load(tensors: HostTensors, who: string, arena: Arena = this.values): void {
    const unknown = [...tensors.keys()].filter((name) => !this.#byName.has(name))
    if (unknown.length > 0)
      throw new SignError(
        'ERR_CHECKPOINT',
        who,
        `wanted only this model's tensors, got '${unknown[0]}' too`,
        'Check that the model sizes match',
      )
    for (const { name, shape } of this.specs) {
      const tensor = tensors.get(name)
      if (!tensor)
        throw new SignError('ERR_CHECKPOINT', who, `wanted tensor '${name}', got none`, 'Check that the file belongs to this model')
      if (tensor.shape.join() !== shape.join()) {
        throw new SignError(
          'ERR_CHECKPOINT',
          who,
          `wanted '${name}' as [${shape.join(', ')}], got [${tensor.shape.join(', ')}]`,
          'Check that the model sizes and the vocabulary match',
        )
      }
      const at = firstNonFinite(tensor.data)
      if (at >= 0) {
        const problem = `wanted finite numbers in '${name}', got ${tensor.data[at]} at ${placeIn(shape, at)}`
        throw new SignError('ERR_CHECKPOINT', who, problem, 'Take weights from before the training diverged')
      }
    }
    for (const { name, shape } of this.specs) arena.write(name, pad(tensors.get(name)!.data, shape))
  }

  /** Downloads an arena, padding taken off. */
  async save(arena: Arena = this.values): Promise<Map<string, HostTensor>> {
    const all = await arena.readAll()
    return new Map(this.specs.map(({ name, shape }) => [name, { shape, data: unpad(all.get(name)!, shape) }]))
  }

  destroy(): void {
    for (const arena of [this.values, this.grads, this.first, this.second, this.halves, this.#scaling]) arena?.destroy()
  }
}

/** Tensors of an arena that touch, as one. */
function endToEnd(tensors: readonly Tensor[]): Tensor {
  const regions = tensors.map(({ region }) => region!)
  const apart = regions.findIndex(({ offset, bytes }, i) => i + 1 < regions.length && regions[i + 1]!.offset !== offset + bytes)
  if (apart >= 0) throw bug(tensors[apart + 1]!.name, `a gap before it; ${tensors[apart]!.name} should end where it begins`)
  const [{ buffer, offset }] = regions as [Region]
  const shape = [tensors.reduce((rows, tensor) => rows + tensor.shape[0]!, 0), ...tensors[0]!.shape.slice(1)]
  const bytes = regions.reduce((sum, region) => sum + region.bytes, 0)
  return { name: tensors.map(({ name }) => name).join('+'), shape, dtype: tensors[0]!.dtype, region: { buffer, offset, bytes } }
}

/** First values: Xavier-uniform matrices, biases 0, norms 1 and 0, the <pad> token's row 0. */
export function initialTensors(specs: readonly ParameterSpec[], seed: number): Map<string, HostTensor> {
  return new Map(
    specs.map(({ name, shape, init }) => {
      const data = new Float32Array(elements(shape))
      if (init === 'ones') data.fill(1)
      if (init === 'xavier') {
        const [outputs, inputs] = shape as [number, number]
        const random = Random.for(seed, name)
        const bound = Math.sqrt(6 / (inputs + outputs))
        for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * bound
        if (name === 'tokens/table') data.fill(0, specialId.padding * inputs, (specialId.padding + 1) * inputs)
      }
      return [name, { shape, data }]
    }),
  )
}

function pad(data: Float32Array, shape: readonly number[]): Float32Array {
  const stored = storedShape(shape)
  const [from, to] = [shape.at(-1)!, stored.at(-1)!]
  if (stored.join() === shape.join()) return data
  const out = new Float32Array(elements(stored))
  for (let row = 0; row * from < data.length; row++) out.set(data.subarray(row * from, (row + 1) * from), row * to)
  return out
}

function unpad(data: Float32Array, shape: readonly number[]): Float32Array {
  const [to, from] = [shape.at(-1)!, storedShape(shape).at(-1)!]
  const out = new Float32Array(elements(shape))
  for (let row = 0; row * to < out.length; row++) out.set(data.subarray(row * from, row * from + to), row * to)
  return out
}
