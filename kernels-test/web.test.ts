// The entry for browsers: nothing it reaches is Node's, a bundler needs no shims for it, and the bundle generates where Node's globals are not,
// with models out of the bytes of checkpoints.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeShaders } from '../generate/shaders.js'
import { formatModelFile } from '../src/checkpoint/model_file.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import type { Gpu } from '../src/device/gpu.js'
import { readCheckpoint, readGlossCheckpoint, restoreGlossModel, restoreModel } from '../src/index.js'
import { Generator } from '../src/infer/generator.js'
import { GlossDecoder } from '../src/infer/gloss_decoder.js'
import { tinyModel } from '../src/model/tiny_models.testing.js'
import { openGpu } from '../src/platform/node/open.js'
import { Signer } from '../src/signer/node.js'
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

const FOR_BROWSERS = { platform: 'browser', format: 'iife', globalName: 'signllm' } as const

const fixture = (name: string) => new URL(`checkpoints/${name}.safetensors`, import.meta.url)
const [poseFile, glossFile] = await Promise.all([readFile(fixture('pose-f32')), readFile(fixture('gloss-f32'))])

/** What a page makes of the two checkpoints, and Node too. */
interface Made {
  readonly joints: readonly number[]
  /** Tokens, and the score where the search keeps one. */
  readonly glosses: readonly (readonly [readonly string[], number | null])[]
}

const PROMPT_BEAMS = 2

/** Generates and decodes as Node's users do. */
async function madeByNode(gpu: Gpu): Promise<Made> {
  await using model = restoreModel(gpu, await readCheckpoint(poseFile))
  const group = model.groups[0]!
  await using generator = new Generator(gpu, group)
  const [motion] = await generator.generate([group.vocabulary.tokens.at(-1)!])
  await using glossModel = restoreGlossModel(gpu, await readGlossCheckpoint(glossFile))
  await using decoder = new GlossDecoder(gpu, glossModel)
  const prompts = glossModel.source.tokens.slice(4)
  const glosses = [...(await decoder.decode(prompts)), ...(await decoder.decode(prompts, { beams: PROMPT_BEAMS }))]
  return { joints: [...motion!.joints], glosses: glosses.map(({ tokens, score = null }) => [tokens, score]) }
}

/** The same as a page writes it, from `signllm`, a bundle of the entry. */
const MADE_BY_PAGE = `async ({ gpu: offered, pose, gloss }) => {
  const { gpu, report } = await signllm.openGpu(offered ? { gpu: offered } : {})
  const model = signllm.restoreModel(gpu, await signllm.readCheckpoint(pose))
  const group = model.groups[0]
  const [motion] = await new signllm.Generator(gpu, group).generate([group.vocabulary.tokens.at(-1)])
  const glossModel = signllm.restoreGlossModel(gpu, await signllm.readGlossCheckpoint(gloss))
  const decoder = new signllm.GlossDecoder(gpu, glossModel)
  const prompts = glossModel.source.tokens.slice(4)
  const glosses = [...(await decoder.decode(prompts)), ...(await decoder.decode(prompts, { beams: ${PROMPT_BEAMS} }))]
  await gpu.destroy()
  return JSON.stringify({
    made: { joints: [...motion.joints], glosses: glosses.map(({ tokens, score = null }) => [tokens, score]) },
    report: { name: report.name, software: report.software },
    shared: typeof SharedArrayBuffer,
  })
}`

/** Most kB of the whole entry bundled and minified, without a model. */
const MOST_KB = 400

describe('signllm/web', () => {
  it('reaches nothing of Node’s, by whatever import or name, and two packages', () => {
    const { sources, packages } = closureOf('src/web.ts')
    expect(sources.length).toBeGreaterThan(50)
    expect(sources.flatMap(({ path, ofNode }) => ofNode.map((what) => `${path}: ${what}`))).toEqual([])
    expect(sources.map(({ path }) => path).filter((path) => path.startsWith('src/platform/'))).toEqual(['src/platform/web/open.ts'])
    expect(sources.map(({ path }) => path).filter((path) => path.startsWith('src/checkpoint/'))).toContain('src/checkpoint/restore.ts')
    expect(packages).toEqual(['fflate', 'zod'])
    // The look is worth something: where Node is used, it is seen.
    expect(sourcesIn('src/platform/node').filter(({ ofNode }) => ofNode.length > 0).length).toBeGreaterThan(8)
    expect(closureOf('src/index.ts').packages).toContain('node:fs/promises')
  })

  it('bundles for a browser without shims, in less than is promised', async () => {
    // An import of Node’s, or of a package that is not for browsers, is an error of the bundler, which names it and the file.
    const text = await bundle(`export * from './src/web.ts'`, { ...FOR_BROWSERS, minify: true })
    const bytes = Buffer.from(text)
    console.log(`signllm/web: ${(bytes.length / 1000).toFixed(0)} kB minified, ${(gzipSync(bytes).length / 1000).toFixed(0)} kB as gzip`)
    expect(bytes.length / 1000).toBeLessThan(MOST_KB)
  })

  it('restores, generates and decodes as Node does where no global is Node’s', async () => {
    const { gpu, report } = await openGpu()
    const made = await madeByNode(gpu)
    expect(made.joints.length).toBeGreaterThan(0)
    expect(new Set(made.glosses.map(([, score]) => score)).size).toBeGreaterThan(2)

    const page = createContext({ performance, TextEncoder, TextDecoder, AbortController, URL, Blob, atob })
    // As on a page without cross-origin isolation.
    runInContext('delete globalThis.SharedArrayBuffer', page)
    runInContext(await bundle(`export * from './src/web.ts'`, FOR_BROWSERS), page)
    const run = runInContext(MADE_BY_PAGE, page) as (given: object) => Promise<string>
    const text = await run({ gpu: gpu.keepAlive, pose: poseFile, gloss: new Blob([glossFile]) })
    expect(JSON.parse(text)).toEqual({ made, report: { name: report.name, software: report.software }, shared: 'undefined' })
    await gpu.destroy()
  })
})

describe.skipIf(noBrowser)(`in a browser ${noBrowser}`, () => {
  it('opens its GPU, and signs and reads what Node does on the same driver', async () => {
    const { gpu } = await openGpu({ adapter: 'embedded' })
    const made = await madeByNode(gpu)
    await using browser = await launchBrowser({ webGpu: true })
    const page = await browser.newPage()
    // WebGPU is for secure origins; nothing is asked of this one, the page is answered here.
    await page.route('https://page.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>page</title>' }))
    await page.goto('https://page.test/')
    await page.addScriptTag({ content: await bundle(`export * from './src/web.ts'`, FOR_BROWSERS) })
    const bytes = (file: Uint8Array) => `Uint8Array.from(atob('${Buffer.from(file).toString('base64')}'), (c) => c.charCodeAt(0))`
    const text = await page.evaluate<string>(`(${MADE_BY_PAGE})({ pose: new Blob([${bytes(poseFile)}]), gloss: ${bytes(glossFile)} })`)
    expect(JSON.parse(text)).toEqual({ made, report: { name: expect.any(String), software: true }, shared: 'undefined' })
    await gpu.destroy()
  })
})

/** What a page, or its worker, makes of a model file behind an address. */
const SIGNED_BY_PAGE = `async (address) => {
  const told = []
  const signer = await signllm.Signer.open(address, { onProgress: ({ done, all }) => told.push([done, all]) })
  const joints = []
  for await (const piece of signer.stream('rain sun')) joints.push(...piece.joints)
  await signer.destroy()
  const damaged = await signllm.Signer.open(address + '?damaged').catch((error) => error.code + ' ' + error.message)
  const without = await signllm.openGpu({ gpu: null }).catch((error) => error.code)
  return JSON.stringify({ joints, told: told.at(-1), damaged, without, isolated: globalThis.crossOriginIsolated })
}`

describe.skipIf(noBrowser)(`a model file in a browser ${noBrowser}`, () => {
  it('signs from an address as Node does, on a page and in a worker, and is refused where it is damaged', async () => {
    const { gpu } = await openGpu({ adapter: 'embedded' })
    await using model = tinyModel(gpu)
    const card = { name: 'tiny', languages: [], provenance: { writtenBy: 'signllm' }, needs: [] }
    const file = Buffer.from(await formatModelFile(await poseContent('x', model), { card, half: true }, 'x'))
    await using signer = await Signer.open(file, { gpu })
    const { joints } = await signer.sign('rain sun')
    await using browser = await launchBrowser({ webGpu: true })
    const context = await browser.newContext()
    const ranges: (string | undefined)[] = []
    await context.route('https://page.test/**', (route) => {
      const { pathname, search } = new URL(route.request().url())
      if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: '<title>page</title>' })
      const whole = search ? Buffer.from(file.map((byte, i) => (i === file.length - 1 ? byte ^ 1 : byte))) : file
      const { range } = route.request().headers()
      ranges.push(range)
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
      if (first === undefined) return route.fulfill({ body: whole })
      const body = whole.subarray(Number(first), Number(last) + 1)
      const headers = { 'content-range': `bytes ${first}-${Number(first) + body.length - 1}/${whole.length}` }
      return route.fulfill({ status: 206, headers, body })
    })
    const page = await context.newPage()
    await page.goto('https://page.test/')
    const script = await bundle(`export * from './src/web.ts'`, FOR_BROWSERS)
    await page.addScriptTag({ content: script })
    const address = JSON.stringify('https://page.test/tiny.signllm')
    const onPage = await page.evaluate<string>(`(${SIGNED_BY_PAGE})(${address})`)
    const worker = `${script};(${SIGNED_BY_PAGE})(${address}).then(postMessage, (error) => postMessage(String(error)))`
    const inWorker = await page.evaluate<string>(`new Promise((resolve) => {
      const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(worker)}])))
      worker.onmessage = ({ data }) => resolve(data)
      worker.onerror = ({ message }) => resolve(message)
    })`)
    for (const text of [onPage, inWorker]) {
      const made = JSON.parse(text) as { joints: number[]; told: number[]; damaged: string; without: string; isolated: boolean }
      expect(made.joints).toHaveLength(joints.length)
      expect(Math.max(...made.joints.map((value, i) => Math.abs(value - joints[i]!)))).toBeLessThan(1e-4)
      expect(made).toMatchObject({ told: [file.length, file.length], without: 'ERR_NO_ADAPTER', isolated: false })
      expect(made.damaged).toMatch(/^ERR_CHECKPOINT https:\/\/page\.test\/tiny\.signllm: tensor ".+": wanted bytes with checksum/)
    }
    expect(ranges[0]).toMatch(/^bytes=0-/)
    await gpu.destroy()
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
      await gpu.destroy()
      process.exit()`
    const text = await bundle(entry, { platform: 'node', format: 'esm', packages: 'external' })
    const file = join(folder, 'bundle.mjs')
    await writeFile(file, text)
    expect((await promisify(execFile)(process.execPath, [file], { cwd: folder })).stdout).toBe('2,4,6,8\n')
  })
})
