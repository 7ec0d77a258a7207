// Which trial a command line asks for, and whether its data are here.

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { SignError } from '../../src/base/errors.js'

/** What every trial's command line may say. */
export interface TrialOptions {
  readonly json: boolean
  readonly adapter?: string
  /** Score what an earlier run has trained instead of training. */
  readonly trained: boolean
}

/** The trial that is named, or the only one. Ends the process with a line to say so where the files it `needs` are not here; throws ERR_USAGE for a name that is none. */
export function chosenTrial<T extends { readonly needs?: string }>(
  trials: Readonly<Record<string, T>>,
): { name: string; trial: T; options: TrialOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, adapter: { type: 'string' }, trained: { type: 'boolean', default: false } },
  })
  const known = Object.keys(trials)
  const [name = known.length === 1 ? known[0]! : ''] = positionals
  const trial = trials[name]
  if (!trial) throw new SignError('ERR_USAGE', 'learning', `wanted a trial of ${known.join(', ')}, got '${name}'`, 'Name one')
  if (trial.needs && !existsSync(trial.needs)) {
    console.log(`learning: skipped, ${trial.needs} is not here`)
    process.exit()
  }
  return { name, trial, options: values }
}
