import { describe, expect, it } from 'vitest'
import { Sessions } from './sessions.js'

/** A session whose programs only know whether they were destroyed. */
function fakeSession() {
  const session = { destroyed: 0, encoding: program(), decoding: program() }
  function program() {
    return { destroy: () => void session.destroyed++ } as never
  }
  return session
}

function pool() {
  const recorded: ReturnType<typeof fakeSession>[] = []
  const sessions = new Sessions<ReturnType<typeof fakeSession>>('pool')
  const lend = (shape: string) =>
    sessions.lend(shape, async () => {
      recorded.push(fakeSession())
      return recorded.at(-1)!
    })
  const alive = () => recorded.filter(({ destroyed }) => destroyed === 0).length
  return { sessions, recorded, lend, alive }
}

describe('sessions', () => {
  it('are each lent to one call at a time, and again once given back', async () => {
    const { sessions, recorded, lend } = pool()
    const [a, b] = [await lend('x'), await lend('x')]
    expect(a).not.toBe(b)
    sessions.giveBack('x', a)
    expect(await lend('y')).not.toBe(a)
    expect(await lend('x')).toBe(a)
    expect(recorded).toHaveLength(3)
  })

  it('are kept up to 16 while free, the longest unused destroyed first', async () => {
    const { sessions, recorded, lend, alive } = pool()
    const lent = await Promise.all(Array.from({ length: 40 }, () => lend('x')))
    expect(alive()).toBe(40)
    for (const session of lent) sessions.giveBack('x', session)
    expect(alive()).toBe(16)
    expect(lent.slice(-16).every(({ destroyed }) => destroyed === 0)).toBe(true)
    expect(await lend('x')).toBe(lent.at(-1))
    expect(recorded).toHaveLength(40)
  })

  it('are all destroyed together: free ones, lent ones, and those being recorded, which nobody gets', async () => {
    const { sessions, recorded, lend, alive } = pool()
    sessions.giveBack('x', await lend('x'))
    const lent = await lend('y')
    const late = lend('z')
    const refused = expect(late).rejects.toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }))
    await sessions.destroy()
    await refused
    sessions.giveBack('y', lent)
    expect([recorded.length, alive()]).toEqual([3, 0])
    await sessions.destroy()
    await expect(lend('x')).rejects.toThrow('pool: wanted it alive, got it destroyed')
    expect(recorded).toHaveLength(3)
  })

  it('try anew where recording failed', async () => {
    const { sessions, lend } = pool()
    await expect(sessions.lend('x', () => Promise.reject(new Error('no room')))).rejects.toThrow('no room')
    expect((await lend('x')).destroyed).toBe(0)
  })
})
