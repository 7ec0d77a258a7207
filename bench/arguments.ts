// What a bench's command line asks for. Of what whoever typed it can mend, a line is said and no stack.

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { SignError } from '../src/base/errors.js'
import { reportError } from '../src/cli_errors.js'

/** Reads the command line: its options, and the names that stand alone or behind --only. Ends the process with status 2 for an option there is not. */
export function benchArguments<const T extends NonNullable<ParseArgsConfig['options']>>(who: string, options: T) {
  plainErrors()
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true })
    const { only } = values as { only?: string }
    return { values, names: [...positionals, ...(only?.split(',') ?? [])].filter(Boolean) }
  } catch (cause) {
    const known = Object.keys(options).map((name) => `--${name}`)
    // Node adds advice of its own that fits no bench.
    const got = (cause as Error).message.replace(/\. To specify[\s\S]*/, '')
    throw new SignError('ERR_USAGE', who, `wanted options of ${known.join(' ')}, got: ${got}`, 'Correct it', { cause })
  }
}

/** From here on, whatever nobody catches ends the process with a line and the status of the command line's own errors. */
function plainErrors(): void {
  process.on('uncaughtException', (error) => process.exit(reportError(error, { json: false })))
}

/** Those of `known` that begin as one of `names` says; all where none is said. Throws ERR_USAGE for a name that nothing begins with. */
export function chosenOf(who: string, names: readonly string[], known: readonly string[]): string[] {
  const lost = names.find((name) => !known.some((one) => one.startsWith(name)))
  if (lost !== undefined)
    throw new SignError('ERR_USAGE', who, `wanted a name, or its beginning, of ${known.join(', ')}, got '${lost}'`, 'Correct it')
  return known.filter((one) => names.length === 0 || names.some((name) => one.startsWith(name)))
}

/** The number that `what`, such as an option, gives. Throws ERR_USAGE for one that is none, or not whole or below 1. */
export function atLeastOne(who: string, what: string, text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1) return number
  throw new SignError('ERR_USAGE', who, `wanted ${what} of 1 or more, got '${text}'`, 'Leave it out for the usual')
}
