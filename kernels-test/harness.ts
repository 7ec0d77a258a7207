// What every kernel test stands on: one lent GPU, a runner that distrusts the kernel, and comparisons in ulps of scale.

import { afterAll, expect } from 'vitest'
import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import {
  type Access,
  type AdapterTraits,
  type AnyKernel,
  type Constants,
  type Kernel,
  type ParamType,
  type ParamValues,
  packParams,
  pinned,
} from '../src/device/kernel.js'
import { GPU_BUFFER } from '../src/device/usage.js'
import type { HostTensor } from '../src/nn/host_tensor.js'
import { openGpu } from '../src/platform/node/open.js'

let opened: Promise<Gpu> | undefined

/** The GPU all tests of a file share; closed after the last. */
export function lentGpu(): Promise<Gpu> {
  opened ??= openGpu().then(({ gpu }) => gpu)
  return opened
}

afterAll(async () => {
  await (await opened)?.destroy()
  opened = undefined
})

/** A kernel that is always taken from the variant whose file's name ends so, or from its own file: for variants this adapter would not take. */
export function forced<K extends { readonly variants?: readonly { shader: string; suits(traits: AdapterTraits): boolean }[] }>(
  kernel: K,
  variant: string,
): K {
  return { ...kernel, variants: kernel.variants!.map((one) => ({ ...one, suits: () => one.shader.endsWith(`_${variant}`) })) }
}

/** As {@link forced}, with these numbers in the file's `tune` lines in place of what the declaration would choose. */
export function forcedWith<K extends { readonly name: string }>(kernel: K, variant: string, constants: Constants): K {
  return pinned(kernel as unknown as AnyKernel, {
    shader: variant === 'portable' ? kernel.name : `${kernel.name}_${variant}`,
    constants,
  }) as unknown as K
}

/** Whether the adapter can run variants for subgroups at all: those of products and attention are written for 4 or 8 lanes. */
export async function hasSubgroups(sizes: readonly number[] = [4, 8]): Promise<boolean> {
  const { traits } = await lentGpu()
  return traits.features.has('subgroups') && sizes.includes(traits.subgroupSize ?? 0)
}

/** Seeded noise in [-size, size), as float32 values so that kernel and reference see the same numbers. */
export function noise(n: number, seed: number, size = 1): Float64Array {
  const random = new Random(seed * 7919 + 1)
  return Float64Array.from({ length: n }, () => Math.fround((2 * random.uniform() - 1) * size))
}

const GUARD_WORDS = 64
// A NaN with a payload of ours: no arithmetic makes it, so a changed guard was written to.
const GUARD = 0x7fc0dead

type Input = Float64Array | Float32Array | Uint32Array

/**
 * Runs one kernel on its own and returns the buffers it writes. `write` buffers are given by length and start as NaN, so that a
 * skipped element shows; `update` buffers start with the contents given. Every output is bound with 64 guard words behind it that
 * must survive, Dawn must raise no error, and a second run must give the same bits. `on`: another GPU than the lent one.
 */
export async function runKernel<
  B extends Record<string, Access>,
  P extends Record<string, ParamType>,
  O extends { readonly [K in keyof B]: Input | number },
>(
  typed: Kernel<B, P>,
  buffers: O,
  params: ParamValues<P>,
  on?: Gpu,
): Promise<{ [K in keyof B as B[K] extends 'read' ? never : K]: Float32Array }> {
  const kernel = typed as unknown as AnyKernel
  const gpu = on ?? (await lentGpu())
  const first = await runOnce(gpu, kernel, buffers, params)
  const second = await runOnce(gpu, kernel, buffers, params)
  for (const [name, bits] of Object.entries(first)) {
    expect(
      Buffer.compare(Buffer.from(bits.buffer), Buffer.from(second[name]!.buffer)),
      `${kernel.name}: ${name} differs between two runs`,
    ).toBe(0)
  }
  return first as never
}

async function runOnce(
  gpu: Gpu,
  kernel: AnyKernel,
  buffers: Readonly<Record<string, Input | number>>,
  params: Readonly<Record<string, number>>,
): Promise<Record<string, Float32Array>> {
  const { device } = gpu
  const { pipeline, layout, facts } = await gpu.pipeline(kernel, params)
  device.pushErrorScope('validation')
  const made: GPUBuffer[] = []
  const entries: GPUBindGroupEntry[] = Object.entries(kernel.buffers).map(([name, access], binding) => {
    const words = wordsOf(buffers[name]!, access)
    const buffer = gpu.buffer(words.byteLength, name)
    device.queue.writeBuffer(buffer, 0, words)
    made.push(buffer)
    return { binding, resource: { buffer } }
  })
  const bytes = packParams(kernel, facts, params)
  if (bytes.length > 0) {
    const uniform = device.createBuffer({ size: bytes.length, usage: GPU_BUFFER.UNIFORM | GPU_BUFFER.COPY_DST })
    device.queue.writeBuffer(uniform, 0, bytes as Uint8Array<ArrayBuffer>)
    made.push(uniform)
    entries.push({ binding: entries.length, resource: { buffer: uniform } })
  }
  const encoder = device.createCommandEncoder()
  const pass = encoder.beginComputePass()
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, device.createBindGroup({ layout, entries }))
  const [x, y = 1, z = 1] = gpu.variant(kernel, params).grid
  pass.dispatchWorkgroups(x, y, z)
  pass.end()
  device.queue.submit([encoder.finish()])
  const error = await gpu.wait(device.popErrorScope())
  expect(error?.message, `${kernel.name}: Dawn's validation`).toBeUndefined()

  const out: Record<string, Float32Array> = {}
  const names = Object.entries(kernel.buffers)
  for (let i = 0; i < names.length; i++) {
    const [name, access] = names[i]!
    if (access === 'read') continue
    const words = new Uint32Array(await gpu.read(made[i]!))
    const length = words.length - GUARD_WORDS
    expect(
      words.subarray(length).every((word) => word === GUARD),
      `${kernel.name}: wrote past the end of ${name}`,
    ).toBe(true)
    out[name] = new Float32Array(words.buffer.slice(0, 4 * length))
  }
  for (const buffer of made) buffer.destroy()
  return out
}

function wordsOf(given: Input | number, access: Access): Uint32Array<ArrayBuffer> {
  const guard = access === 'read' ? 0 : GUARD_WORDS
  const length = typeof given === 'number' ? given : given.length
  const words = new Uint32Array(length + guard).fill(GUARD)
  if (given instanceof Uint32Array) words.set(given)
  else if (typeof given !== 'number') new Float32Array(words.buffer, 0, length).set(given)
  return words
}

/** x [rows, width] as the columns from `column` on of rows of `stride`, with NaN beside them: what lies there must not matter. */
export function widened(x: Float64Array, width: number, stride: number, column: number): Float64Array {
  const wide = new Float64Array((x.length / width) * stride).fill(Number.NaN)
  for (let row = 0; row * width < x.length; row++) wide.set(x.subarray(row * width, (row + 1) * width), row * stride + column)
  return wide
}

/** The `width` columns from `column` on of rows of `stride`. */
export function columnsOf(wide: Float32Array, width: number, stride: number, column: number): Float32Array {
  return wide.filter((_, at) => at % stride >= column && at % stride < column + width)
}

/** One float32 rounding at 1. */
const ULP = 2 ** -24

export interface Tolerance {
  /** How many roundings of a number the size of `scale` are allowed; its reason belongs beside it. */
  readonly ulps: number
  /** Size of the numbers that were summed: 1 for probabilities, Σ|aᵢbᵢ| for a dot product; one for all, or one an element. */
  readonly scale: number | Float64Array
}

/** Fails at the first element further from `want` than `ulps` roundings of its scale; NaN fails. */
export function expectClose(name: string, got: Float32Array, want: Float64Array, { ulps, scale }: Tolerance): void {
  expect(got.length, `${name}: length`).toBe(want.length)
  for (let i = 0; i < want.length; i++) {
    const size = typeof scale === 'number' ? scale : scale[i]!
    const off = Math.abs(got[i]! - want[i]!) / (ULP * Math.max(size, 1e-30))
    if (!(off <= ulps))
      expect.fail(`${name}[${i}]: got ${got[i]}, reference ${want[i]}; off by ${off.toFixed(1)} ulps of ${size}, ${ulps} allowed`)
  }
}

/** Central differences in float64: the gradient of `loss` along each element of `at`. */
export function finiteDifference(loss: (at: Float64Array) => number, at: Float64Array, step = 1e-5): Float64Array {
  return at.map((value, i) => {
    const up = at.slice()
    const down = at.slice()
    up[i] = value + step
    down[i] = value - step
    return (loss(up) - loss(down)) / (2 * step)
  })
}

/** The reference gradient against finite differences: within 1e-8 of the gradient's own size. */
export function expectGrad(name: string, grad: Float64Array, differences: Float64Array): void {
  const size = Math.max(1, ...grad.map(Math.abs))
  grad.forEach((value, i) => {
    if (!(Math.abs(value - differences[i]!) < 1e-8 * size))
      expect.fail(`${name}[${i}]: reference gradient ${value}, finite difference ${differences[i]}`)
  })
}

/** Σ aᵢ·bᵢ, to turn an output into a scalar loss. */
export const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0)

/**
 * The gradients of a loss over named tensors against its central differences along random directions, every number moving at once by ±`step`:
 * within 1 % of the gradients' own norm, in float32. `lossAt` loads the tensors it is given.
 */
export async function expectGradAlongDirections(
  here: ReadonlyMap<string, HostTensor>,
  grads: ReadonlyMap<string, HostTensor>,
  lossAt: (tensors: ReadonlyMap<string, HostTensor>) => Promise<number>,
  step: number,
): Promise<void> {
  const norm = Math.sqrt([...grads.values()].reduce((sum, { data }) => sum + data.reduce((s, v) => s + v * v, 0), 0))
  expect(norm).toBeGreaterThan(1e-3)
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed)
    const directions = new Map([...here].map(([name, { data }]) => [name, data.map(() => (random.uniform() < 0.5 ? -1 : 1))]))
    const moved = (by: number) =>
      new Map([...here].map(([name, { shape, data }]) => [name, { shape, data: data.map((w, i) => w + by * directions.get(name)![i]!) }]))
    const difference = ((await lossAt(moved(step))) - (await lossAt(moved(-step)))) / (2 * step)
    const predicted = [...grads].reduce((sum, [name, { data }]) => sum + data.reduce((s, v, i) => s + v * directions.get(name)![i]!, 0), 0)
    expect(Math.abs(difference - predicted), `direction ${seed}: ${difference} against ${predicted}`).toBeLessThan(0.01 * norm)
  }
}
