// Signals that ask a process for its end: it sends them to itself.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'

/** Runs a script that imports ours; gives what it printed and how it ended. */
async function run(script: string, { before = [] as string[], env = {} as Record<string, string> } = {}) {
  const source = `import { interruption, interruptedStatus, keepHangupsIgnored } from './src/cli_signals.ts'
    const alive = setInterval(() => {}, 1000)
    const send = (signal) => process.kill(process.pid, signal)
    const later = (work, ms = 0) => setTimeout(work, ms)
    ${script}`
  const [command, ...args] = [...before, process.execPath, '--import', 'tsx', '--input-type=module', '-e', source]
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const [said, [status, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  return { said, status, signal }
}

describe('the first signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('%s asks for a clean end, which has the status %i', async (signal, status) => {
    const script = `const signal = interruption()
      signal.onabort = () => { console.log(signal.reason.message); process.exit(interruptedStatus()) }
      send('${signal}')`
    expect(await run(script)).toEqual({ said: `ended by ${signal}\n`, status, signal: null })
  })

  it('counts once where it is sent to a process and to its group', async () => {
    const script = `interruption().onabort = () => later(() => process.exit(interruptedStatus()), 200)
      send('SIGTERM'); later(() => send('SIGTERM'), 20); later(() => send('SIGINT'), 40)`
    expect(await run(script)).toMatchObject({ status: 143, signal: null })
  })
})

it('the first signal ends a process that does not end cleanly in time, where it has nothing to keep', async () => {
  const script = `interruption(100).onabort = () => console.log('asked')
    send('SIGTERM'); later(() => process.exit(9), 5000)`
  expect(await run(script)).toEqual({ said: 'asked\n', status: null, signal: 'SIGTERM' })
})

it('the second signal ends the process at once, whichever it is', async () => {
  const script = `interruption().onabort = () => later(() => send('SIGTERM'), 1000)
    send('SIGINT')`
  expect(await run(script)).toEqual({ said: '', status: null, signal: 'SIGTERM' })
})

describe.skipIf(process.platform !== 'linux')('a hangup under nohup', () => {
  const ends = `interruption().onabort = () => { console.log('asked'); process.exit(9) }
    keepHangupsIgnored()
    send('SIGHUP'); later(() => { console.log('still here'); process.exit(0) }, 100)`

  it('is ignored where a shell was told to run nohup', async () => {
    expect(await run(ends, { before: ['bash', '-c', 'nohup "$@"; exit $?', 'bash'] })).toMatchObject({ said: 'still here\n', status: 0 })
  })

  it('is ignored below a script that runs under nohup', async () => {
    expect(await run(ends, { before: ['nohup', 'sh', '-c', '"$@"; exit $?', 'sh'], env: { _: '' } })).toMatchObject({
      said: 'still here\n',
      status: 0,
    })
  })

  it('is heard elsewhere', async () => {
    expect(await run(ends, { env: { _: '' } })).toMatchObject({ said: 'asked\n', status: 9 })
  })
})
