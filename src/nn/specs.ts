// The parameters of each layer, as parts of a model's list.

import { ones, uniformFanIn, xavierUniform, zeros } from './init.js'
import type { ParameterSpec } from './parameter_spec.js'

/** What the sizes of parameters follow from. */
export interface LayerSizes {
  readonly width: number
  /** Width of the feed-forward block. */
  readonly hidden: number
}

export function linearSpecs(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return [
    { name: `${name}/weight`, shape: [outputs, inputs], init: xavierUniform },
    { name: `${name}/bias`, shape: [outputs], init: zeros },
  ]
}

/** A linear layer that begins as PyTorch's do: weight and bias uniform within ±1/√inputs. */
export function defaultLinearSpecs(name: string, inputs: number, outputs: number): ParameterSpec[] {
  return linearSpecs(name, inputs, outputs).map((spec) => ({ ...spec, init: uniformFanIn(inputs) }))
}

export function normSpecs(name: string, width: number): ParameterSpec[] {
  return [
    { name: `${name}/gamma`, shape: [width], init: ones },
    { name: `${name}/beta`, shape: [width], init: zeros },
  ]
}

/** A scale for each column of a branch, as LayerScale has it. */
export function scaleSpec(name: string, width: number, value: number): ParameterSpec {
  return { name: `${name}/scale`, shape: [width], init: { kind: 'rows', values: new Array<number>(width).fill(value) } }
}

/** Of a batch norm: a gain and an offset a column; and the running mean (row 0) and variance (row 1), which are not trained. */
export function batchNormSpecs(name: string, width: number): ParameterSpec[] {
  return [
    ...normSpecs(name, width),
    { name: `${name}/running`, shape: [2, width], init: { kind: 'rows', values: [0, 1] }, trainable: false, running: true },
  ]
}

/** `following`: the projections that are made in one product with the one before. */
export function attentionSpecs(name: string, width: number, following: readonly string[]): ParameterSpec[] {
  return [
    ...normSpecs(`${name}/norm`, width),
    ...['query', 'key', 'value', 'out'].flatMap((part) =>
      linearSpecs(`${name}/${part}`, width, width).map((spec) => (following.includes(part) ? { ...spec, follows: true as const } : spec)),
    ),
  ]
}

export function feedForwardSpecs(name: string, { width, hidden }: LayerSizes): ParameterSpec[] {
  return [
    ...normSpecs(`${name}/norm`, width),
    ...linearSpecs(`${name}/wide`, width, hidden),
    ...linearSpecs(`${name}/narrow`, hidden, width),
  ]
}
