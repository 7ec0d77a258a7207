// What is asked for is what is opened, or an error, in any order, in any thread, whatever the machine and its cache folder look like.

import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openGpu } from './open.js'
import { haveEmbedded, runOpening, systemLoader } from './open.testing.js'
import { tuningPath } from './tuning_file.js'

let folder: string
let cache: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-open-'))
  cache = join(folder, 'cache')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const swiftshader = ['embedded', 'swiftshader']

describe.skipIf(!haveEmbedded)('openGpu on a machine', () => {
  it('without a Vulkan loader says nothing of it, and takes the embedded driver', async () => {
    const env = { ...(await systemLoader(join(folder, 'none'), 'none')), SIGNLLM_CACHE: cache }
    const { said, outcome } = await runOpening(`const { report } = await openGpu(); say([report.chosen, report.attempts[0].outcome])`, {
      env,
    })
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    expect(said).toEqual([['embedded', expect.stringMatching(/^no Vulkan loader \(.*libvulkan\.so\.1: .+\)$/)]])
  })

  it('with a loader that has no driver says so in its report, and nothing on stderr', async () => {
    const env = { ...(await systemLoader(join(folder, 'no driver'), 'no driver')), SIGNLLM_CACHE: cache }
    const { said, outcome } = await runOpening(`const { report } = await openGpu(); say([report.chosen, report.attempts[0].outcome])`, {
      env,
    })
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    expect(said).toEqual([['embedded', expect.stringMatching(/^no usable driver: .*vkCreateInstance: Found no drivers!/)]])
  })

  it('gives every order of wishes what was wished for, and leaves the environment as it was', async () => {
    const body = `
      const before = JSON.stringify(process.env)
      for (const wish of ['software', 'embedded', 'software', 'gpu', 'SwiftShader', 'embedded', 'voodoo2']) say(await opened(wish))
      say(await Promise.all(['software', 'embedded', 'software', 'embedded', 'gpu'].map(opened)))
      await openGpu({ adapter: 'software', longDispatches: true })
      say(before === JSON.stringify(process.env))`
    const none = ['ERR_NO_ADAPTER']
    const alone = { ...(await systemLoader(join(folder, 'none'), 'none')), SIGNLLM_CACHE: cache }
    const without = await runOpening(body.replace(/await openGpu.*/, ''), { env: alone })
    expect(without.said).toEqual([
      none,
      swiftshader,
      none,
      none,
      swiftshader,
      swiftshader,
      none,
      [none, swiftshader, none, swiftshader, none],
      true,
    ])
    const installed = { ...(await systemLoader(join(folder, 'driver'), 'driver')), SIGNLLM_CACHE: cache }
    const software = ['software', 'swiftshader']
    const beside = await runOpening(body, { env: installed })
    expect(beside.said).toEqual([
      software,
      swiftshader,
      software,
      none,
      software,
      swiftshader,
      none,
      [software, swiftshader, software, swiftshader, none],
      true,
    ])
    expect(beside.outcome).toMatchObject({ status: 0, stderr: '' })
  })

  it('takes a name as doctor prints it', async () => {
    const env = { ...(await systemLoader(join(folder, 'driver'), 'driver')), SIGNLLM_CACHE: cache }
    const { said } = await runOpening(
      `const { report } = await openGpu({ adapter: 'software' }); say(await opened(report.name)); say(await opened(report.name + '-2'))`,
      { env },
    )
    expect(said).toEqual([['software', 'swiftshader'], ['ERR_NO_ADAPTER']])
  })

  it('opens the embedded driver in worker threads and beside them at once', async () => {
    // Node 20 gives a thread no loaders of its parent's.
    const worker = `(async () => {
      const { register } = await import('tsx/esm/api')
      register()
      const { openGpu } = await import('./src/platform/node/open.ts')
      const { gpu, report } = await openGpu({ adapter: 'embedded' })
      const buffer = gpu.buffer(16, 'x')
      gpu.device.queue.writeBuffer(buffer, 0, Uint32Array.of(1, 2, 3, 4))
      const back = new Uint32Array(await gpu.read(buffer))
      // First: of a promise still open when the process exits, Dawn writes a line to stdout.
      await gpu.destroy()
      require('node:worker_threads').parentPort.postMessage([report.chosen, report.name.split('-')[0], ...back])
    })()`
    const body = `
      import { Worker } from 'node:worker_threads'
      const start = () => new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] })
      const told = () => new Promise((resolve, reject) => start().on('message', resolve).on('error', reject))
      say(await Promise.all([told(), told(), opened('embedded'), opened('software')]))`
    for (const kind of ['none', 'driver'] as const) {
      const env = { ...(await systemLoader(join(folder, kind), kind)), SIGNLLM_CACHE: join(folder, `workers ${kind}`) }
      const { said, outcome } = await runOpening(body, { env })
      const system = kind === 'none' ? ['ERR_NO_ADAPTER'] : ['software', 'swiftshader']
      expect(outcome).toMatchObject({ status: 0, stderr: '' })
      expect(said).toEqual([[[...swiftshader, 1, 2, 3, 4], [...swiftshader, 1, 2, 3, 4], swiftshader, system]])
    }
  })
})

describe.skipIf(!haveEmbedded)('the embedded driver', () => {
  const open = (at: string, env = {}) => runOpening(`say(await opened('embedded'))`, { env: { SIGNLLM_CACHE: at, ...env } })
  const only = async (at: string) => join(at, (await readdir(at))[0]!)
  const driver = 'dist/linux-x64/libvulkan.so.1'

  it.each<[string, (at: string) => Promise<unknown>]>([
    ['a truncated driver', (at) => truncate(join(at, driver), 100_000)],
    ['a truncated Dawn', (at) => truncate(join(at, 'dist/linux-x64/dawn.node'), 100_000)],
    ['no driver', (at) => rm(join(at, driver))],
    ['no sum', (at) => rm(join(at, `${driver}.sha256`))],
    ['an empty file', (at) => truncate(join(at, 'index.js'), 0)],
    [
      'one byte changed',
      async (at) => {
        const bytes = await readFile(join(at, driver))
        bytes[2_000_000]! ^= 1
        await writeFile(join(at, driver), bytes)
      },
    ],
    ['nothing in its folder', (at) => rm(at, { recursive: true }).then(() => mkdir(at))],
  ])('comes up again where its cache has %s', async (name, damage) => {
    const at = join(folder, `cache with ${name}`)
    expect((await open(at)).said).toEqual([swiftshader])
    const whole = await readFile(join(await only(at), driver))
    await damage(await only(at))
    const { said, outcome } = await open(at)
    expect(outcome).toMatchObject({ status: 0, stderr: '' })
    expect(said).toEqual([swiftshader])
    expect((await readFile(join(await only(at), driver))).equals(whole)).toBe(true)
  })

  it('is unpacked by several processes at once', async () => {
    const all = await Promise.all([1, 2, 3].map(() => open(join(folder, 'at once'))))
    expect(all.map(({ said }) => said)).toEqual([[swiftshader], [swiftshader], [swiftshader]])
    expect((await readdir(join(await only(join(folder, 'at once')), 'dist/linux-x64'))).sort()).toEqual([
      'dawn.node',
      'libvulkan.so.1',
      'libvulkan.so.1.sha256',
    ])
  })

  it('goes to a temporary folder where its own cannot be had, and says so', async () => {
    await writeFile(join(folder, 'a file'), '')
    const temporary = join(folder, 'temporary')
    await mkdir(temporary)
    const body = `const { report } = await openGpu({ adapter: 'embedded' }); say([report.chosen, report.tuning.path, ...report.notes])`
    for (const env of [{ SIGNLLM_CACHE: join(folder, 'a file', 'x') }, { HOME: '/dev/null/nobody' }, { XDG_CACHE_HOME: '/dev/null/x' }]) {
      const { said } = await runOpening(body, { env: { SIGNLLM_CACHE: undefined, XDG_CACHE_HOME: undefined, ...env, TMPDIR: temporary } })
      const [chosen, path, ...notes] = said[0] as string[]
      expect(chosen).toBe('embedded')
      expect(path).toContain(join(temporary, 'signllm-cache-'))
      expect(notes).toEqual([expect.stringMatching(/the bundled driver cannot be stored in .+ \(ENOTDIR.+\), so it is in .+/)])
    }
  })

  it('is tried anew by whoever asks again, once what was in its way is gone', async () => {
    const way = join(folder, 'in the way')
    await writeFile(way, '')
    const body = `
      import { rmSync } from 'node:fs'
      process.env.TMPDIR = '/dev/null'
      say(await opened('embedded'))
      rmSync(${JSON.stringify(way)})
      say(await opened('embedded'))`
    const { said } = await runOpening(body, { env: { SIGNLLM_CACHE: join(way, 'x') } })
    expect(said).toEqual([['ERR_NO_ADAPTER'], swiftshader])
  })

  it.skipIf(process.getuid?.() !== 0)(
    'works for a user without a home, a name, or a right to write anywhere but the temporary folder',
    async () => {
      const temporary = join(folder, 'of nobody')
      await mkdir(temporary)
      await chmod(folder, 0o755)
      await chmod(temporary, 0o777)
      const env = { SIGNLLM_CACHE: undefined, XDG_CACHE_HOME: undefined, HOME: undefined, TMPDIR: temporary }
      const { said } = await runOpening(`say(await opened('embedded'))`, { env, uid: 54_321 })
      expect(said).toEqual([swiftshader])
    },
  )

  it('trusts no temporary folder that others may write to', async () => {
    const temporary = join(folder, 'shared')
    const usual = join(temporary, `signllm-cache-${process.getuid!()}`)
    await mkdir(usual, { recursive: true })
    await chmod(usual, 0o777)
    expect((await open('/dev/null/x', { TMPDIR: temporary })).said).toEqual([swiftshader])
    expect(await readdir(usual)).toEqual([])
  })
})

describe('what signllm tune measured', () => {
  it.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['is cut off', (path) => writeFile(path, '{"format":"signllm tuning 1","ada'), /wanted tuning results, got something else/],
    [
      'is of a newer version',
      (path) => writeFile(path, '{"format":"signllm tuning 9"}'),
      /another version of signllm \('signllm tuning 9'\)/,
    ],
    ['is bytes', (path) => writeFile(path, Uint8Array.of(0, 255, 1, 2)), /got something else/],
    ['is a folder', (path) => mkdir(join(path, 'x'), { recursive: true }), /EISDIR/],
  ])('is left aside with a note where it %s', async (_, damage, expected) => {
    vi.stubEnv('SIGNLLM_CACHE', await mkdtemp(join(folder, 'tuned-')))
    vi.stubEnv('SIGNLLM_TUNING', undefined)
    try {
      const first = await openGpu()
      await first.gpu.destroy()
      expect(first.report.notes).toEqual([])
      const { path } = first.report.tuning
      await mkdir(join(path, '..'), { recursive: true })
      await damage(path)
      const { gpu, report } = await openGpu()
      await gpu.destroy()
      expect(gpu.tuning).toBeUndefined()
      expect(report.tuning).toEqual({ path: tuningPath(report.identity), shapes: 0 })
      expect(report.notes).toEqual([expect.stringMatching(expected)])
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe('opening again and again', () => {
  it('lets go of every Gpu with its device and programs, disposed of or dropped', async () => {
    const { said, outcome } = await runOpening(`
      import { setFlagsFromString } from 'node:v8'
      import { runInNewContext } from 'node:vm'
      import { add } from './src/kernels/add.ts'
      import { Program, Recorder } from './src/device/program.ts'
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc')
      const living = { gpu: 0, device: 0, program: 0 }
      const registry = new FinalizationRegistry((what) => living[what]--)
      const watch = (what, object) => { living[what]++; registry.register(object, what) }
      async function cycle(disposed) {
        const { gpu } = await openGpu()
        const recorder = new Recorder()
        const [a, b, y] = [recorder.feed('a', [4]), recorder.feed('b', [4]), recorder.tensor('y', [4])]
        recorder.run(add, { a, b, y }, { n: 4 })
        recorder.report(y)
        const program = await Program.build(gpu, recorder)
        await program.run()
        for (const [what, object] of Object.entries({ gpu, device: gpu.device, program })) watch(what, object)
        if (disposed) await gpu.destroy()
      }
      for (let i = 0; i < 10; i++) await cycle(i % 2 === 0)
      for (let i = 0; i < 10 && living.device > 1; i++) {
        collect()
        await new Promise((done) => setTimeout(done, 20))
      }
      say(Object.values(living).every((count) => count <= 1) || living)`)
    expect(outcome.stderr).toBe('')
    expect(said).toEqual([true])
  })
})
