// What a command prints arrives whole, or somebody is told; and nothing of it steers the terminal that shows it.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import { jsonText } from './base/printable.js'
import { signllm } from './cli.testing.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-output-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const NODE = [process.execPath, '--import', 'tsx', 'src/cli.ts']

describe('standard output', () => {
  it.skipIf(!existsSync('/dev/full')).each([
    [['--help'], /^standard output: wanted to write \d+ bytes, got ENOSPC: .*\[ERR_OUTPUT\]\n$/],
    [['--json', 'doctor', '--help'], /^\{"code":"ERR_OUTPUT","message":"standard output: .*ENOSPC.*"\}\n$/],
  ])('on a full disk fails the command %j', (args, said) => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(NODE[0]!, [...NODE.slice(1), ...args], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
    closeSync(full)
    expect({ status, stderr }).toEqual({ status: 4, stderr: expect.stringMatching(said) })
  })

  it.skipIf(process.platform === 'win32')('on a disk that fills up in the midst of it fails too', async () => {
    const path = join(folder, 'part.txt')
    const limited = spawnSync('bash', ['-c', `ulimit -f 1; exec "$@" > ${path}`, 'bash', ...NODE, '--help'], { encoding: 'utf8' })
    expect(limited).toMatchObject({ status: 4, stderr: expect.stringMatching(/^standard output: .*EFBIG/) })
    expect((await stat(path)).size).toBe(1024)
  })

  it('whose reader has gone ends a command without a word', async () => {
    const child = spawn(NODE[0]!, [...NODE.slice(1), '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ said, status }).toEqual({ said: '', status: 141 })
  })

  it('is complete where the reader is slow and the result larger than a pipe', async () => {
    const prefix = join(folder, 'large')
    const bad = 2000
    await writeFile(`${prefix}.skels`, 'nan 2 3\n'.repeat(bad))
    const child = spawn(NODE[0]!, [...NODE.slice(1), '--json', 'data', 'check', prefix], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout, 'readable')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const said = await text(child.stdout)
    expect(said.length).toBeGreaterThan(100_000)
    expect(JSON.parse(said).findings.length).toBeGreaterThanOrEqual(bad)
  })
})

describe('what would steer a terminal', () => {
  const clip = '\u001b]0;owned\u0007\u009b2J'

  it('is spelled out in results', async () => {
    const prefix = join(folder, `c${clip}`)
    await writeFile(`${prefix}.skels`, 'nan\n')
    const [plain, json] = await Promise.all([signllm('data', 'check', prefix), signllm('--json', 'data', 'check', prefix)])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    for (const { stdout, stderr } of [plain, json]) expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
    expect(plain.stdout).toContain('c\\x1b]0;owned\\x07\\x9b2J.skels:1: error')
    expect(JSON.parse(json.stdout)).toMatchObject({ prefix })
  })

  it('is spelled out in what commander complains of', async () => {
    const { status, stderr } = await signllm('--json=x', `--${clip}`)
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^error: /) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
  })

  it('is JSON in JSON', () => {
    const value = { name: `${clip}\u202e` }
    expect(jsonText(value)).toBe(String.raw`{"name":"\u001b]0;owned\u0007\u009b2J\u202e"}`)
    expect(JSON.parse(jsonText(value))).toEqual(value)
  })
})

describe('the command line', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

  it.each(['--version', '-V'])('answers %s', async (flag) => {
    expect(await signllm(flag)).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each([
    [['train', '--json'], "missing required argument 'run.yaml'"],
    [['--json', 'doctor', '--nonsense'], "unknown option '--nonsense'"],
    [['nonsense', '--json'], "unknown command 'nonsense'"],
    [['--json', 'data'], 'wanted a command, got none'],
    [['demo', '--json', '--out'], "option '--out <folder>' argument missing"],
  ])('complains of %j as JSON', async (args, message) => {
    const { status, stdout, stderr } = await signllm(...args)
    expect({ status, stdout, said: JSON.parse(stderr) }).toEqual({
      status: 2,
      stdout: '',
      said: { code: 'ERR_USAGE', message: `signllm: ${message}` },
    })
  })
})
