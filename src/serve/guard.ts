// Who may ask: whoever has the token; without one, whoever is on this machine and means this machine.

import type { MiddlewareHandler } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { SignError } from '../base/errors.js'
import { HttpProblem } from './problem.js'

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host.toLowerCase())

/** Throws ERR_USAGE for an address that others reach without a token, and for a token that is none. */
export function checkReach(host: string, token: string | undefined): void {
  if (token !== undefined && !/^[\w.~+/=-]{8,}$/.test(token)) {
    const problem = 'wanted a token of at least 8 letters, digits or -._~+/=, got another'
    throw new SignError('ERR_USAGE', 'serve', problem, 'Make one with: openssl rand -hex 24')
  }
  if (isLoopback(host) || token !== undefined) return
  const problem = `wanted a token for an address that others reach, got none for ${host}`
  throw new SignError('ERR_USAGE', 'serve', problem, 'Set SIGNLLM_TOKEN or pass --token, or leave --host out')
}

/**
 * Without a token, refuses what names another host: a page of somebody else's, whose name was made to lead here, is not to reach a service on this
 * machine through a browser.
 */
export function guard(token: string | undefined): MiddlewareHandler {
  if (token !== undefined) return bearerAuth({ token })
  return async (c, next) => {
    const name = new URL(c.req.url).hostname.replace(/^\[|\]$/g, '')
    if (!isLoopback(name)) throw new HttpProblem(403, 'FORBIDDEN', 'Host: wanted localhost or a loopback address, got another.')
    await next()
  }
}
