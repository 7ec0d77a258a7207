// What is said of an error, and the exit status it makes. A full account only of what is our fault.

import { CommanderError } from 'commander'
import { EndedElsewhere } from './base/communicator.js'
import { exitStatus, SignError } from './base/errors.js'
import { jsonText, printable } from './base/printable.js'
import { unforeseenRefusal } from './base/system_errors.js'
import { Interrupted } from './cli_signals.js'

/** Says on standard error what went wrong, as JSON where that is wanted; returns the exit status. */
export function reportError(error: unknown, { json }: { readonly json: boolean }): number {
  if (error instanceof Interrupted || error instanceof EndedElsewhere) return error.exitStatus
  if (error instanceof CommanderError) return reportUsage(error, json)
  const ours = error instanceof SignError ? error : unforeseenRefusal(error)
  if (ours) {
    const { code, message } = ours
    process.stderr.write(json ? `${jsonText({ code, message })}\n` : `${message} [${code}]\n`)
    return ours.exitStatus
  }
  const account = `bug: ${error instanceof Error ? error.stack : String(error)}\nPlease report it with the command you ran.`
  process.stderr.write(json ? `${jsonText({ code: 'ERR_BUG', message: account })}\n` : `${printable(account)}\n`)
  return exitStatus.ERR_BUG
}

/** Commander has told people already. */
function reportUsage({ code, message, exitCode }: CommanderError, json: boolean): number {
  if (exitCode === 0) return 0
  const told = code === 'commander.help' ? 'wanted a command, got none' : message.replace(/^error: /, '')
  if (json) process.stderr.write(`${jsonText({ code: 'ERR_USAGE', message: `signllm: ${told}` })}\n`)
  return exitStatus.ERR_USAGE
}
