// Which trial a command line asks for, with what, and whether its data are here.

import { existsSync } from 'node:fs'
import { SignError } from '../../src/base/errors.js'
import { benchArguments, common } from '../arguments.js'

/** What every trial's command line may say. */
export interface TrialOptions {
  readonly json: boolean
  readonly adapter?: string
  /** Score what an earlier run has trained instead of training. */
  readonly trained: boolean
  /** A run file instead of the trial's own. */
  readonly run?: string
  /** A folder of signed letters instead of the one in ../shared/data, for trials that spell. */
  readonly lexicon?: string
  /** Of several models that are trained alike, with commas between. */
  readonly seeds?: string
  /** Checkpoints of judges. */
  readonly judge?: readonly string[]
}

const options = {
  json: common.json,
  adapter: common.adapter,
  trained: { type: 'boolean', default: false, help: 'do not train; evaluate the model of an earlier run' },
  run: { type: 'string', help: "<file> a run file instead of the experiment's own" },
  lexicon: { type: 'string', help: '<folder> fingerspelling lexicon instead of ../shared/data/fingerspelling-lexicon' },
  seeds: { type: 'string', help: '<list> train one model a seed, such as 27,28,29' },
  judge: { type: 'string', multiple: true, help: '<file> checkpoint of a judge of letters; may be repeated, once a seed' },
} as const

/** Options that not every trial has. */
const taken = ['run', 'lexicon', 'seeds', 'judge'] as const
type Taken = (typeof taken)[number]

interface KnownTrial {
  /** What it learns and when it passes, for `--help`. */
  readonly what: string
  /** A file or folder without which it is skipped. */
  readonly needs?: string
  /** Which of the options that replace something it takes. */
  readonly takes?: readonly Taken[]
}

/**
 * The trial that is named, or the only one. Ends the process: with the help where it is asked for, with a line to say so where the files it `needs` are not
 * here, and with status 2 and a line for a name that is none, an option there is not, or a file named that is not there.
 */
export function chosenTrial<T extends KnownTrial>(trials: Readonly<Record<string, T>>): { name: string; trial: T; options: TrialOptions } {
  const { values, names } = benchArguments('learning', options, helpOn(trials))
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', 'learning', problem, nextMove)
  const known = Object.keys(trials)
  const [name = known.length === 1 ? known[0]! : '', ...rest] = names
  const trial = Object.hasOwn(trials, name) ? trials[name] : undefined
  if (!trial || rest.length > 0)
    throw refuse(`wanted an experiment of ${known.join(', ')}, got '${names.join(' ')}'`, 'Name one; --help describes them')
  for (const option of taken) {
    const given = values[option]
    if (given === undefined) continue
    if (!trial.takes?.includes(option)) throw refuse(`wanted options of the experiment ${name}, got --${option}`, 'Leave it out')
    const missing = option === 'seeds' ? undefined : [given].flat().find((path) => !existsSync(path))
    if (missing !== undefined) throw refuse(`wanted --${option} to be there, got ${missing}`, 'Check the path')
  }
  // What is named takes the place of what is missing.
  const given = values.lexicon !== undefined || values.run !== undefined
  if (trial.needs && !given && !existsSync(trial.needs)) {
    console.log(`learning: skipped, because its data are missing: ${trial.needs}`)
    process.exit()
  }
  return { name, trial, options: values }
}

function helpOn(trials: Readonly<Record<string, KnownTrial>>) {
  const own = new Set<string>(Object.values(trials).flatMap(({ takes = [] }) => takes))
  const lines = Object.entries(trials).map(([name, { what }]) => `  ${name.padEnd(12)}${what}`)
  return {
    about: ['Trains the run file of an experiment, generates, evaluates, and checks the result. Experiments:', ...lines].join('\n'),
    lists: (name: string) => !(taken as readonly string[]).includes(name) || own.has(name),
  }
}
