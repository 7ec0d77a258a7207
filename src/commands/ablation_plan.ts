// The runs of an ablation: every candidate with every seed, each in a folder of its own, all of them read and their data looked at before any is trained.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { withKey, withNewKey } from '../train/config/variant.js'
import { formatRunFile } from '../train/run/file.js'
import { lastCheckpoint, sameRunFile } from '../train/run/folder.js'
import type { AnyTask } from '../train/task.js'
import { type Candidate, refuseGiven, type StageName } from './ablation_candidates.js'

/** One run to be: its trainings in order, of which each goes on from the one before. */
export interface PlannedRun {
  readonly variant: string
  readonly seed: number
  readonly stages: readonly TrainingConfig[]
}

/** The run file of its last training. */
export const finalOf = ({ stages }: PlannedRun): TrainingConfig => stages.at(-1)!

/**
 * Plans a run for each seed and candidate. A first training that two candidates share is one. Throws, in the place of each candidate, for keys and values that the
 * run file cannot have and for data that cannot be trained on; ERR_USAGE for two candidates that are one run.
 *
 * What the run file leaves open follows from what a candidate changes, as it would in a file of its own.
 */
export async function planRuns(
  task: AnyTask,
  { config: base, written }: RunFile,
  candidates: readonly Candidate[],
  seeds: readonly number[],
  signal?: AbortSignal,
): Promise<PlannedRun[]> {
  for (const candidate of candidates) refuseGiven(candidate)
  const filled: { readonly candidate: Candidate; readonly first: TrainingConfig; readonly second: TrainingConfig | undefined }[] = []
  for (const candidate of candidates) {
    signal?.throwIfAborted()
    const first = await changed(task, { written, config: base }, candidate, 'set', candidate.set)
    const goneOn = { written: { ...first.written, ...from('set by the plan') }, config: first.config }
    const second = candidate.after && (await changed(task, goneOn, candidate, 'after', candidate.after)).config
    filled.push({ candidate, first: first.config, second })
  }
  const runs = seeds.flatMap((seed) => {
    const named = (config: TrainingConfig, folder: string): TrainingConfig =>
      task.parse(formatRunFile({ ...config, name: `${base.name}-${folder}`, out: join(base.out, folder), seed }), 'ablate')
    const whole = filled.map(({ candidate, first, second }) => ({ candidate, second, config: named(first, folderOf(candidate, seed)) }))
    // A first training may be another candidate's only one.
    const trained = whole.flatMap(({ second, config }) => (second ? [] : [config]))
    return whole.map(({ candidate, second, config }): PlannedRun => {
      const planned = { variant: candidate.name, seed }
      if (!second) return { ...planned, stages: [config] }
      const folder = folderOf(candidate, seed)
      const shared = trained.find((other) => sameButNamed(other, config))
      const first = shared ?? named(config, `${folder}-first`)
      if (!shared) trained.push(first)
      return { ...planned, stages: [first, named({ ...second, ...from(lastCheckpoint(first.out)) }, folder)] }
    })
  })
  refuseSame(runs)
  return runs
}

/** Where a second training starts. */
const from = (initFrom: string): object => ({ initFrom })

const folderOf = ({ name }: Candidate, seed: number): string => `${name.replace(/[^\w.+=-]+/g, '_')}-${seed}`

/** A run file as it is written, and as it is read, with defaults and what its data decide filled in. */
export interface RunFile {
  readonly written: object
  readonly config: TrainingConfig
}

/** The run file with a candidate's keys. */
async function changed(
  task: AnyTask,
  { written, config }: RunFile,
  { complaints }: Candidate,
  stage: StageName,
  keys: Readonly<Record<string, unknown>>,
): Promise<RunFile> {
  let own = written
  for (const [key, value] of Object.entries(keys)) {
    if (!withKey(config, key, value)) throw complaints.noKey(stage, key)
    own = withNewKey(own, key, value)
  }
  if (own === written && stage === 'set') return { written, config }
  const parsed = parsedAs(task, own, (got, cause) => complaints.value(stage, got, cause))
  try {
    // The checkpoint that a second training starts from is not there yet.
    return { written: own, config: (await task.load(parsed, { resumed: stage === 'after' })).config }
  } catch (cause) {
    throw cause instanceof SignError ? complaints.data(stage, cause) : cause
  }
}

function parsedAs(task: AnyTask, config: object, complain: (got: string, cause: unknown) => SignError): TrainingConfig {
  try {
    return task.parse(formatRunFile(config), 'ablate')
  } catch (cause) {
    throw complain((cause as Error).message.replace(/^ablate:\d+:\d+: /, '').replace(/\. Correct the run file\.$/, ''), cause)
  }
}

/** Throws ERR_USAGE where two runs are one, as of 1e-3 and 0.001, or would share a folder. */
function refuseSame(runs: readonly PlannedRun[]): void {
  for (const [i, run] of runs.entries()) {
    const own = finalOf(run)
    const same = runs
      .slice(0, i)
      .find((other) => other.seed === run.seed && (finalOf(other).out === own.out || sameButNamed(finalOf(other), own)))
    if (!same) continue
    const problem = `wanted values that differ, got '${same.variant}' and '${run.variant}' for the same run`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Name each value once')
  }
}

const sameButNamed = (a: TrainingConfig, b: TrainingConfig): boolean => sameRunFile({ ...a, name: '' }, { ...b, name: '' })

/** Before a training is repeated: what was made from its checkpoint is no longer kept. */
export async function forgetWhatFollows({ out }: TrainingConfig, runs: readonly PlannedRun[]): Promise<void> {
  const last = lastCheckpoint(out)
  for (const config of runs.flatMap(({ stages }) => stages))
    if ('initFrom' in config && config.initFrom === last) await rm(join(config.out, 'curve.json'), { force: true })
}
