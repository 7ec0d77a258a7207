// The service on a socket, and its end: what is in is finished, what comes is refused.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { SignError } from '../base/errors.js'
import type { Service } from './app.js'

export interface ListenOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Seconds after which a connection is closed on which nothing moves. */
  readonly timeout: number
}

/** Seconds for a request's headers and body to come. */
const ARRIVAL = 30
/** Seconds that a connection without a request is kept. */
const KEPT = 5
const MOST_CONNECTIONS = 1024
/** How often connections are looked for that have fallen idle while the service stops. */
const SWEEP_MS = 50

export interface Listening {
  readonly url: string
  /** Takes no more requests, and resolves when those that were in are answered. Idempotent. */
  stop(): Promise<void>
}

/** Throws ERR_OUTPUT for an address that cannot be had. */
export async function listen(service: Service, { host, port, timeout }: ListenOptions): Promise<Listening> {
  const server = createAdaptorServer({ fetch: service.app.fetch, overrideGlobalObjects: false }) as Server
  server.headersTimeout = 1000 * ARRIVAL
  server.requestTimeout = 1000 * ARRIVAL
  server.keepAliveTimeout = 1000 * KEPT
  server.timeout = 1000 * (timeout + KEPT)
  server.maxConnections = MOST_CONNECTIONS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const problem = `wanted to listen on ${host} port ${port}, got ${cause.message}`
      reject(new SignError('ERR_OUTPUT', 'serve', problem, 'Choose another with --port or --host', { cause }))
    })
    server.listen(port, host, resolve)
  })
  const { address, port: had, family } = server.address() as AddressInfo
  let stopped: Promise<void> | undefined
  const stop = (): Promise<void> => {
    service.stop()
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
    return new Promise((resolve) => {
      server.close(() => {
        clearInterval(sweep)
        resolve()
      })
    })
  }
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${had}`,
    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}
