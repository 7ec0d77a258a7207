// A machine that cannot load Dawn's binary, as one with an older C library, or a node_modules copied from another: said in one sentence where a
// GPU is wanted, and not in the way where none is.

import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runNode } from './open.testing.js'

const onLinux = process.platform === 'linux' && process.arch === 'x64'
const binary = `dist/${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}/dawn.node`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-dawn-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The project beside a `webgpu` package of its own, whose binary is what is given, or missing. */
async function projectWith(name: string, dawn: Uint8Array | undefined): Promise<string> {
  const project = join(folder, name)
  const modules = join(project, 'node_modules')
  await mkdir(modules, { recursive: true })
  for (const part of ['src', 'shaders', 'package.json']) await cp(part, join(project, part), { recursive: true })
  for (const installed of await readdir('node_modules')) {
    if (installed !== 'webgpu') await symlink(resolve('node_modules', installed), join(modules, installed))
  }
  const webgpu = join(modules, 'webgpu')
  await mkdir(join(webgpu, binary, '..'), { recursive: true })
  for (const part of ['index.js', 'package.json']) await cp(join('node_modules/webgpu', part), join(webgpu, part))
  if (dawn) await writeFile(join(webgpu, binary), dawn)
  return project
}

/** Dawn's binary as it looks to a C library that lacks what it asks for: the version's name, and its hash, are of one that no library has. */
async function ofTheFuture(): Promise<Uint8Array> {
  const bytes = await readFile(join('node_modules/webgpu', binary))
  const [has, lacks] = ['GLIBC_2.34', 'GLIBC_2.99'].map((text) => [Buffer.from(`${text}\0`), Buffer.alloc(4)] as const) as [Pair, Pair]
  for (const [text, hash] of [has, lacks]) hash.writeUInt32LE(elfHash(text.subarray(0, -1)))
  for (const i of [0, 1] as const) {
    for (let at = bytes.indexOf(has[i]); at >= 0; at = bytes.indexOf(has[i], at + 1)) lacks[i].copy(bytes, at)
  }
  return bytes
}

type Pair = readonly [text: Buffer, hash: Buffer]

/** The hash that ELF keeps beside the name of a version. */
function elfHash(name: Uint8Array): number {
  let hash = 0
  for (const byte of name) {
    hash = ((hash << 4) + byte) >>> 0
    const high = hash & 0xf0000000
    hash = (hash ^ (high >>> 24)) & ~high
  }
  return hash >>> 0
}

const library = `import { openGpu, parseRunConfig } from './src/index.ts'
console.log(typeof parseRunConfig)
try {
  await openGpu({ adapter: process.argv[1] })
} catch (error) {
  console.log(error.code, error.exitStatus, error.message.split('. ')[0])
}`

describe("where Dawn's binary cannot be loaded", () => {
  const cases = [
    [
      'is for a newer C library',
      'old',
      /^webgpu: wanted glibc 2\.34 for Dawn's binary, got glibc [\d.]+, which lacks GLIBC_2\.99\. Use Ubuntu 22\.04/,
    ],
    ['is missing', 'missing', /^webgpu: wanted Dawn's binary for \w+ \w+, got Cannot find module .+\. Run npm ci on this machine/],
    ['is damaged', 'damaged', /^webgpu: wanted Dawn's binary for \w+ \w+, got .+\. Run npm ci on this machine/],
  ] as const

  it.each(cases.filter(([, kind]) => onLinux || kind !== 'old'))(
    'as it %s, commands say so and those without a GPU go on',
    async (_, kind, message) => {
      const bytes = { old: onLinux ? ofTheFuture() : undefined, missing: undefined, damaged: Buffer.from('no library') }
      const cwd = await projectWith(kind, await bytes[kind])
      const env = { SIGNLLM_CACHE: join(folder, `cache ${kind}`) }
      for (const adapter of ['embedded', 'gpu']) {
        const doctor = await runNode(['src/cli.ts', 'doctor', '--adapter', adapter], { cwd, env })
        expect(doctor).toMatchObject({ status: 3, stdout: '', stderr: expect.stringMatching(message) })
        expect(doctor.stderr.trim().split('\n')).toHaveLength(1)
      }
      const json = await runNode(['src/cli.ts', '--json', 'doctor'], { cwd, env })
      expect(json.status).toBe(3)
      expect(JSON.parse(json.stderr)).toEqual({ code: 'ERR_NO_ADAPTER', message: expect.stringMatching(message) })

      const imported = await runNode(['--input-type=module', '-e', library], { cwd, env })
      expect(imported.stderr).toBe('')
      expect(imported.stdout.split('\n').slice(0, 2)).toEqual(['function', expect.stringMatching(/^ERR_NO_ADAPTER 3 webgpu: wanted/)])

      const corpus = join(folder, `corpus ${kind}`)
      const frames = [1, 2, 3].map((t) => Array.from({ length: 151 }, (_, i) => (i === 150 ? t / 3 : Math.sin(i))).join(' '))
      await writeFile(`${corpus}.skels`, `${frames.join(' ')}\n`)
      await writeFile(`${corpus}.text`, 'rain\n')
      await writeFile(`${corpus}.files`, 'a\n')
      const converted = await runNode(['src/cli.ts', 'data', 'convert', '--in', corpus, '--lang', 'ASL', '--out', `${corpus}.npz`], {
        cwd,
        env,
      })
      expect(converted.status).toBe(0)
      expect((await readFile(`${corpus}.npz`)).length).toBeGreaterThan(0)
    },
  )
})
