import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { checkReach, isLoopback } from './guard.js'
import { listen } from './server.js'
import { testedService } from './service.testing.js'

const asking = (text: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ text, language: 'ASL' }),
})

/** The status of the answer to bytes that are no request, or not yet. */
function statusOf(url: string, bytes: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]))
      socket.destroy()
    })
  })
}

describe('a service on a socket', () => {
  it('finishes what is in when it stops, and then takes no connection', async () => {
    const { service, engine } = await testedService({ rows: 4, queue: 20 })
    const { url, stop } = await listen(service, { host: '127.0.0.1', port: 0, timeout: 30 })
    await (await fetch(`${url}/v1/generate`, asking('rain'))).text()
    // They are in once they are answered; what is still on its way when the service stops is refused.
    const running = await Promise.all(Array.from({ length: 16 }, () => fetch(`${url}/v1/generate`, asking('rain sun snow'))))
    const stopped = stop()
    for (const response of running) expect((await response.text()).trim().split('\n').at(-1)).toMatch(/^\{"type":"end"/)
    await stopped
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    await engine.destroy()
  })

  it('answers what is no HTTP, and frees the rows of clients who hang up', async () => {
    const { service, engine } = await testedService()
    const { url, stop } = await listen(service, { host: '127.0.0.1', port: 0, timeout: 30 })
    expect(await statusOf(url, 'nonsense\r\n\r\n')).toBe(400)
    expect(await statusOf(url, 'GET /v1/models HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n')).toBe(403)
    for (let round = 0; round < 3; round++) {
      const clients = Array.from({ length: 8 }, async () => {
        const controller = new AbortController()
        const response = await fetch(`${url}/v1/generate`, { ...asking('rain'), signal: controller.signal })
        await response.body!.getReader().read()
        controller.abort()
        return response.status
      })
      expect(await Promise.all(clients)).toEqual(Array(8).fill(200))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ready', running: 0, waiting: 0 })
    await stop()
    await engine.destroy()
  })

  it('tells of an address that is taken', async () => {
    const { service, engine } = await testedService()
    const { url, stop } = await listen(service, { host: '127.0.0.1', port: 0, timeout: 30 })
    const port = Number(new URL(url).port)
    await expect(listen(service, { host: '127.0.0.1', port, timeout: 30 })).rejects.toMatchObject({ code: 'ERR_OUTPUT' })
    await stop()
    await engine.destroy()
  })
})

describe('who may reach a service', () => {
  it('is this machine, or whoever has a token that is one', () => {
    for (const host of ['localhost', '127.0.0.1', '127.8.9.1', '::1']) expect(isLoopback(host)).toBe(true)
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org']) expect(isLoopback(host)).toBe(false)
    expect(() => checkReach('127.0.0.1', undefined)).not.toThrow()
    expect(() => checkReach('0.0.0.0', undefined)).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
    expect(() => checkReach('0.0.0.0', 'a-long-token')).not.toThrow()
    expect(() => checkReach('127.0.0.1', 'short')).toThrow(expect.objectContaining({ code: 'ERR_USAGE' }))
  })
})
