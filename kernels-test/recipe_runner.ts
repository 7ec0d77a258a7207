// Follows a recipe of src/guides as its reader would: writes the files that the page shows, makes its changes, runs its commands in a shell one after another, and
// holds what they print against what the page says they print.
//
// A block under a line that names a file and ends in a colon, such as “Save this as `embed.ts`:”, is that file; `diff` changes files that are there; `sh` is commands; `text` is what the
// commands above it print on standard output, where `…` stands for anything, alone on a line for any lines,
// and every number for any other where the block says `numbers vary`.

import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'vitest'

export interface Block {
  readonly language: string
  /** What stands behind the language. */
  readonly info: string
  readonly content: string
  /** The file that it is the content of. */
  readonly file: string | undefined
}

/** The fenced blocks of a page, in their order. */
export function blocksIn(page: string): Block[] {
  return [...page.matchAll(/([^\n]*)\n+^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, before, language, info, content]) => ({
    language: language!,
    info: info!.trim(),
    content: content!,
    file: ['sh', 'diff', 'text'].includes(language!) ? undefined : /`([\w./-]+\.\w+)`[^`]*:$/.exec(before!)?.[1],
  }))
}

export class Recipe {
  readonly #folder: string
  readonly #blocks: readonly Block[]
  /** Addresses on the page, by those in use here: other programs of this machine may have the page's. */
  readonly #ports = new Map<string, string>()
  readonly #background: ChildProcess[] = []

  private constructor(folder: string, blocks: readonly Block[]) {
    this.#folder = folder
    this.#blocks = blocks
  }

  static async of(page: string, folder: string): Promise<Recipe> {
    const recipe = new Recipe(folder, blocksIn(page))
    for (const [, port] of page.matchAll(/(?:localhost|127\.0\.0\.1):(\d+)/g)) recipe.#ports.set(port!, await freePort())
    return recipe
  }

  /** An address of the page as it is here. */
  address(written: string): string {
    return [...this.#ports].reduce((text, [port, here]) => text.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), here), written)
  }

  /** Goes through the page. `skips` names languages of blocks and programs that this machine lacks. */
  async follow(skips: readonly string[] = []): Promise<void> {
    let said = ''
    for (const { language, info, content, file } of this.#blocks) {
      if (file !== undefined) await this.#write(file, this.address(content))
      else if (language === 'diff') await this.#change(content)
      else if (language === 'sh') said = await this.#runAll(this.address(content), skips)
      else if (language === 'text' && said !== SKIPPED) expectPrinted(said, this.address(content), info === 'numbers vary')
    }
  }

  /** Ends what runs in the background. */
  async end(): Promise<void> {
    for (const child of this.#background) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = new Promise((done) => child.once('close', done))
      process.kill(-child.pid!, 'SIGTERM')
      await ended
    }
  }

  async #write(file: string, text: string): Promise<void> {
    const path = join(this.#folder, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }

  /** Each hunk's lines but those of `+` stand in the file exactly once. */
  async #change(diff: string): Promise<void> {
    for (const part of diff.split(/^--- .*\n(?=\+\+\+ )/m).filter((text) => text.startsWith('+++ '))) {
      const path = join(this.#folder, /^\+\+\+ (?:b\/)?(\S+)/.exec(part)![1]!)
      let text = await readFile(path, 'utf8')
      for (const hunk of part.split(/^@@.*\n/m).slice(1)) {
        const lines = hunk.trimEnd().split('\n')
        const of = (signs: string) => `${lines.flatMap((line) => (signs.includes(line[0]!) ? [line.slice(1)] : [])).join('\n')}\n`
        expect(text.split(of(' -')).length, `${path}: wanted these lines once:\n${of(' -')}`).toBe(2)
        text = text.replace(of(' -'), () => of(' +'))
      }
      await writeFile(path, text)
    }
  }

  async #runAll(block: string, skips: readonly string[]): Promise<string> {
    let said = ''
    for (const line of block.replaceAll('\\\n', ' ').split('\n')) {
      const command = line.replace(/(^|\s)#.*$/, '').trim()
      // Packages are there; newcomer.js installs ours from nothing.
      if (command === '' || command.startsWith('npm i ')) continue
      if (skips.includes(command.split(' ')[0]!)) return SKIPPED
      said += command.endsWith('&') ? await this.#start(command.replace(/\s*&$/, '')) : await this.#run(command)
    }
    return said
  }

  #run(command: string): Promise<string> {
    return new Promise((done, failed) => {
      const child = this.#shell(command)
      child.stdin!.end()
      let [out, err] = ['', '']
      child.stdout!.on('data', (text) => (out += text))
      child.stderr!.on('data', (text) => (err += text))
      child.on('close', (status) => (status === 0 ? done(out) : failed(new Error(`${command}: status ${status}\n${out}\n${err}`))))
    })
  }

  /** Waits until it says where it answers; what it prints is nobody's output. */
  #start(command: string): Promise<string> {
    const child = this.#shell(`exec ${command}`)
    this.#background.push(child)
    return new Promise((done, failed) => {
      let said = ''
      const hear = (text: Buffer) => {
        said += text
        if (/https?:\/\/\S+/.test(said)) done('')
      }
      child.stdout!.on('data', hear)
      child.stderr!.on('data', hear)
      child.on('close', (status) => failed(new Error(`${command}: ended with status ${status} before it answered\n${said}`)))
    })
  }

  #shell(command: string): ChildProcess {
    const { npm_config_prefix: _, FORCE_COLOR: __, ...env } = process.env
    return spawn('bash', ['-c', command], {
      cwd: this.#folder,
      detached: true,
      // Some servers end where standard input does.
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...env, NO_COLOR: '1', npm_config_update_notifier: 'false' },
    })
  }
}

const SKIPPED = '\0'

/** An empty folder in which the package is installed: its entries are the sources, its command too. */
export async function installIn(folder: string): Promise<void> {
  const { exports } = JSON.parse(await readFile('package.json', 'utf8')) as { exports: Record<string, { default?: string }> }
  const own = join(folder, 'node_modules/signllm')
  await mkdir(own, { recursive: true })
  const entries = Object.entries(exports).flatMap(([name, { default: path }]) =>
    path ? [[name, path.replace(/.*\//, './')] as const] : [],
  )
  await writeFile(join(own, 'package.json'), JSON.stringify({ name: 'signllm', type: 'module', exports: Object.fromEntries(entries) }))
  for (const [, file] of entries) await writeFile(join(own, file), `export * from '${resolve(`src/${file.replace('.js', '.ts')}`)}'\n`)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')

  const bin = join(folder, 'node_modules/.bin')
  await mkdir(bin, { recursive: true })
  const tsx = `exec "${process.execPath}" --import "${import.meta.resolve('tsx')}"`
  const commands = {
    signllm: `${tsx} "${resolve('src/cli.ts')}"`,
    tsx,
    esbuild: `exec "${resolve('node_modules/esbuild/bin/esbuild')}"`,
  }
  for (const [name, command] of Object.entries(commands)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${command} "$@"\n`)
    await chmod(join(bin, name), 0o755)
  }
}

function expectPrinted(said: string, wanted: string, numbersVary: boolean): void {
  const masked = (text: string) => (numbersVary ? text.replaceAll(/-?\d+(?:[.,]\d+)*/g, '#') : text).replaceAll(/[^\S\n]+/g, ' ').trim()
  const pattern = masked(wanted)
    .split('\n')
    .map((line) =>
      line.trim() === '…'
        ? '(?:.*\\n)*?'
        : `${line
            .trim()
            .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
            .replaceAll('…', '.*')}\\n`,
    )
    .join('')
  const lines = masked(said).split('\n')
  expect(`${lines.map((line) => line.trim()).join('\n')}\n`, `as the page has it:\n${wanted}\nbut it printed:\n${said}`).toMatch(
    new RegExp(`^${pattern}$`),
  )
}

function freePort(): Promise<string> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => done(String(port)))
    })
  })
}
