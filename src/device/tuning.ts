// What was measured to be fastest on an adapter: for each kernel and shape, which of its files and with which numbers in it.

import { type AnyKernel, type Choice, textOf } from './kernel.js'
import { PART_KINDS, type ShaderText } from './shader/parts.js'

/** A kernel's choice at one shape. */
export interface TunedShape extends Choice {
  readonly params: Readonly<Record<string, number>>
  /** Milliseconds of one dispatch at its best, chosen and untuned. */
  readonly ms: number
  readonly untunedMs: number
}

export interface TunedKernel {
  /**
   * Its shader files, those taken with other parts than they name as `NAME f16`, and a hash of their texts, parts included, when they were
   * measured: a changed kernel is measured anew.
   */
  readonly files: readonly string[]
  readonly hash: string
  readonly shapes: readonly TunedShape[]
}

/** Everything measured on one adapter; plain JSON, and the contents of the tuning file. */
export interface Tuning {
  readonly format: typeof TUNING_FORMAT
  /** Name and driver of the adapter, and the Dawn that drove it. */
  readonly adapter: string
  readonly kernels: Readonly<Record<string, TunedKernel>>
}

export const TUNING_FORMAT = 'signllm tuning 1'

/** Doublings between two shapes, summed over their params, up to which one's choice is taken for the other. */
const NEAR = 2

/** The choice for a kernel at a shape: that of the nearest shape measured; none where none is near. */
export function choiceOf({ kernels }: Tuning, kernel: AnyKernel, params: Readonly<Record<string, number>>): Choice | undefined {
  const shapes = kernels[kernel.name]?.shapes ?? []
  const sizes = Object.keys(kernel.params).filter((name) => kernel.params[name] === 'u32')
  let nearest: { shape: TunedShape; doublings: number } | undefined
  for (const shape of shapes) {
    const doublings = sizes.reduce((sum, name) => sum + Math.abs(Math.log2((1 + params[name]!) / (1 + shape.params[name]!))), 0)
    if (doublings <= NEAR && doublings < (nearest?.doublings ?? Infinity)) nearest = { shape, doublings }
  }
  return nearest?.shape
}

/** The texts of a kernel's variants, as {@link TunedKernel.files} names them. */
export function shadersOf(kernel: AnyKernel): string[] {
  const texts = [textOf(kernel.name, kernel), ...(kernel.variants ?? []).map((variant) => textOf(variant.shader, variant))]
  return texts.map(({ file, takes = [] }) => [file, ...takes].join(' '))
}

/** The text that one of {@link TunedKernel.files} names. */
export function shaderNamed(name: string): ShaderText {
  const [file, ...kinds] = name.split(' ')
  return { file: file!, takes: PART_KINDS.flatMap(([, kind]) => (kinds.includes(kind) ? [kind] : [])) }
}
