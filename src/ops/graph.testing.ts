// Ops as a training step uses them: recorded in a graph, forward and back, and run once.

import { expectClose, lentGpu, noise } from '../../kernels-test/harness.js'
import { elements, type Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { toHalf } from '../kernels/to_half.js'
import { zeros } from '../nn/init.js'
import { ParameterSet } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { Graph } from './graph.js'
import type { Parameter } from './parameter.js'

/** Some numbers in a shape; sizes are multiples of 4, as ops have them. */
export interface Given {
  readonly shape: readonly number[]
  readonly data: Float64Array | Uint32Array
}

export const given = (seed: number, ...shape: number[]): Given => ({ shape, data: noise(elements(shape), seed) })
export const ids = (shape: readonly number[], ...data: number[]): Given => ({ shape, data: Uint32Array.from(data) })
export const numbersOf = ({ data }: Given): Float64Array => data as Float64Array

export interface Recorded {
  readonly inputs?: Readonly<Record<string, Given>>
  /** Inputs whose gradient is wanted. */
  readonly wanted?: readonly string[]
  readonly parameters?: Readonly<Record<string, Given & Pick<ParameterSpec, 'trainable' | 'running' | 'dtype'>>>
  /** Names the tensors to read back, y among them where a gradient is given at it. */
  readonly record: (
    g: Graph,
    inputs: Readonly<Record<string, Tensor>>,
    parameters: Readonly<Record<string, Parameter>>,
  ) => Record<string, Tensor>
  /** The gradient of the loss at y, where no loss is recorded. */
  readonly dy?: Given
  /** u32 [4], for what is drawn. */
  readonly seed?: Uint32Array
  /** Training, default; in f16, with a scaled loss; ahead of it; or none. */
  readonly mode?: 'training' | 'f16' | 'rehearsal' | 'inference'
}

export interface Ran {
  /** What was named, and the gradients at inputs and parameters, `d ${name}`. */
  readonly out: Readonly<Record<string, Float32Array>>
  /** Kernels of the way there, in order. */
  readonly forward: readonly string[]
  /** Kernels of the way back. */
  readonly backward: readonly string[]
}

/** Records, runs and reads back. */
export async function through({ inputs = {}, wanted = [], parameters = {}, record, dy, seed, mode = 'training' }: Recorded): Promise<Ran> {
  const gpu = await lentGpu()
  const recorder = new Recorder()
  const training = mode !== 'inference'
  const set = new ParameterSet(gpu, specsOf(parameters), { training, precision: mode === 'f16' ? 'f16' : 'f32' })
  set.load(new Map(Object.entries(parameters).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }])), 'test')
  if (set.halves?.buffers.length) {
    for (const { value, half } of set.ranges) if (half) recorder.run(toHalf, { x: value, y: half }, { n: elements(half.shape) })
  }

  const feed = (name: string, { shape, data }: Given) => recorder.feed(name, shape, data instanceof Uint32Array ? 'u32' : 'f32')
  const fed = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, feed(name, input)]))
  const drawn = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(
    recorder,
    training ? { training: { ...{ seed: drawn, dummy: set.dummy, scaling: set.scaling }, rehearsal: mode === 'rehearsal' } } : {},
  )
  for (const name of wanted) graph.requireGrad(fed[name]!)
  const named = record(graph, fed, Object.fromEntries(Object.keys(parameters).map((name) => [name, set.get(name)])))
  const forward = recorder.steps.length
  const at = dy && feed('dy', dy)
  if (at) graph.shareGrad([named.y!], at)
  graph.backward()

  const reports: Record<string, Tensor> = { ...named }
  for (const name of wanted) {
    const grad = graph.gradAt(fed[name]!)
    if (grad) reports[`d ${name}`] = grad
  }
  for (const tensor of Object.values(reports)) recorder.report(tensor)
  await using program = await Program.build(gpu, recorder)
  for (const [name, { data }] of Object.entries(inputs))
    program.write(fed[name]!, data instanceof Uint32Array ? data : Float32Array.from(data))
  if (at) program.write(at, Float32Array.from(dy.data))
  program.write(drawn, seed ?? new Uint32Array(4))
  const results = await program.run({ clear: set.grads?.buffers ?? [] })
  const out: Record<string, Float32Array> = Object.fromEntries(Object.keys(reports).map((name, i) => [name, new Float32Array(results[i]!)]))
  if (set.grads) for (const [name, { data }] of await set.save(set.grads)) out[`d ${name}`] = data
  set.destroy()
  const kernels = recorder.steps.map(({ kernel }) => kernel.name)
  return { out, forward: kernels.slice(0, forward), backward: kernels.slice(forward) }
}

function specsOf(parameters: NonNullable<Recorded['parameters']>): ParameterSpec[] {
  return Object.entries(parameters).map(([name, { shape, data: _, ...storage }]) => ({ name, shape, init: zeros, ...storage }))
}

/** Within 32 roundings of the largest number there: every one is a sum of a few tens of terms. */
export function expectNear({ out }: Ran, name: string, want: Float64Array): void {
  expectClose(name, out[name]!, want, { ulps: 32, scale: Math.max(...want.map(Math.abs)) })
}

export const sum = (...parts: readonly Float64Array[]): Float64Array =>
  parts[0]!.map((_, i) => parts.reduce((total, part) => total + part[i]!, 0))

/** An entry's parameter, frozen. */
export const frozen = (one: Given): Given & { trainable: false } => ({ ...one, trainable: false })
