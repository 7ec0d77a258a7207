// `npm run newcomer-check`: the commands of the README's first section, as they stand there, in an empty folder, with the packed package in place of the registry's: from
// installing it to a generated motion that can be looked at. At most five commands and, on two cores without a GPU that do nothing else, five minutes.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MOST_COMMANDS = 5
const MOST_SECONDS = 300

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'README.md'), 'utf8')
const [, block = ''] = /^## From an empty folder\n[\s\S]*?^```sh\n([\s\S]*?)^```$/m.exec(page) ?? []
const commands = block
  .split('\n')
  .map((line) => line.replace(/\s+#.*$/, '').trim())
  .filter((line) => line !== '')
if (commands.length === 0 || commands.length > MOST_COMMANDS)
  throw new Error(`README.md: wanted 1 to ${MOST_COMMANDS} commands under "From an empty folder", got ${commands.length}`)

const folder = mkdtempSync(join(tmpdir(), 'signllm-newcomer-'))
const project = join(folder, 'empty')
mkdirSync(project)

/** @type {(command: string, cwd: string) => void} runs it in a shell, saying what it says */
function run(command, cwd) {
  const { status } = spawnSync(command, { cwd, shell: true, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command}: wanted status 0, got ${status}`)
}

try {
  run(`npm pack ${JSON.stringify(root)} --ignore-scripts --silent`, folder)
  const packed = join(folder, `${readdirSync(folder).find((file) => file.endsWith('.tgz'))}`)
  const began = performance.now()
  for (const command of commands) {
    process.stdout.write(`$ ${command}\n`)
    run(command.replace(/^npm i signllm$/, `npm i ${JSON.stringify(packed)}`), project)
  }
  const seconds = (performance.now() - began) / 1000
  for (const file of ['rain.mp4', 'rain.html', 'demo-out/demo.html'])
    if (!existsSync(join(project, file)) || statSync(join(project, file)).size < 10_000)
      throw new Error(`${file}: wanted a motion, got none`)
  process.stdout.write(`${commands.length} commands, ${seconds.toFixed(0)} s\n`)
  if (seconds > MOST_SECONDS)
    throw new Error(`wanted at most ${MOST_SECONDS} s, got ${seconds.toFixed(0)}: is this machine doing something else?`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
