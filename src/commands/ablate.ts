// `signllm ablate run.yaml`: the same training with one key of its run file at several values, over several seeds, in one table and one picture.
// The paper claims that its Priority Learning Channel saves training time: this is how to find out.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import { type Curve, lineChart } from '../outputs/line_chart.js'
import { loadTaskRun } from '../tasks/run_file.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { parseVariedKey, type VariedKey, withKey } from '../train/config/variant.js'
import { formatRunFile, loadRunOf } from '../train/run/file.js'
import { refuseOtherRun, sameRunFile } from '../train/run/folder.js'
import { runTask, type TrainRunOptions } from '../train/run/run.js'
import type { AnyTask } from '../train/task.js'
import { type AblationRow, type AblationRun, compare, type SavedCurve, savedCurve } from './ablation.js'
import { openAdapter, openAsRun } from './adapter.js'
import { type Listener, warn } from './say.js'

export interface AblateOptions extends Listener {
  /** What is varied; default what the task says. */
  readonly vary?: VariedKey
  /** Other values of the key that the task says. */
  readonly values?: readonly string[]
  readonly seeds: readonly number[]
  /** Throw away runs in its folders that are not this ablation's, or were made under another run file. */
  readonly overwrite?: boolean
  /** Told of every run as it starts and of its validations. */
  readonly say?: (line: string) => void
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal
}

export interface Ablation {
  readonly out: string
  /** The variant that the others are compared with, and what they are compared by: lower is better. */
  readonly reference: string
  readonly scoreName: string
  readonly rows: readonly AblationRow[]
  readonly files: readonly string[]
}

/** What `--vary` and `--modes` say. Throws ERR_USAGE as `parseVariedKey`. */
export function varied({ vary, modes }: { readonly vary?: string; readonly modes?: string }): Pick<AblateOptions, 'vary' | 'values'> {
  return {
    ...(vary !== undefined && { vary: parseVariedKey(vary) }),
    ...(modes !== undefined && { values: parseVariedKey(`modes=${modes}`).values }),
  }
}

/** One run to be. */
interface Variant {
  readonly name: string
  readonly seed: number
  readonly config: TrainingConfig
}

/**
 * Runs what has not run yet (each run's curve is kept in its folder) and compares. The variant of the task's own reference value is what
 * others are compared with, else the first. Throws, before any work, ERR_USAGE for a key or value that the run file cannot have, for a
 * task that says nothing of what to vary where nothing else does, and where one of its folders holds another run and nothing says to
 * overwrite it; and what training throws.
 */
export async function ablate(path: string, options: AblateOptions): Promise<Ablation> {
  const { seeds, overwrite = false, json = false, say = () => {}, adapter, signal } = options
  const { task, config: runFile } = await loadTaskRun(path, (note) => warn(note, { json }))
  const vary = variedOf(task, options)
  const { config } = await task.load(runFile, { resumed: false })
  const variants = seeds.flatMap((seed) => vary.values.map((value) => variantOf(task, config, vary.key, value, seed)))
  refuseSame(variants)
  const read = (path: string) => loadRunOf(task, path)
  if (!overwrite) for (const { config: own } of variants) await refuseOtherRun(own.out, own, read)
  const { gpu } = await openAdapter(openAsRun(config, adapter), { json })
  const runs: AblationRun[] = []
  try {
    for (const { name, seed, config: own } of variants) {
      signal?.throwIfAborted()
      const kept = await readCurve(own, read)
      say(kept ? `${name}, seed ${seed}: kept from an earlier run` : `${name}, seed ${seed}`)
      const curve = kept ?? (await runOnce(task, gpu, own, { overwrite: overwrite || 'same', json, say, signal }))
      runs.push({ variant: name, seed, ...curve })
    }
  } finally {
    await gpu.destroy()
  }
  const own = task.ablation?.values[0]
  const reference = variants.find(({ name }) => name === own)?.name ?? variants[0]!.name
  const rows = compare(runs, reference)
  const files = ['ablation.json', 'ablation.svg'].map((name) => join(config.out, name)) as [string, string]
  await writeWhole(files[0], `${JSON.stringify({ scoreName: task.scoreName, reference, rows, runs }, null, 2)}\n`)
  const curves: Curve[] = runs.map(({ variant, points }) => ({
    group: variant,
    points: points.map(({ seconds, score }) => [seconds, score]),
  }))
  const title = `${config.name}: ${task.scoreName} on held-out ${task.example}s`
  await writeWhole(files[1], lineChart(curves, { title, x: 'seconds of training', y: task.scoreName }))
  return { out: config.out, reference, scoreName: task.scoreName, rows, files }
}

function variedOf({ name, ablation }: AnyTask, { vary, values }: AblateOptions): VariedKey {
  if (vary && values) throw new SignError('ERR_USAGE', 'ablate', 'wanted --vary or --modes, got both', 'Name the values in --vary')
  if (vary) return ofTheRunItself(vary)
  if (ablation) return values ? { key: ablation.key, values } : ablation
  throw new SignError('ERR_USAGE', 'ablate', `wanted --vary for a run of task ${name}, got none`, 'Name a key, such as model.width=64,128')
}

/** What an ablation gives each of its runs, or all of them alike: varying it would compare a run with itself. */
const givenByAblation: Readonly<Record<string, string>> = {
  seed: 'Give the number of seeds: --seeds 3',
  name: 'Vary another key: runs are named after its values',
  out: 'Vary another key: each run has a folder of its own',
  adapter: 'Repeat the command with another --adapter and `out`',
  task: 'Give each task a run file of its own',
}

function ofTheRunItself(vary: VariedKey): VariedKey {
  const nextMove = Object.hasOwn(givenByAblation, vary.key) && givenByAblation[vary.key]
  if (nextMove)
    throw new SignError(
      'ERR_USAGE',
      'ablate',
      `wanted a key of the training itself, got '${vary.key}', which is the same for every value`,
      nextMove,
    )
  return vary
}

/** The run of one value and seed, in a folder of its own. Values of the key that the task says stand for themselves. */
function variantOf(task: AnyTask, base: TrainingConfig, key: string, value: string, seed: number): Variant {
  const name = key === task.ablation?.key ? value : `${key}=${value}`
  const folder = `${name.replace(/[^\w.+=-]+/g, '_')}-${seed}`
  const changed = { ...withKey(base, key, value), name: `${base.name}-${folder}`, out: join(base.out, folder), seed }
  try {
    return { name, seed, config: task.parse(formatRunFile(changed), 'ablate') }
  } catch (cause) {
    const got = (cause as Error).message.replace(/^ablate:\d+:\d+: /, '').replace(/\. Correct the run file\.$/, '')
    throw new SignError('ERR_USAGE', 'ablate', `wanted a value that \`${key}\` can have, got '${value}': ${got}`, 'Correct it', { cause })
  }
}

/** Throws ERR_USAGE where two variants are one run, as of 1e-3 and 0.001, or would share a folder. */
function refuseSame(variants: readonly Variant[]): void {
  for (const [i, { name, seed, config }] of variants.entries()) {
    const same = variants
      .slice(0, i)
      .find((one) => one.seed === seed && (one.config.out === config.out || sameButNamed(one.config, config)))
    if (!same) continue
    const problem = `wanted values that differ, got '${same.name}' and '${name}' for the same run`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Name each value once')
  }
}

const sameButNamed = (a: TrainingConfig, b: TrainingConfig): boolean => sameRunFile({ ...a, name: '' }, { ...b, name: '' })

async function runOnce(
  task: AnyTask,
  gpu: Gpu,
  config: TrainingConfig,
  { json, say, ...options }: { readonly json: boolean; readonly say: (line: string) => void } & TrainRunOptions,
): Promise<SavedCurve> {
  const points: SavedCurve['points'] = []
  let [seconds, steps] = [0, 0]
  let since = performance.now()
  for await (const event of runTask(task, gpu, config, options)) {
    if (event.kind === 'start') for (const note of event.notes) warn(note, { json })
    if (event.kind === 'step') {
      seconds += (performance.now() - since) / 1000
      steps = event.step
    }
    if (event.kind === 'validation') {
      const { step, score } = event
      const scalars = Object.fromEntries(Object.entries(event.scalars).map(([name, value]) => [name.replace(/^dev\//, ''), value]))
      points.push({ step, seconds, score, scalars })
      say(`  step ${step}, ${seconds.toFixed(1)} s: ${task.scoreName} ${score.toFixed(3)}`)
    }
    since = performance.now()
  }
  options.signal?.throwIfAborted()
  const run = { steps, seconds, points }
  await writeWhole(join(config.out, 'curve.json'), `${JSON.stringify(run)}\n`)
  return run
}

/** The curve of a run that went to its end before, under the very same run file; undefined where there is none, or another's. */
async function readCurve(config: TrainingConfig, read: (path: string) => Promise<TrainingConfig>): Promise<SavedCurve | undefined> {
  const [curve, runFile] = ['curve.json', 'config.yaml'].map((name) => join(config.out, name)) as [string, string]
  if (!existsSync(curve) || !existsSync(runFile) || !sameRunFile(await read(runFile), config)) return undefined
  try {
    return savedCurve.parse(JSON.parse(await readFile(curve, 'utf8')))
  } catch (cause) {
    throw new SignError('ERR_DATA', curve, `wanted a run's curve, got ${(cause as Error).message}`, 'Delete that file', { cause })
  }
}
