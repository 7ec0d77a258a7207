import { describe, expect, it } from 'vitest'
import { Thread } from './thread.js'

interface Asked {
  double(n: number): number
  fail(): void
  loop(): void
  exit(): void
}

const script = `
  import { parentPort } from 'node:worker_threads'
  parentPort.on('message', ({ name, args }) => {
    console.log('printed'); console.error('printed')
    if (name === 'loop') for (;;);
    if (name === 'exit') process.exit(3)
    if (name === 'crash') throw new Error('fell over')
    parentPort.postMessage(name === 'double' ? { value: 2 * args[0] } : { problem: 'no', code: 'E_NO' })
  })`
const start = (): Thread<Asked> => new Thread<Asked>(new URL(`data:text/javascript,${encodeURIComponent(script)}`))

describe('a thread', () => {
  it('answers one call after another, and goes on after one that failed', async () => {
    const thread = start()
    expect(await thread.call('double', [4], { seconds: 60 })).toBe(8)
    await expect(thread.call('fail', [], { seconds: 60 })).rejects.toMatchObject({ message: 'no', code: 'E_NO' })
    expect(await thread.call('double', [5], { seconds: 60 })).toBe(10)
    thread.end()
    await expect(thread.call('double', [5], { seconds: 60 })).rejects.toThrow('the end of its thread')
  })

  it('that hangs is ended at its deadline', async () => {
    const thread = start()
    await expect(thread.call('loop', [], { seconds: 1 })).rejects.toThrow('no answer in 1 s')
    await expect(thread.call('double', [1], { seconds: 60 })).rejects.toThrow('no answer in 1 s')
  })

  it('is ended by a signal, whatever it does', async () => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new Error('enough')), 300)
    await expect(start().call('loop', [], { seconds: 60, signal: controller.signal })).rejects.toThrow('enough')
  })

  it('is given its time although the caller stands still beyond the deadline', async () => {
    const thread = start()
    const answer = thread.call('double', [4], { seconds: 2 })
    // As a suspended machine does: the clock goes on, nothing else.
    for (const until = Date.now() + 2500; Date.now() < until; );
    expect(await answer).toBe(8)
    thread.end()
  })

  it('that falls over or leaves is told to who waits', async () => {
    await expect(start().call('exit', [], { seconds: 60 })).rejects.toThrow('the end of its thread')
    const crash = start() as unknown as Thread<{ crash(): void }>
    await expect(crash.call('crash', [], { seconds: 60 })).rejects.toThrow('fell over')
  })
})
