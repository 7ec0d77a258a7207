// The recipes for whoever works on signllm, followed as they are written, in a copy of the repository.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { Recipe } from './recipe_runner.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-clone-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function followed(name: string): Promise<void> {
  const clone = join(folder, name)
  for (const part of ['src', 'shaders', 'kernels-test', 'bench', 'generate', 'package.json', 'tsconfig.json'])
    await cp(part, join(clone, part), { recursive: true, filter: (path) => !/bench\/results|kernels-test\/checkpoints/.test(path) })
  await symlink(resolve('node_modules'), join(clone, 'node_modules'))
  await (await Recipe.of(await readFile(`src/guides/${name}.md`, 'utf8'), clone)).follow()
}

describe('recipes in a clone', () => {
  it('add a kernel', { timeout: 300_000 }, () => followed('add_a_kernel'))
  it('profile a kernel', { timeout: 300_000 }, () => followed('profile_a_kernel'))
})

it('the page on what is installed has every package, optional ones as such, and no other', () => {
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, Record<string, string>>
  const page = readFileSync('src/guides/what_is_installed.md', 'utf8')
  const rows = [...page.matchAll(/^\| `([^`]+)` \| [\d.]+ \| [^|]+ \| (required|optional)/gm)].map(([, name, kind]) => `${name} ${kind}`)
  const wanted = [
    ...Object.keys(dependencies!).map((name) => `${name} required`),
    ...Object.keys(optionalDependencies!).map((name) => `${name} optional`),
  ]
  expect(rows.sort()).toEqual(wanted.sort())
})

it('the line that deletes other platforms leaves this one, which opens', { timeout: 60_000 }, async () => {
  const own = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`
  const webgpu = join(folder, 'lighter/node_modules/webgpu')
  await mkdir(join(webgpu, 'dist/another-platform'), { recursive: true })
  for (const part of ['index.js', 'package.json', `dist/${own}`])
    await cp(join('node_modules/webgpu', part), join(webgpu, part), { recursive: true, dereference: true })
  const [, line] = /```sh\n(node -e .*)\n```/.exec(readFileSync('src/guides/what_is_installed.md', 'utf8'))!
  const run = promisify(execFile)
  await run('sh', ['-c', line!], { cwd: join(folder, 'lighter') })
  expect(await readdir(join(webgpu, 'dist'))).toEqual([own])
  const opens = `import { create } from ${JSON.stringify(pathToFileURL(join(webgpu, 'index.js')))}; console.log(typeof create([]).requestAdapter)`
  expect((await run(process.execPath, ['--input-type=module', '-e', opens])).stdout).toBe('function\n')
})
