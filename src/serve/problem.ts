// What is wrong with a request, or with the service, as a response.

import { SignError } from '../base/errors.js'

/** A refusal with its status. Messages say what was wanted and what was got, as those of SignError do. */
export class HttpProblem extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export const busy = (seconds: number): HttpProblem =>
  new HttpProblem(429, 'BUSY', `wanted a free place in the queue, got none. Try again in ${seconds} s.`, { 'Retry-After': String(seconds) })

export const unavailable = (why: string, seconds = 2): HttpProblem =>
  new HttpProblem(503, 'UNAVAILABLE', `${why}. Try again in ${seconds} s.`, { 'Retry-After': String(seconds) })

/** The reason that a call is aborted with which took too long. */
export class TooLong extends HttpProblem {
  constructor(seconds: number) {
    super(503, 'TOO_LONG', `wanted an answer within ${seconds} s, got none. Ask for less, or try again later.`, { 'Retry-After': '5' })
  }
}

/** Errors of the device, which a fresh one may mend. */
export const isLoss = (error: unknown): error is SignError =>
  error instanceof SignError && (error.code === 'ERR_DEVICE_LOST' || error.code === 'ERR_DISPOSED')

/** Any error as a refusal; what is no fault of the asker tells no more than its code. */
export function problemOf(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (isLoss(error)) return unavailable('wanted a working device, got one that was lost; another is being opened')
  if (!(error instanceof SignError)) return new HttpProblem(500, 'ERR_BUG', 'a bug: please report it with what the service logged')
  const { code, message } = error
  if (code === 'ERR_USAGE' || code === 'ERR_DATA') return new HttpProblem(400, code, message)
  return new HttpProblem(500, code, message)
}
