// What every kernel owes its readers: five files of one name, a header, and WGSL that Dawn compiles, on a machine without any GPU.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { create } from 'webgpu'
import type { Workload } from '../bench/workload.js'
import { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, candidatesOf, pinned } from '../src/device/kernel.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { tinyWorkloads } from './tiny_workloads.js'

const shaders = readdirSync('shaders')
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.replace('.wgsl', ''))
/** Gradients and reports stand beside their kernel: `linear_weight_grad` is declared, tested and benched in `linear`. */
const kernels = readdirSync('src/kernels').map((file) => file.replace('.ts', ''))

const variantsOf = (kernel: AnyKernel) => kernel.variants ?? []

describe('one name in every folder', () => {
  it.each(kernels)('%s', (name) => {
    for (const file of [`shaders/${name}.wgsl`, `src/reference/${name}.ts`, `kernels-test/${name}.test.ts`, `bench/${name}.bench.ts`])
      expect(existsSync(file), file).toBe(true)
  })

  it('no shader without a declaration', () => {
    const orphans = shaders.filter((shader) => !kernels.some((name) => shader === name || shader.startsWith(`${name}_`)))
    expect(orphans).toEqual([])
  })

  it('numbers a tuner may choose stand in the shader too', () => {
    for (const { kernel } of tinyWorkloads) {
      for (const { shader, tune = {} } of [{ shader: kernel.name, ...kernel }, ...variantsOf(kernel)]) {
        for (const [constant, values] of Object.entries(tune)) {
          const line = new RegExp(`^const ${constant} = (\\d+)u?; // tune: ([\\d ]+\\d)`, 'm').exec(
            readFileSync(`shaders/${shader}.wgsl`, 'utf8'),
          )
          expect(line?.[2]?.split(' ').map(Number), `${shader}: ${constant}`).toEqual(values.toSorted((a, b) => a - b))
        }
      }
    }
  })

  it('every shader is benched', async () => {
    const benched = readdirSync('bench')
      .filter((file) => file.endsWith('.bench.ts'))
      .map((file) => file.replace('.bench.ts', ''))
    const lists = await Promise.all(benched.map(async (name) => (await import(`../bench/${name}.bench.ts`)).default))
    const names = new Set(
      (lists.flat() as Workload[]).flatMap(({ kernel }) => [kernel.name, ...variantsOf(kernel).map(({ shader }) => shader)]),
    )
    expect(shaders.filter((shader) => !names.has(shader))).toEqual([])
  })
})

describe('the text of', () => {
  it.each(shaders)('%s', (name) => {
    const source = readFileSync(`shaders/${name}.wgsl`, 'utf8')
    expect(source.split('\n')[0]).toMatch(new RegExp(`^// ${name}: \\S`))
    expect(source).not.toMatch(/\t| \n/)
    for (const line of bareLoopVariables(source)) expect.soft(line, 'zeroed on the first turn only, by Dawn 0.6: write = T()').toBe('')
  })

  it('functions that several shaders need is the same in each', () => {
    const texts = (name: string, among: readonly string[]) =>
      new Set(
        among.flatMap((shader) => {
          const found = new RegExp(`^fn ${name}\\(.*?^\\}`, 'ms').exec(readFileSync(`shaders/${shader}.wgsl`, 'utf8'))
          return found ? [found[0].replaceAll(/^ *\/\/.*\n/gm, '')] : []
        }),
      )
    for (const name of ['pcg4d', 'nearestHalf', 'wide', 'rightJoint']) expect(texts(name, shaders).size, name).toBe(1)
    for (const { kernel } of tinyWorkloads) {
      const forms = [kernel.name, ...variantsOf(kernel).map(({ shader }) => shader)]
      expect(texts('finished', forms).size, `finished in ${kernel.name}`).toBeLessThanOrEqual(1)
    }
  })

  it('is checked for bare variables in loops', () => {
    expect(bareLoopVariables('fn f() {\n  var a: f32;\n  for (;;) {\n    var b: vec4f;\n    var c = vec4f();\n  }\n}')).toEqual([
      'var b: vec4f;',
    ])
  })
})

/** `var x: T;` inside a loop. */
function bareLoopVariables(source: string): string[] {
  const found: string[] = []
  const loops: number[] = []
  let depth = 0
  for (const line of source.split('\n').map((text) => text.replace(/\/\/.*/, ''))) {
    if (loops.length > 0 && /^\s*var \w+: [^=]+;\s*$/.test(line)) found.push(line.trim())
    if (/^\s*(for|while|loop)\b/.test(line)) loops.push(depth)
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    if (loops.length > 0 && depth <= loops.at(-1)!) loops.pop()
  }
  return found
}

describe("Dawn's null backend compiles", () => {
  let gpu: Gpu
  beforeAll(async () => {
    const dawn = create(['backend=null', 'enable-dawn-features=allow_unsafe_apis'])
    const adapter = await dawn.requestAdapter()
    const requiredFeatures = ['subgroups', 'shader-f16', 'chromium-experimental-subgroup-matrix'] as GPUFeatureName[]
    const device = await adapter!.requestDevice({ requiredFeatures })
    gpu = new Gpu(device, { shaders: shaderFromPackage, label: 'null backend', keepAlive: [dawn, adapter], subgroupSize: 8 })
  })
  afterAll(() => gpu.dispose())

  it.each(tinyWorkloads.map((one) => [one.kernel.name, one] as const))('%s', async (_, { kernel, params }) => {
    await gpu.pipeline({ ...kernel, variants: [] }, params)
    gpu.check()
  })

  it.each(tinyWorkloads.flatMap((one) => variantsOf(one.kernel).map((variant) => [variant.shader, variant, one] as const)))(
    '%s',
    async (_, variant, { kernel, params }) => {
      await gpu.pipeline({ ...kernel, variants: [{ ...variant, suits: () => true }] }, params)
      gpu.check()
    },
  )

  // It has 16 KiB for a workgroup, which is room for the smallest tiles of matrices only.
  const tunable = tinyWorkloads.flatMap((one) =>
    variantsOf(one.kernel).flatMap((variant) =>
      variant.tune && !variant.shader.endsWith('_matrix') ? [[variant.shader, variant, one] as const] : [],
    ),
  )
  it.each(tunable)('%s with every number a tuner may choose', async (_, variant, { kernel, params }) => {
    const { tries: _tries, ...anywhere } = { ...variant, runs: () => true }
    const choices = candidatesOf({ ...kernel, variants: [anywhere] }, gpu.traits).filter(({ shader }) => shader === variant.shader)
    expect(choices.length).toBeGreaterThan(1)
    for (const choice of choices) await gpu.pipeline(pinned(kernel, choice), params)
    gpu.check()
  })

  it('no shader with a fault, and says where it is', async () => {
    const broken = new Gpu(gpu.device, {
      keepAlive: gpu,
      shaders: async (name) => (await shaderFromPackage(name)).replaceAll('x[i]', 'z[i]'),
    })
    const { kernel, params } = tinyWorkloads.find(({ kernel }) => kernel.name === 'gelu')!
    await expect(broken.pipeline(kernel, params)).rejects.toThrow(
      /gelu: wanted shaders\/gelu\.wgsl to compile, got [\s\S]*unresolved value 'z'/,
    )
  })
})
