// `npm run package-check`: the packed package in a project of a user's, which has nothing of ours but the package's dependencies. A program
// that uses every entry compiles there under strict types without `skipLibCheck`, runs and ends by itself; so does one that only signs, on each release of Node.

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodes } from './nodes.js'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const project = mkdtempSync(join(tmpdir(), 'signllm-package-'))

/** @type {(command: string, ...args: string[]) => string} what it wrote; ends this process where it failed */
function run(command, ...args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 300_000,
  })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}`)
}

try {
  run('npm', 'pack', root, '--ignore-scripts', '--silent')
  const packed = readdirSync(project).find((file) => file.endsWith('.tgz'))
  run('tar', '-xzf', `${packed}`)
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(project, 'package/package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, '@types/node': '' }))
    link(join(root, 'node_modules', name), name)
  link(join(project, 'package'), 'signllm')

  for (const program of ['user.mts', 'host.mts']) copyFileSync(join(here, program), join(project, program))
  const compilerOptions = { strict: true, target: 'es2022', lib: ['es2023'], types: ['node'] }
  for (const how of [{ module: 'node16' }, { module: 'es2022', moduleResolution: 'bundler' }, { module: 'nodenext' }]) {
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, ...how }, include: ['*.mts'] }))
    run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
  }
  const said = run(process.execPath, 'user.mjs')
  process.stdout.write(said)
  if (!said.endsWith('ended\n')) throw new Error('the program did not come to its end')
  run(process.execPath, 'node_modules/signllm/dist/cli.js', 'export', 'run', '--out', 'rain.signllm', '--licence', 'MIT')
  for (const { version, path } of nodes(project)) {
    if (path) host(path, version)
    else process.stdout.write(`${version}: skipped, the npm registry gave none\n`)
  }
} finally {
  rmSync(project, { recursive: true, force: true })
}

/** @type {(node: string, version: string) => void} a host program: it says nothing, ends by itself, and finds its process as it was */
function host(node, version) {
  const report = join(project, 'host.json')
  rmSync(report, { force: true })
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(node, ['host.mjs'], { cwd: project, encoding: 'utf8', timeout: 120_000 })
  const found = existsSync(report) ? readFileSync(report, 'utf8') : 'nothing'
  if (status !== 0 || stdout + stderr !== '' || found !== '{"frames":8,"equal":true,"changed":[]}')
    throw new Error(`host.mjs on Node ${version}: wanted a silent end with status 0, got ${status}, ${found}\n${stdout}${stderr}`)
  process.stdout.write(`${version}: a host program signs, says nothing and ends, ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

/** @param {string} target @param {string} name */
function link(target, name) {
  const at = join(project, 'node_modules', name)
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(target, at)
}
