// The recipes for containers and clusters, which need machines that tests do not have: what they name exists, and they say the same as each other.

import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { signllm } from '../src/cli.testing.js'
import { openApi } from '../src/serve/openapi.js'

const folder = 'bench/recipes'
const text = (name: string): string => readFileSync(join(folder, name), 'utf8')
const names = readdirSync(folder)
const { scripts, files, bin, engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>
  files: string[]
  bin: { signllm: string }
  engines: { node: string }
}

/** Instructions of the Dockerfile, each with its words. */
const instructions = text('Dockerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' '))
const argumentsOf = (instruction: string): string[][] => instructions.filter(([name]) => name === instruction).map(([, ...words]) => words)
const [entry] = argumentsOf('ENTRYPOINT').map((words) => JSON.parse(words.join(' ')) as string[])
const [standard] = argumentsOf('CMD').map((words) => JSON.parse(words.join(' ')) as string[])
const [port] = argumentsOf('EXPOSE')[0]!

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string }
  readonly environment: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly ports: readonly string[]
  readonly profiles: readonly string[]
  readonly stop_grace_period: string
  readonly healthcheck: { readonly test: readonly string[] }
}
const compose = parse(text('compose.yaml'), { merge: true }) as { readonly services: Readonly<Record<string, Service>> }

let help: string
beforeAll(async () => {
  help = (await signllm('serve', '--help')).stdout
})

describe('the Dockerfile', () => {
  it('builds with scripts and on a Node that the package has', () => {
    for (const [, script] of text('Dockerfile').matchAll(/npm run ([\w:-]+)/g)) expect(Object.keys(scripts)).toContain(script)
    const least = Number(/(\d+)/.exec(engines.node)![1])
    for (const [image] of argumentsOf('FROM')) expect(Number(/^node:(\d+)-/.exec(image!)![1])).toBeGreaterThanOrEqual(least)
  })

  it('takes all that the package is made of', () => {
    const taken = argumentsOf('COPY').flatMap(([from, path]) => (from === '--from=build' ? [path!.replace('/signllm/', '')] : []))
    const needed = files.filter((name) => name !== 'CHANGELOG.md')
    expect(taken.sort()).toEqual(['node_modules', 'package.json', ...needed].sort())
    expect(`./${entry![1]}`).toBe(bin.signllm)
  })

  it('starts the service with options that it has, at its port', () => {
    expect(entry!.slice(0, 3)).toEqual(['node', 'dist/cli.js', 'serve'])
    for (const word of [...entry!, ...standard!]) if (word.startsWith('--')) expect(help).toContain(`${word} `)
    expect(help).toMatch(new RegExp(`--port <n>[\\s\\S]*?\\(default:\\s+${port}\\)`))
  })
})

describe('the compose file', () => {
  it.each(Object.entries(compose.services))('builds and reaches the service, %s', (name, service) => {
    const { build, environment, volumes, ports, profiles, healthcheck } = service
    expect(join(folder, build.context, build.dockerfile)).toBe(join(folder, 'Dockerfile'))
    expect(profiles).toEqual([name])
    for (const published of ports) expect(published.split(':').at(-1)).toBe(port)
    const [, to, how] = volumes[0]!.split(':')
    expect([standard![1]!.startsWith(`${to}/`), how]).toEqual([true, 'ro'])
    // Nothing starts without the token, which the command knows by this name.
    expect(environment.SIGNLLM_TOKEN).toMatch(/^\$\{SIGNLLM_TOKEN:\?/)
    expect(help).toContain('SIGNLLM_TOKEN')
    const [, asked] = /fetch\('([^']+)'\)/.exec(healthcheck.test.join(' '))!
    const { port: at, pathname } = new URL(asked!)
    expect(at).toBe(port)
    expect(Object.keys((openApi('0', true) as { paths: object }).paths)).toContain(pathname)
    const slowest = Number(/--timeout <seconds>[\s\S]*?\(default:\s+(\d+)\)/.exec(help)![1])
    expect(Number.parseInt(service.stop_grace_period, 10)).toBeGreaterThan(slowest)
  })
})

describe('all recipes', () => {
  it('are written in their languages', async () => {
    for (const name of names.filter((one) => one.endsWith('.yaml')))
      for (const document of parseAllDocuments(text(name), { merge: true }))
        expect([name, 'errors' in document ? document.errors : []]).toEqual([name, []])
    for (const name of names.filter((one) => one.endsWith('.sh'))) await promisify(execFile)('bash', ['-n', join(folder, name)])
  })

  it('call commands that exist, with options that they have', async () => {
    for (const name of names)
      for (const [, command, rest] of text(name).matchAll(/npx,? signllm,? (\w+)([^\]\n]*)/g)) {
        const { status, stdout } = await signllm(command!, '--help')
        expect([name, command, status]).toEqual([name, command, 0])
        for (const [option] of rest!.matchAll(/--[a-z-]+/g)) expect([name, stdout]).toEqual([name, expect.stringContaining(option)])
      }
  })

  it('name files of this repository that are there', () => {
    for (const name of names)
      for (const [path] of text(name).matchAll(/bench\/recipes\/[\w.]+/g))
        expect([name, path, existsSync(path)]).toEqual([name, path, true])
  })
})
