// What a bench's command line asks for. Of what whoever typed it can mend, a line is said and no stack.

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { SignError } from '../src/base/errors.js'
import { reportError } from '../src/cli_errors.js'

type Option = NonNullable<ParseArgsConfig['options']>[string] & {
  /** For --help; what stands for the option's value comes first, such as `<file>`. */
  readonly help: string
}

/** What --help says beside the options. */
interface Help {
  readonly about: string
  /** Which options it lists. Default: all. */
  readonly lists?: (option: string) => boolean
}

/** Options that several benches have. */
export const common = {
  json: { type: 'boolean', default: false, help: 'print results as JSON' },
  adapter: { type: 'string', help: "<name> the device to use: 'gpu', 'software', 'embedded' or part of an adapter's name" },
  out: { type: 'string', help: '<file> also save the results as JSON' },
} as const

/**
 * Reads the command line: its options, and the names that stand alone or behind --only. Ends the process after --help, and with status 2
 * for an option there is not.
 */
export function benchArguments<const T extends Readonly<Record<string, Option>>>(who: string, options: T, help: Help) {
  plainErrors()
  try {
    const all = { ...options, help: { type: 'boolean', help: 'print this' } } as const
    const { values, positionals } = parseArgs<{ options: T & typeof all; allowPositionals: true }>({
      options: all,
      allowPositionals: true,
    })
    const { only, help: asked } = values as { only?: string; help?: boolean }
    if (asked) {
      process.stdout.write(`${helpText(all, help)}\n`)
      process.exit()
    }
    return { values, names: [...positionals, ...(only?.split(',') ?? [])].filter(Boolean) }
  } catch (cause) {
    const known = [...Object.keys(options), 'help'].map((name) => `--${name}`)
    // Node adds advice of its own that fits no bench.
    const got = (cause as Error).message.replace(/\. To specify[\s\S]*/, '')
    throw new SignError('ERR_USAGE', who, `wanted options of ${known.join(' ')}, got: ${got}`, 'Correct it', { cause })
  }
}

function helpText(options: Readonly<Record<string, Option>>, { about, lists = () => true }: Help): string {
  const rows = Object.entries(options)
    .filter(([name]) => lists(name))
    .map(([name, option]) => {
      const [, value = '', text] = /^(<\S+> )?(.*)$/.exec(option.help)!
      const usual = [undefined, false, ''].includes(option.default as string) ? '' : ` (default: ${option.default})`
      return [`  --${name} ${value}`.trimEnd(), `${text}${usual}`] as const
    })
  const width = Math.max(...rows.map(([left]) => left.length))
  return [about, 'Options:', ...rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`)].join('\n')
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
