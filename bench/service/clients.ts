// Clients of the service: patient ones, ones that vanish, ones that do not read, and ones that send nonsense.

import { connect } from 'node:net'

/** How a request ended: its status, the seconds it took, and whether its stream came to its end. */
export interface Ended {
  readonly status: number
  readonly seconds: number
  readonly whole: boolean
  readonly frames: number
}

const asking = (text: string, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ text }),
  ...(signal && { signal }),
})

export async function askOnce(url: string, text: string): Promise<Ended & { readonly retryAfter: number }> {
  const began = performance.now()
  const response = await fetch(`${url}/v1/generate`, asking(text))
  const body = await response.text()
  const last = /\{"type":"end","frames":(\d+)/.exec(body)
  const seconds = (performance.now() - began) / 1000
  const retryAfter = Number(response.headers.get('retry-after') ?? 0)
  return { status: response.status, seconds, whole: last !== null, frames: Number(last?.[1] ?? 0), retryAfter }
}

/** One request after another until the time is up; who is refused comes again when told to. */
export async function patient(url: string, until: number, textOf: () => string): Promise<Ended[]> {
  const ended: Ended[] = []
  while (performance.now() < until) {
    const one = await askOnce(url, textOf())
    ended.push(one)
    if (one.status === 429) await pause(1000 * one.retryAfter)
  }
  return ended
}

/** Asks, reads so many frames, and is gone. */
export async function vanishing(url: string, text: string, reads: number): Promise<void> {
  const controller = new AbortController()
  try {
    const response = await fetch(`${url}/v1/generate`, asking(text, controller.signal))
    const reader = response.body!.getReader()
    for (let i = 0; i < reads; i++) await reader.read()
  } finally {
    controller.abort()
  }
}

/** Asks and never reads: a socket that is paused. Returns what ends it. */
export function unreading(url: string, text: string): () => void {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const body = JSON.stringify({ text })
  socket.write(
    `POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  socket.pause()
  socket.on('error', () => {})
  return () => socket.destroy()
}

/** A request that is wrong in one of many ways, by its number: the status of the answer. */
export function malformed(url: string, number: number): Promise<number> {
  const text = 'w'.repeat(number % 50)
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '{"text":1}',
    `{"text":"${text}","x":1}`,
    '{"text":""}',
    '{"text":"zzz"}',
    '{"text":"w0","language":"??"}',
  ]
  const body = bodies[number % bodies.length]!
  const type = number % 7 === 0 ? 'text/plain' : 'application/json'
  const paths = ['/v1/generate', '/v1/generate', '/v1/translate', '/v2', '/v1/models/%2e%2e/x']
  const path = paths[number % paths.length]!
  const method = number % 11 === 0 ? 'DELETE' : 'POST'
  if (number % 13 === 0) return raw(url, `G\u0001T ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
  if (number % 17 === 0) return raw(url, `POST /v1/generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: nine\r\n\r\n`)
  if (number % 19 === 0) return raw(url, `GET /v1/models HTTP/1.1\r\nHost: attacker.example\r\nConnection: close\r\n\r\n`)
  return fetch(`${url}${path}`, { method, headers: { 'Content-Type': type }, body }).then(async (response) => {
    await response.arrayBuffer()
    return response.status
  })
}

/** The status of the answer to these bytes. */
function raw(url: string, bytes: string): Promise<number> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.once('data', (data) => {
      resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(String(data))?.[1]))
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('end', () => resolve(0))
  })
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))
