// The one error family of the project: `who: wanted what, got what. Next move.`, with a code for programs and an exit status for shells.

import { printable } from './printable.js'

/** Exit status of a command that did its work and found that a check failed. */
export const CHECK_FAILED = 1

/** Exit status of errors by what the reader must do; `CHECK_FAILED` is none of them, what is above 128 is kept for signals. */
export const exitStatus = {
  ERR_USAGE: 2,
  ERR_CONFIG: 2,
  ERR_NO_ADAPTER: 3,
  ERR_DEVICE: 3,
  ERR_DEVICE_LOST: 3,
  ERR_DATA: 4,
  ERR_CHECKPOINT: 4,
  ERR_OUTPUT: 4,
  ERR_KERNEL: 5,
  ERR_SHADER: 5,
  ERR_DIVERGED: 6,
  ERR_RANKS: 7,
  ERR_DISPOSED: 2,
  ERR_BUG: 70,
} as const

export type ErrorCode = keyof typeof exitStatus

/**
 * An error a user can act on.
 *
 * @example
 * throw new SignError('ERR_DATA', 'train.skels:3', 'wanted a multiple of 151 numbers, got 300', 'Check that line for a lost value')
 */
export class SignError extends Error {
  override readonly name = 'SignError'
  readonly code: ErrorCode

  /** @param who the part, file or file:line that complains; @param problem wanted and got; @param nextMove what to do now, without the full stop */
  constructor(code: ErrorCode, who: string, problem: string, nextMove: string, options?: { cause?: unknown }) {
    super(printable(`${who}: ${unended(problem)}. ${unended(nextMove)}.`), options)
    this.code = code
  }

  /** The process exit status that goes with the code. */
  get exitStatus(): number {
    return exitStatus[this.code]
  }
}

// A quoted error often brings its own full stop.
const unended = (text: string): string => text.trimEnd().replace(/\.$/, '')

/** A broken invariant of ours, not of the user's. */
export function bug(who: string, problem: string): SignError {
  return new SignError('ERR_BUG', `bug: ${who}`, problem, 'Please report it with the command you ran')
}
