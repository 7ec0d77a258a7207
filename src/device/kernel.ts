// A kernel's declaration in TypeScript, and the check that it says the same as its shader.

import { SignError } from '../base/errors.js'
import type { PartKind, ShaderText } from './shader/parts.js'
import { reflectShader, type ShaderFacts } from './shader/reflect.js'

/** `write` fills every element; `update` also reads what is there. WGSL calls both read_write. */
export type Access = 'read' | 'write' | 'update'
export type ParamType = 'u32' | 'f32'
export type Grid = readonly [x: number, y?: number, z?: number]

export interface Cost {
  /** Multiply and add count as two. */
  readonly flops: number
  /** Bytes that must cross memory at least once, as if nothing were padded. */
  readonly bytes: number
}

export type ParamValues<P extends Record<string, ParamType>> = { readonly [K in keyof P]: number }

export interface KernelSpec<B extends Record<string, Access>, P extends Record<string, ParamType>> extends VariantSpec<P> {
  /** The kernel's name everywhere, and its shader file's but for `text`. */
  readonly name: string
  /** In binding order. */
  readonly buffers: B
  /** In the order of the shader's Params struct, bound last as a uniform. */
  readonly params: P
  readonly cost: (params: ParamValues<P>) => Cost
  /** Other variants of the same kernel; untuned, the first that suits the adapter is taken. */
  readonly variants?: readonly Variant<P>[]
}

/** How one variant of a kernel is compiled and dispatched. */
export interface VariantSpec<P extends Record<string, ParamType>> {
  /** The text it is compiled from, where that is another than the file of its own name: variants that differ in parts share one. */
  readonly text?: ShaderText
  /** Workgroups for the given params, and for the constants as they are. */
  readonly workgroups: (params: ParamValues<P>, traits: AdapterTraits, constants: Constants) => Grid
  /** Values for `const NAME = …; // tune:` lines that follow from the params and the adapter. */
  readonly constants?: (params: ParamValues<P>, traits: AdapterTraits) => Constants
  /** Values such lines may have, for `signllm tune` to choose by measurement; untuned what `constants` says, or else the first. */
  readonly tune?: Readonly<Record<string, readonly number[]>>
  /** Which combinations of `tune` an adapter may be measured on; default all. For drivers that would compile some for minutes. */
  readonly tries?: (constants: Constants, traits: AdapterTraits) => boolean
}

/** Values of `const NAME = …; // tune:` lines. */
export type Constants = Readonly<Record<string, number>>

/** What a variant may go by. */
export interface AdapterTraits {
  /** A CPU posing as a GPU: loads are dear, barriers dearer. */
  readonly software: boolean
  readonly features: ReadonlySet<string>
  /** Lanes of a subgroup, where every subgroup has as many. */
  readonly subgroupSize: number | undefined
  /** The matrix products subgroups do at once, by the types of factors and sums and by size, e.g. `f16 f32 16x16x16`; none by default. */
  readonly subgroupMatrices?: ReadonlySet<string>
}

/** A kernel written with other instructions: same buffers, params and meaning; roundings may differ. */
export interface Variant<P extends Record<string, ParamType>> extends VariantSpec<P> {
  /** Its name, and its file's but for `text`. */
  readonly shader: string
  /** Whether it is the one to take on an adapter that nothing was measured on. */
  readonly suits: (traits: AdapterTraits) => boolean
  /** Whether it runs at all, so that the tuner may try it; default where it suits. */
  readonly runs?: (traits: AdapterTraits) => boolean
}

/** One variant of a kernel, as the tuner chose it. */
export interface Choice {
  readonly shader: string
  readonly constants: Constants
}

/** What is compiled and dispatched on one adapter. */
export interface ChosenVariant {
  readonly shader: string
  readonly text: ShaderText
  readonly constants: Readonly<Record<string, number>>
  readonly grid: Grid
}

export interface Kernel<
  B extends Record<string, Access> = Record<string, Access>,
  P extends Record<string, ParamType> = Record<string, ParamType>,
> extends KernelSpec<B, P> {}

/** Any kernel, its types forgotten. */
export type AnyKernel = Kernel<Record<string, Access>, Record<string, ParamType>>

/** Declares a kernel; names of buffers and params become types. */
export function defineKernel<const B extends Record<string, Access>, const P extends Record<string, ParamType>>(
  spec: KernelSpec<B, P>,
): Kernel<B, P> {
  return spec
}

/** The variant of a kernel for an adapter: the chosen one; without a choice its first variant that suits, else the kernel's own file. */
export function chosenVariant(
  kernel: AnyKernel,
  params: Readonly<Record<string, number>>,
  traits: AdapterTraits,
  choice?: Choice,
): ChosenVariant {
  const known = choice && isCandidate(kernel, traits, choice) ? choice : undefined
  const shader = known?.shader ?? kernel.variants?.find(({ suits }) => suits(traits))?.shader ?? kernel.name
  const variant = variantNamed(kernel, shader)!
  const usual = Object.fromEntries(Object.entries(variant.tune ?? {}).map(([name, [first]]) => [name, first!]))
  const constants = { ...usual, ...variant.constants?.(params, traits), ...known?.constants }
  return { shader, text: textOf(shader, variant), constants, grid: variant.workgroups(params, traits, constants) }
}

/** A variant that another's text gives with parts of this kind. */
export function taking<P extends Record<string, ParamType>>(kind: PartKind, shader: string, variant: Variant<P>): Variant<P> {
  const { file, takes = [] } = textOf(variant.shader, variant)
  return { ...variant, shader, text: { file, takes: [...takes, kind] } }
}

/** A variant that another's text gives with operands in f16, those that come in f32 rounded. */
export const f16Variant = <P extends Record<string, ParamType>>(shader: string, variant: Variant<P>): Variant<P> =>
  taking('rounded', shader, taking('f16', shader, variant))

/** The text that a variant is compiled from. */
export const textOf = (name: string, { text }: Pick<VariantSpec<never>, 'text'>): ShaderText => text ?? { file: name }

/** Every variant that runs on an adapter, with every combination of its tunable constants that may be tried there. */
export function candidatesOf(kernel: AnyKernel, traits: AdapterTraits): Choice[] {
  const shaders = [kernel.name, ...(kernel.variants ?? []).filter((variant) => runsOn(variant, traits)).map(({ shader }) => shader)]
  return shaders.flatMap((shader) => {
    const { tune = {}, tries = () => true } = variantNamed(kernel, shader)!
    const combinations = Object.entries(tune).reduce<Constants[]>(
      (all, [name, values]) => all.flatMap((constants) => values.map((value) => ({ ...constants, [name]: value }))),
      [{}],
    )
    return combinations.filter((constants) => tries(constants, traits)).map((constants) => ({ shader, constants }))
  })
}

/** The same kernel in one variant only, whatever the adapter and its tuning. */
export function pinned(kernel: AnyKernel, { shader, constants }: Choice): AnyKernel {
  const variant = variantNamed(kernel, shader)!
  const pins: VariantSpec<Record<string, ParamType>> = {
    ...variant,
    constants: (params, traits) => ({ ...variant.constants?.(params, traits), ...constants }),
  }
  return shader === kernel.name ? { ...kernel, ...pins, variants: [] } : { ...kernel, variants: [{ ...pins, shader, suits: () => true }] }
}

/** A choice made elsewhere, or before the kernel changed, may name what is no more. */
const isCandidate = (kernel: AnyKernel, traits: AdapterTraits, { shader, constants }: Choice): boolean =>
  candidatesOf(kernel, traits).some(
    (one) =>
      one.shader === shader &&
      Object.keys(one.constants).length === Object.keys(constants).length &&
      Object.entries(one.constants).every(([name, value]) => constants[name] === value),
  )

const runsOn = ({ suits, runs = suits }: Variant<Record<string, ParamType>>, traits: AdapterTraits): boolean => runs(traits)

function variantNamed(kernel: AnyKernel, shader: string): VariantSpec<Record<string, ParamType>> | undefined {
  return shader === kernel.name ? kernel : kernel.variants?.find((variant) => variant.shader === shader)
}

/** Workgroups of `size` lanes for `n` lanes; folds into y above 65 535, where shaders take `group.y * groups.x + group.x`. */
export function lanes(n: number, size: number): Grid {
  const groups = Math.max(1, Math.ceil(n / size))
  const y = Math.ceil(groups / 65535)
  return [Math.ceil(groups / y), y]
}

/**
 * Grid and constants of kernels over [n] numbers, in workgroups of WG lanes that own a stretch of WG · EACH vectors of four each.
 * Starting a lane costs a software driver more than the work; and it takes the lanes of a workgroup eight at a time, each eight through
 * all their turns, so that only a workgroup of no more than those walks through memory without jumps.
 */
export const elementwise = {
  workgroups: ({ n }: { readonly n: number }, _: AdapterTraits, { WG, EACH }: Constants): Grid => lanes(Math.ceil(n / 4 / EACH!), WG!),
  constants: (_: unknown, { software }: AdapterTraits) => (software ? { WG: 8, EACH: 128 } : { WG: 256, EACH: 1 }),
  tune: { WG: [256, 8], EACH: [1, 4, 16, 128] },
  tries: ({ WG, EACH }: Constants) => (WG === 8) === (EACH === 128),
}

/** Throws ERR_KERNEL on the first difference between a declaration and the text of `shaders/FILE.wgsl`, parts included. */
export function checkDeclaration(kernel: AnyKernel, source: string, file = kernel.name): ShaderFacts {
  const facts = reflectShader(source)
  const refuse = (problem: string) =>
    new SignError('ERR_KERNEL', kernel.name, problem, `Make src/kernels/${kernel.name}.ts and shaders/${file}.wgsl agree, in order`)

  if (facts.entry !== 'main') throw refuse(`wanted one entry point 'main', got '${facts.entry}'`)
  const declared = Object.entries(kernel.buffers).map(([name, access]) => `${name}:${access === 'read' ? 'read' : 'read_write'}`)
  if (Object.keys(kernel.params).length > 0) declared.push('params:uniform')
  const found = facts.bindings.map(({ name, access }) => `${name}:${access}`)
  if (declared.join() !== found.join()) throw refuse(`wanted bindings [${declared.join(', ')}], got [${found.join(', ')}] in the shader`)
  const params = Object.entries(kernel.params).map(([name, type]) => `${name}:${type}`)
  const members = facts.params.map(({ name, type }) => `${name}:${type}`)
  if (params.join() !== members.join()) throw refuse(`wanted params [${params.join(', ')}], got [${members.join(', ')}] in the shader`)
  return facts
}

/** The bytes of the Params uniform for these values. */
export function packParams(kernel: AnyKernel, facts: ShaderFacts, values: Readonly<Record<string, number>>): Uint8Array {
  const view = new DataView(new ArrayBuffer(facts.paramBytes))
  for (const { name, type, offset } of facts.params) {
    const value = values[name]
    if (value === undefined || !Number.isFinite(value)) {
      throw new SignError(
        'ERR_KERNEL',
        kernel.name,
        `wanted a number for param ${name}, got ${value}`,
        'Pass every param of the declaration',
      )
    }
    if (type === 'f32') view.setFloat32(offset, value, true)
    else view.setUint32(offset, value, true)
  }
  return new Uint8Array(view.buffer)
}
