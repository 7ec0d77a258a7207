// How parameters begin: data beside each one's shape, and the numbers that follow from it and a seed.

import { Random } from '../base/random.js'
import { elements } from '../device/memory.js'
import type { HostTensor } from './host_tensor.js'
import type { ParameterSpec } from './parameter_spec.js'

export interface RandomInit {
  /** A row that begins as zeros all the same: that of the padding token, which is never to say anything. */
  readonly zeroRow?: number
}

export type Init =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'ones' }
  /** All of a row the same: shape [values.length, …]. */
  | { readonly kind: 'rows'; readonly values: readonly number[] }
  /** Uniform within ±√(6 / (fan in + fan out)): shape [outputs, inputs, …], where axes behind the second count in both fans. */
  | (RandomInit & { readonly kind: 'xavier-uniform' })
  /** Uniform within ±bound. */
  | (RandomInit & { readonly kind: 'uniform'; readonly bound: number })
  /** Normal about 0. */
  | (RandomInit & { readonly kind: 'normal'; readonly deviation: number })

export const zeros: Init = { kind: 'zeros' }
export const ones: Init = { kind: 'ones' }
export const xavierUniform: Init = { kind: 'xavier-uniform' }

/** What PyTorch gives weights and biases of linear layers and convolutions of so many inputs where nobody asks for anything else. */
export const uniformFanIn = (inputs: number): Init => ({ kind: 'uniform', bound: 1 / Math.sqrt(inputs) })

/** First values. Each parameter's depend on the seed, its name and its shape alone, not on which others there are. */
export function initialTensors(specs: readonly ParameterSpec[], seed: number): Map<string, HostTensor> {
  return new Map(
    specs.map((spec) => {
      const data = initialData(spec, Random.for(seed, spec.name))
      return [spec.name, { shape: spec.shape, data }]
    }),
  )
}

function initialData({ shape, init }: ParameterSpec, random: Random): Float32Array {
  const data = new Float32Array(elements(shape))
  if (init.kind === 'zeros') return data
  if (init.kind === 'ones') return data.fill(1)
  if (init.kind === 'rows') return data.map((_, i) => init.values[Math.floor(i / (data.length / init.values.length))]!)
  const draw = drawOf(shape, init, random)
  for (let i = 0; i < data.length; i++) data[i] = draw()
  if (init.zeroRow !== undefined) {
    const width = elements(shape.slice(1))
    data.fill(0, init.zeroRow * width, (init.zeroRow + 1) * width)
  }
  return data
}

function drawOf(shape: readonly number[], init: Extract<Init, RandomInit>, random: Random): () => number {
  if (init.kind === 'normal') return () => init.deviation * random.normal()
  return uniform(random, init.kind === 'uniform' ? init.bound : xavierBound(shape))
}

const uniform = (random: Random, bound: number) => () => (2 * random.uniform() - 1) * bound

/** The bound of Xavier's uniform distribution (Glorot and Bengio 2010) for a parameter of two axes or more. */
export function xavierBound([outputs, inputs, ...field]: readonly number[]): number {
  return Math.sqrt(6 / ((inputs! + outputs!) * elements(field)))
}
