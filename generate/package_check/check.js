// `npm run package-check`: the packed package in a project of a user's, which has nothing of ours but the package's dependencies. A program
// that uses every entry compiles there under strict types without `skipLibCheck`, runs and ends by itself.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

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

  copyFileSync(join(here, 'user.mts'), join(project, 'user.mts'))
  const compilerOptions = { strict: true, target: 'es2022', lib: ['es2023'], types: ['node'], module: 'nodenext' }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['user.mts'] }))
  run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.')
  const said = run(process.execPath, 'user.mjs')
  process.stdout.write(said)
  if (!said.endsWith('ended\n')) throw new Error('the program did not come to its end')
} finally {
  rmSync(project, { recursive: true, force: true })
}

/** @param {string} target @param {string} name */
function link(target, name) {
  const at = join(project, 'node_modules', name)
  mkdirSync(dirname(at), { recursive: true })
  symlinkSync(target, at)
}
