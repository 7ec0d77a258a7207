import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { takeLock } from './lock_file.js'
import { thisProcess } from './process_id.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-lock-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const path = join(folder, 'run.lock')

/** A lock as another process would have left it. */
const leave = (holder: object) =>
  writeFile(path, `${JSON.stringify({ ...thisProcess(), since: '2026-01-01T00:00:00.000Z', token: 'theirs', ...holder })}\n`)

/** A number that no process has any more. */
const ended = () => spawnSync(process.execPath, ['-e', '']).pid

describe('a lock', () => {
  it('is refused to a second holder of the same process, and free when it is released', async () => {
    const lock = takeLock(path, folder)
    expect(() => takeLock(path, folder)).toThrow(
      new RegExp(`${folder}: wanted to be the only .*got process ${process.pid} on .*\\(this one\\)`),
    )
    lock.release()
    expect(existsSync(path)).toBe(false)
    const next = takeLock(path, folder)
    lock.release()
    expect(existsSync(path)).toBe(true)
    next.release()
    next.release()
    expect(existsSync(path)).toBe(false)
  })

  it('is refused while another process runs', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      await leave({ pid: other.pid, started: null })
      expect(() => takeLock(path, folder)).toThrow(
        expect.objectContaining({ code: 'ERR_USAGE', message: expect.stringContaining(`process ${other.pid} on`) }),
      )
    } finally {
      other.kill('SIGKILL')
    }
  })

  it.each([
    ['a process that has ended', () => ({ pid: ended() })],
    ['a process whose number another one has now', () => ({ pid: process.pid, started: '1' })],
    ['a process of before the machine was started again', () => ({ pid: process.pid, boot: 'another' })],
  ])('is taken over from %s', async (_, holder) => {
    await leave(holder())
    const lock = takeLock(path, folder)
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    lock.release()
  })

  it.each([
    ['another machine', { host: 'elsewhere' }],
    ['another container', { namespace: 'pid:[1]' }],
  ])('is refused where the process is of %s, with the file to delete', async (_, holder) => {
    await leave({ pid: ended(), ...holder })
    expect(() => takeLock(path, folder)).toThrow(/another machine or container.* delete .*run\.lock if it has ended/)
    await rm(path)
  })

  it('is taken over where its making was cut off', async () => {
    for (const text of ['', '{"pid":1}\n']) {
      await writeFile(path, text)
      takeLock(path, folder).release()
      expect(existsSync(path)).toBe(false)
    }
  }, 20_000)

  it('leaves what another process has made of it meanwhile', async () => {
    const lock = takeLock(path, folder)
    await leave({ pid: 1 })
    lock.release()
    expect(existsSync(path)).toBe(true)
    await rm(path)
  })

  it('is one process’s, however many want it from one that ended', async () => {
    await leave({ pid: ended() })
    const script = `import { takeLock } from './src/base/lock_file.ts'
      try { takeLock(${JSON.stringify(path)}, 'x'); process.stdout.write('mine') } catch (error) { process.stdout.write(error.code) }
      setInterval(() => {}, 1000)`
    const children = Array.from({ length: 5 }, () => spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]))
    // All stay until the last has asked.
    const said = await Promise.all(children.map(async (child) => String((await once(child.stdout, 'data'))[0])))
    for (const child of children) child.kill('SIGKILL')
    expect(said.sort()).toEqual(['ERR_USAGE', 'ERR_USAGE', 'ERR_USAGE', 'ERR_USAGE', 'mine'])
    await rm(path)
  }, 60_000)

  it('is released at process.exit', () => {
    const script = `import { takeLock } from './src/base/lock_file.ts'; takeLock(${JSON.stringify(path)}, 'x'); process.exit(3)`
    expect(spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]).status).toBe(3)
    expect(existsSync(path)).toBe(false)
  })

  it('says where it cannot be made', async () => {
    expect(() => takeLock(join(folder, 'none', 'run.lock'), 'runs/x')).toThrow(
      expect.objectContaining({
        code: 'ERR_OUTPUT',
        message: expect.stringMatching(/^runs\/x: wanted to lock it for this process, got ENOENT/),
      }),
    )
  })
})
