// No two lanes of a workgroup touch the same memory without a barrier between them: wgsl_reflect walks through every kernel, no GPU needed.
// Its integer division is not to be trusted (1.6 divides as floats), so what matters here is the order of accesses, not the values.

import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { detectRaces } from 'wgsl_reflect/wgsl_reflect.module.js'
import type { Workload } from '../bench/workload.js'
import { type AdapterTraits, chosenVariant, type Grid, packParams } from '../src/device/kernel.js'
import { reflectShader } from '../src/device/shader/reflect.js'
import { specialisedShader } from '../src/device/shader/text.js'
import { shaderNamed, shadersOf } from '../src/device/tuning.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { tinyWorkloads } from './tiny_workloads.js'

/** The first workgroup's races, as messages with lines of the specialised shader. */
function racesOf(source: string, grid: Grid, buffers: readonly ArrayBufferLike[], params?: Uint8Array): string[] {
  const bound = Object.fromEntries([...buffers, ...(params ? [{ uniform: params.buffer }] : [])].map((entry, binding) => [binding, entry]))
  const { races, errors } = detectRaces(source, 'main', [grid[0], grid[1] ?? 1, grid[2] ?? 1], { 0: bound })
  return [...errors, ...races.map(({ message }) => message)]
}

/** An adapter of no special kind. */
const PLAIN: AdapterTraits = { software: false, features: new Set(), subgroupSize: undefined }

async function walk({ kernel, params, buffers }: Workload, mutate = (source: string) => source): Promise<string[]> {
  const { text, constants, grid } = chosenVariant(kernel, params, PLAIN)
  const source = mutate((await specialisedShader(text, shaderFromPackage, constants)).code)
  const data = Object.values(buffers).map((given) => (typeof given === 'number' ? new Float32Array(given).fill(0.5) : given.slice()).buffer)
  const bytes = packParams(kernel, reflectShader(source), params)
  return racesOf(source, grid, data, bytes.length > 0 ? bytes : undefined)
}

const named = (name: string) => tinyWorkloads.find(({ kernel }) => kernel.name === name)!

/** A workload for each variant of a kernel that can be walked: variants for subgroups and their matrices cannot, the walk knows nothing of those. */
const variants = tinyWorkloads.flatMap(({ kernel, ...rest }) => [
  { ...rest, kernel: { ...kernel, variants: [] } },
  ...(kernel.variants ?? [])
    .filter(({ shader, text }) => !/_(subgroup|matrix)$/.test(shader) && !text?.takes?.includes('subgroup'))
    .map((variant) => ({ ...rest, kernel: { ...kernel, variants: [{ ...variant, suits: () => true }] } })),
])

describe('no race in', () => {
  it.each(variants.map((one) => [chosenVariant(one.kernel, one.params, PLAIN).shader, one] as const))('%s', async (_, one) => {
    expect(await walk(one)).toEqual([])
  })

  it('any kernel that has a shader', async () => {
    const shaders = (await readdir('shaders')).filter((name) => name.endsWith('.wgsl')).map((name) => name.replace('.wgsl', ''))
    const texts = tinyWorkloads.flatMap(({ kernel }) => shadersOf(kernel))
    expect(new Set(texts).size).toBe(texts.length)
    expect([...new Set(texts.map((text) => shaderNamed(text).file))].sort()).toEqual(shaders.sort())
  })
})

describe('the walk sees a race', () => {
  it('where a barrier is taken out', async () => {
    const races = await walk(named('attention_row'), (source) => source.replaceAll('workgroupBarrier();', ''))
    expect(races.join()).toMatch(/tops|totals|sums/)
  })

  it('where two lanes write one element', async () => {
    const races = await walk(named('gelu'), (source) => source.replaceAll('y[i] =', 'y[0] ='))
    expect(races.join()).toMatch(/'y'/)
  })
})
