// What an ablation compares: candidates, each the run file with some of its keys changed.

import { SignError } from '../base/errors.js'
import { parseValue, type VariedKey } from '../train/config/variant.js'
import type { AnyTask } from '../train/task.js'

/** A run's first training, or the one that goes on from its last checkpoint. */
export type StageName = 'set' | 'after'

export interface Candidate {
  readonly name: string
  /** Values by the paths of their keys. */
  readonly set: Readonly<Record<string, unknown>>
  /** What changes in a second training, which goes on from the first one's last checkpoint; undefined where there is none. */
  readonly after?: Readonly<Record<string, unknown>> | undefined
  readonly complaints: Complaints
}

/** How it is said, in its own place, that a candidate cannot be trained. */
export interface Complaints {
  /** Of a path that leads to no key of the run file. */
  noKey(stage: StageName, key: string): SignError
  /** Of a key whose value is the same for every candidate. */
  given(stage: StageName, key: string, nextMove: string): SignError
  /** Of a value or what is between several; `got` is what reading the run file says. */
  value(stage: StageName, got: string, cause: unknown): SignError
  /** Of data and sizes that do not fit. */
  data(stage: StageName, cause: SignError): SignError
}

/** What an ablation gives each of its runs, or all of them alike: varying it would compare a run with itself. */
const givenByAblation: Readonly<Record<string, string>> = {
  seed: 'Give the number of seeds: --seeds 3',
  name: 'Vary another key: runs are named after its values',
  out: 'Vary another key: each run has a folder of its own',
  adapter: 'Repeat the command with another --adapter and `out`',
  task: 'Give each task a run file of its own',
}

/** What a second training has from the first. */
const givenByFirst: Readonly<Record<string, string>> = {
  initFrom: 'Leave it out: the second training goes on from the first',
  model: 'Set it for both: the second training goes on with the model of the first',
}

/** Throws the complaint about a key that the ablation itself gives. */
export function refuseGiven({ set, after = {}, complaints }: Candidate): void {
  for (const [stage, keys, given] of [
    ['set', set, givenByAblation],
    ['after', after, { ...givenByAblation, ...givenByFirst }],
  ] as const)
    for (const key of Object.keys(keys)) {
      const [first] = key.split('.') as [string]
      const nextMove = Object.hasOwn(given, first) ? given[first] : undefined
      if (nextMove !== undefined) throw complaints.given(stage, key, nextMove)
    }
}

/** One candidate for each value of a key. Values of the key that the task says stand for themselves. Throws ERR_USAGE for a value that is no YAML. */
export function candidatesOfKey({ ablation }: AnyTask, { key, values }: VariedKey): Candidate[] {
  return values.map((value) => ({
    name: key === ablation?.key ? value : `${key}=${value}`,
    set: { [key]: parseValue(value) },
    complaints: {
      noKey: () => refusal(`wanted a key of the run file, got '${key}'`, 'Name one by its path, such as model.width'),
      given: (_, key, nextMove) =>
        refusal(`wanted a key of the training itself, got '${key}', which is the same for every value`, nextMove),
      value: (_, got, cause) => refusal(`wanted a value that \`${key}\` can have, got '${value}': ${got}`, 'Correct it', cause),
      data: (_, cause) => cause,
    },
  }))
}

const refusal = (problem: string, nextMove: string, cause?: unknown): SignError =>
  new SignError('ERR_USAGE', 'ablate', problem, nextMove, { cause })
