// What every kernel owes its readers: five files of one name, a header, and WGSL that Dawn compiles, on a machine without any GPU.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { create } from 'webgpu'
import type { Workload } from '../bench/workload.js'
import { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, candidatesOf, pinned, textOf } from '../src/device/kernel.js'
import { PART_KINDS } from '../src/device/shader/parts.js'
import { shaderNamed, shadersOf } from '../src/device/tuning.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { runKernels } from '../src/profile/kernel_names.js'
import { tinyWorkloads } from './tiny_workloads.js'

const shaders = readdirSync('shaders')
  .filter((file) => file.endsWith('.wgsl'))
  .map((file) => file.replace('.wgsl', ''))
const parts = readdirSync('shaders/parts').map((file) => `parts/${file.replace('.wgsl', '')}`)
/** Gradients and reports stand beside their kernel: `linear_weight_grad` is declared, tested and benched in `linear`. */
const kernels = readdirSync('src/kernels')
  // What several kernels are declared with stands there too.
  .filter((file) => /\bdefineKernel\(/.test(readFileSync(`src/kernels/${file}`, 'utf8')))
  .map((file) => file.replace('.ts', ''))

const variantsOf = (kernel: AnyKernel) => kernel.variants ?? []

describe('one name in every folder', () => {
  it.each(kernels)('%s', (name) => {
    const kernel = tinyWorkloads.find((one) => one.kernel.name === name)!.kernel
    // A kernel whose file is another's is that one with other parts.
    const { file: text, takes } = textOf(name, kernel)
    expect(text === name).toBe(takes === undefined)
    for (const file of [`shaders/${text}.wgsl`, `src/reference/${name}.ts`, `kernels-test/${name}.test.ts`, `bench/${name}.bench.ts`])
      expect(existsSync(file), file).toBe(true)
  })

  it('every kernel of a run can be named to profile and tune, and those of lifting cannot', () => {
    const lifting = ['forward_kinematics', 'lift_frame', 'lift_lengths', 'lift_start']
    const declared = new Set(tinyWorkloads.map(({ kernel }) => kernel.name))
    expect([...runKernels, ...lifting].sort()).toEqual([...declared].sort())
  })

  it('no shader without a declaration', () => {
    const orphans = shaders.filter((shader) => !kernels.some((name) => shader === name || shader.startsWith(`${name}_`)))
    expect(orphans).toEqual([])
  })

  it('numbers a tuner may choose stand in the shader too', () => {
    for (const { kernel } of tinyWorkloads) {
      for (const variant of [{ shader: kernel.name, ...kernel }, ...variantsOf(kernel)]) {
        const { shader, tune = {} } = variant
        for (const [constant, values] of Object.entries(tune)) {
          const line = new RegExp(`^const ${constant} = (\\d+)u?; // tune: ([\\d ]+\\d)`, 'm').exec(
            readFileSync(`shaders/${textOf(shader, variant).file}.wgsl`, 'utf8'),
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
    const texts = new Set((lists.flat() as Workload[]).flatMap(({ kernel }) => shadersOf(kernel)))
    expect(tinyWorkloads.flatMap(({ kernel }) => shadersOf(kernel)).filter((text) => !texts.has(text))).toEqual([])
    const files = new Set([...texts].map((text) => shaderNamed(text).file))
    expect(shaders.filter((shader) => !files.has(shader))).toEqual([])
  })
})

describe('the text of', () => {
  it.each([...shaders, ...parts])('%s', (name) => {
    const source = readFileSync(`shaders/${name}.wgsl`, 'utf8')
    expect(source.split('\n')[0]).toMatch(new RegExp(`^// ${name}: \\S`))
    expect(source).not.toMatch(/\t| \n/)
    for (const line of bareLoopVariables(source)) expect.soft(line, 'zeroed on the first turn only, by Dawn 0.6: write = T()').toBe('')
  })

  it('functions that several shaders need stands in parts, once', () => {
    const places = new Map<string, string[]>()
    for (const name of [...shaders, ...parts]) {
      const functions = readFileSync(`shaders/${name}.wgsl`, 'utf8').matchAll(/^fn (?!main\()\w+\((?:[^\n]*\}$|.*?^\})/gms)
      for (const [text] of functions) places.set(bare(text), [...(places.get(bare(text)) ?? []), name])
    }
    expect(places.size).toBeGreaterThan(20)
    expect([...places.values()].filter((names) => names.length > 1)).toEqual([])
  })

  it('parts is used, and of parts of one kind there is one of the other with the same functions', async () => {
    const used = [...shaders, ...parts].flatMap(
      (name) => /^\/\/ use: (.+)$/m.exec(readFileSync(`shaders/${name}.wgsl`, 'utf8'))?.[1]?.split(', ') ?? [],
    )
    const twinOf = (name: string) =>
      PART_KINDS.flatMap(([usual, kind]) => (name.endsWith(`_${usual}`) ? [name.replace(new RegExp(`${usual}$`), kind)] : []))
    const wanted = used.flatMap((name) => [name, ...twinOf(name)])
    expect([...new Set(wanted)].map((name) => `parts/${name}`).sort()).toEqual(parts.toSorted())
    const functionsOf = (name: string) => readFileSync(`shaders/${name}.wgsl`, 'utf8').match(/^(fn .*?\{|alias \w+)/gm)
    for (const name of parts) for (const twin of twinOf(name)) expect(functionsOf(twin), name).toEqual(functionsOf(name))
  })

  it('is checked for bare variables in loops', () => {
    expect(bareLoopVariables('fn f() {\n  var a: f32;\n  for (;;) {\n    var b: vec4f;\n    var c = vec4f();\n  }\n}')).toEqual([
      'var b: vec4f;',
    ])
  })
})

/** A function without its comments. */
const bare = (text: string): string => text.replaceAll(/^ *\/\/.*\n/gm, '')

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
  afterAll(() => gpu.destroy())

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
      /gelu: wanted shaders\/gelu\.wgsl to compile, got [\s\S]*gelu\.wgsl:\d+:\d+ error: unresolved value 'z'/,
    )
  })
})
