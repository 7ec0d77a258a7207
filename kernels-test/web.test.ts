// The entry for browsers: nothing it reaches is Node's, a bundler needs no shims for it, and the bundle generates where Node's globals are not.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeShaders } from '../generate/shaders.js'
import { Generator } from '../src/infer/generator.js'
import { tinyModel } from '../src/model/tiny_models.testing.js'
import { openGpu } from '../src/platform/node/open.js'
import { launchBrowser, noBrowser } from './browser.js'
import { closureOf, sourcesIn } from './sources.js'

beforeAll(() => writeShaders())

/** What esbuild makes of a module's text that stands beside package.json; it has nothing to complain of. */
async function bundle(contents: string, options: BuildOptions): Promise<string> {
  const stdin = { contents, resolveDir: resolve('.'), loader: 'ts' } as const
  const { outputFiles, warnings } = await build({ stdin, bundle: true, write: false, logLevel: 'silent', ...options })
  expect(warnings.map(({ text }) => text)).toEqual([])
  return outputFiles![0]!.text
}

const WITH_MODEL = `export * from './src/web.ts'; export { tinyModel } from './src/model/tiny_models.testing.ts'`
const FOR_BROWSERS = { platform: 'browser', format: 'iife', globalName: 'signllm' } as const

describe('signllm/web', () => {
  it('reaches nothing of Node’s, by whatever import or name, and two packages', () => {
    const { sources, packages } = closureOf('src/web.ts')
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.flatMap(({ path, ofNode }) => ofNode.map((what) => `${path}: ${what}`))).toEqual([])
    expect(sources.map(({ path }) => path).filter((path) => path.startsWith('src/platform/'))).toEqual(['src/platform/web/open.ts'])
    expect(packages).toEqual(['wgsl_reflect/wgsl_reflect.module.js', 'zod'])
    // The look is worth something: where Node is used, it is seen.
    expect(sourcesIn('src/platform/node').filter(({ ofNode }) => ofNode.length > 0).length).toBeGreaterThan(8)
    expect(closureOf('src/index.ts').packages).toContain('node:fs/promises')
  })

  it('bundles for a browser without shims, and gives the same motion where no global is Node’s', async () => {
    const text = await bundle(WITH_MODEL, FOR_BROWSERS)
    const { gpu, report } = await openGpu()
    await using generator = new Generator(gpu, tinyModel(gpu).group('ASL'))
    const [motion] = await generator.generate(['rain'])

    const page = createContext({ performance, TextEncoder, TextDecoder, AbortController, URL, dawn: gpu.keepAlive })
    // As on a page without cross-origin isolation.
    runInContext('delete globalThis.SharedArrayBuffer', page)
    runInContext(text, page)
    const made = runInContext(
      `(async () => {
        const { gpu, report } = await signllm.openGpu({ gpu: dawn })
        const generator = new signllm.Generator(gpu, signllm.tinyModel(gpu).group('ASL'))
        const [motion] = await generator.generate(['rain'])
        await gpu.dispose()
        return [report.name, report.software, ...motion.joints]
      })()`,
      page,
    ) as Promise<unknown[]>
    expect(await made).toEqual([report.name, report.software, ...motion!.joints])
    await gpu.dispose()
  })
})

describe.skipIf(noBrowser)(`in a browser ${noBrowser}`, () => {
  it('opens its GPU, and signs what Node signs on the same driver', async () => {
    const { gpu } = await openGpu({ adapter: 'embedded' })
    await using generator = new Generator(gpu, tinyModel(gpu).group('ASL'))
    const [motion] = await generator.generate(['rain'])
    await using browser = await launchBrowser({ webGpu: true })
    const page = await browser.newPage()
    // WebGPU is for secure origins; nothing is asked of this one, the page is answered here.
    await page.route('https://page.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }))
    await page.goto('https://page.test/')
    await page.addScriptTag({ content: await bundle(WITH_MODEL, FOR_BROWSERS) })
    const made = await page.evaluate(`(async () => {
      const { gpu, report } = await signllm.openGpu()
      const [motion] = await new signllm.Generator(gpu, signllm.tinyModel(gpu).group('ASL')).generate(['rain'])
      await gpu.dispose()
      return [report.software, typeof SharedArrayBuffer, ...motion.joints]
    })()`)
    expect(made).toEqual([true, 'undefined', ...motion!.joints])
    await gpu.dispose()
  })
})

describe('a bundle for Node', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signllm-bundle-'))
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('brings its shaders along', async () => {
    const entry = `
      import { Gpu, openGpu, Program, Recorder } from './src/index.ts'
      import { add } from './src/kernels/add.ts'
      const { gpu } = await openGpu()
      const recorder = new Recorder()
      const x = recorder.feed('x', [4])
      const y = recorder.tensor('y', [4])
      recorder.run(add, { a: x, b: x, y }, { n: 4 })
      recorder.report(y)
      const program = await Program.build(gpu, recorder)
      program.write(x, Float32Array.of(1, 2, 3, 4))
      console.log(new Float32Array((await program.run())[0]).join())
      await gpu.dispose()
      process.exit()`
    const text = await bundle(entry, { platform: 'node', format: 'esm', packages: 'external' })
    const file = join(folder, 'bundle.mjs')
    await writeFile(file, text)
    expect((await promisify(execFile)(process.execPath, [file], { cwd: folder })).stdout).toBe('2,4,6,8\n')
  })
})
