// `signllm ablate run.yaml`: the same training with some keys of its run file changed, over several seeds, in one table and one picture.
// The paper claims that its Priority Learning Channel saves training time: this is how to find out.

import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import type { Judge } from '../judge/judge.js'
import { modelWidth } from '../model/preset_width.js'
import { type Curve, lineChart } from '../outputs/line_chart.js'
import { loadTaskRun } from '../tasks/run_file.js'
import type { TrainingConfig } from '../train/config/parts.js'
import { parseVariedKey, type VariedKey } from '../train/config/variant.js'
import { loadRunOf, readRunFile } from '../train/run/file.js'
import { refuseOtherRun } from '../train/run/folder.js'
import type { AnyTask } from '../train/task.js'
import { type AblationRow, type AblationRun, compare, type JudgedBaseline, judgedBaselines } from './ablation.js'
import { type Candidate, candidatesOfKey } from './ablation_candidates.js'
import { keptCurve, oneAfterTheOther, type SavedCurve, trainCurve } from './ablation_curve.js'
import { AblationJudges } from './ablation_judge.js'
import { finalOf, forgetWhatFollows, type PlannedRun, planRuns } from './ablation_plan.js'
import { type AblationOrigin, ablationMarkdown } from './ablation_table.js'
import { openAdapter, openAsRun } from './adapter.js'
import { commandLine, optionWords, toldPath } from './command_line.js'
import type { SplitName } from './eval_data.js'
import { type Listener, warn } from './say.js'
import { readVariants } from './variants_file.js'

export interface AblateOptions extends Listener {
  /** What is varied; default what the task says. */
  readonly vary?: VariedKey
  /** Other values of the key that the task says. */
  readonly values?: readonly string[]
  /** A file of candidates, instead of the values of one key. */
  readonly variants?: string | undefined
  readonly seeds: readonly number[]
  /** Throw away runs in its folders that are not this ablation's, or were made under another run file. */
  readonly overwrite?: boolean
  /** Checkpoints of judges, which read the motions of each run's last checkpoint. */
  readonly judge?: readonly string[] | undefined
  /** Of what judges read; default `test`. */
  readonly split?: SplitName | undefined
  /** Told of every run as it starts and of its validations. */
  readonly say?: (line: string) => void
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal
  /** Default: the judges in checkpoints. */
  readonly open?: (gpu: Gpu, path: string) => Promise<Judge>
}

export interface Ablation extends AblationOrigin {
  readonly out: string
  /** The variant that the others are compared with, and what they are compared by: lower is better. */
  readonly reference: string
  readonly scoreName: string
  readonly rows: readonly AblationRow[]
  /** What judges read in real motions and in the nearest neighbour's; empty without judges. */
  readonly baselines: readonly JudgedBaseline[]
  readonly files: readonly string[]
}

/** What `--vary` and `--modes` say. Throws ERR_USAGE as `parseVariedKey`. */
export function varied({ vary, modes }: { readonly vary?: string; readonly modes?: string }): Pick<AblateOptions, 'vary' | 'values'> {
  return {
    ...(vary !== undefined && { vary: parseVariedKey(vary) }),
    ...(modes !== undefined && { values: parseVariedKey(`modes=${modes}`).values }),
  }
}

/**
 * Runs what has not run yet (each run's curve, and what judges read, is kept in its folder), compares, and writes `ablation.json`, `.svg` and `.md`. The first
 * candidate of a file, or the variant of the task's own reference value, else the first, is what others are compared with. Throws, before any work, ERR_CONFIG with
 * file and line for a variants file, ERR_USAGE for a key or value that the run file cannot have, for a task that says nothing of what to vary where nothing else
 * does, for judges that cannot judge these runs, and where one of its folders holds another run and nothing says to overwrite it; and what training, generating and
 * opening judges throw.
 */
export async function ablate(path: string, options: AblateOptions): Promise<Ablation> {
  const { seeds, overwrite = false, json = false, judge = [], split, adapter, signal } = options
  if (split !== undefined && judge.length === 0)
    throw new SignError('ERR_USAGE', 'ablate', 'wanted --judge with --split, got none', 'Name a judge, or leave out --split')
  const { task, config: runFile } = await loadTaskRun(path, (note) => warn(note, { json }))
  const candidates = await candidatesOf(task, options)
  const { config } = await task.load(runFile, { resumed: false })
  const { written } = await readRunFile(path)
  const planned = await planRuns(task, { config, written: written as object }, candidates, seeds, signal)
  const read = (path: string) => loadRunOf(task, path)
  if (!overwrite) for (const { stages } of planned) for (const own of stages) await refuseOtherRun(own.out, own, read)

  const { gpu } = await openAdapter(openAsRun(widest(config, planned), adapter), { json })
  let runs: readonly AblationRun[]
  let judges: AblationJudges | undefined
  try {
    if (judge.length > 0)
      judges = await AblationJudges.open(gpu, planned.map(finalOf), { judge, split: split ?? 'test', json, signal, open: options.open })
    runs = await runAll(task, gpu, planned, judges, options)
  } finally {
    await judges?.[Symbol.asyncDispose]()
    await gpu.destroy()
  }
  const own = options.variants === undefined ? task.ablation?.values[0] : undefined
  const reference = candidates.find(({ name }) => name === own)?.name ?? candidates[0]!.name
  const found = { reference, scoreName: task.scoreName, rows: compare(runs, reference), baselines: judgedBaselines(runs) }
  const origin = {
    name: config.name,
    command: ablateLine(path, options),
    adapter: gpu.label,
    seeds,
    date: new Date().toISOString().slice(0, 10),
    ...(judges && { split: split ?? 'test', judges: judges.judges.map(({ name, hash, seed }) => ({ name, hash, seed })) }),
  }
  const title = `${config.name}: ${task.scoreName} on held-out ${task.example}s`
  const texts = {
    'ablation.json': `${JSON.stringify({ ...found, ...origin, runs }, null, 2)}\n`,
    'ablation.svg': lineChart(runs.map(curveOf), { title, x: 'seconds of training', y: task.scoreName }),
    'ablation.md': ablationMarkdown(found.rows, found, origin),
  }
  for (const [name, text] of Object.entries(texts)) await writeWhole(join(config.out, name), text)
  return { out: config.out, ...found, ...origin, files: Object.keys(texts).map((name) => join(config.out, name)) }
}

/** Trains, or takes what is kept of, every run, and has it judged. */
async function runAll(
  task: AnyTask,
  gpu: Gpu,
  planned: readonly PlannedRun[],
  judges: AblationJudges | undefined,
  { overwrite = false, json = false, say = () => {}, signal }: AblateOptions,
): Promise<AblationRun[]> {
  const read = (path: string) => loadRunOf(task, path)
  const done = new Map<string, SavedCurve>()
  const curveOf = async (own: TrainingConfig, what: string): Promise<SavedCurve> => {
    const before = done.get(own.out)
    if (before) return before
    const kept = await keptCurve(own, read)
    say(kept ? `${what}: kept from an earlier run` : what)
    if (!kept) await forgetWhatFollows(own, planned)
    const curve = kept ?? (await trainCurve(task, gpu, own, { overwrite: overwrite || 'same', json, say, signal }))
    done.set(own.out, curve)
    return curve
  }
  const runs: AblationRun[] = []
  for (const run of planned) {
    const { variant, seed, stages } = run
    const curves: SavedCurve[] = []
    for (const [i, own] of stages.entries()) {
      signal?.throwIfAborted()
      curves.push(await curveOf(own, `${variant}, seed ${seed}${stages.length > 1 ? `, training ${i + 1} of ${stages.length}` : ''}`))
    }
    const judged = await judges?.judge(finalOf(run), say)
    runs.push({ variant, seed, ...oneAfterTheOther(curves), ...(judged && { judged }) })
  }
  return runs
}

async function candidatesOf(task: AnyTask, { vary, values, variants }: AblateOptions): Promise<readonly Candidate[]> {
  const given = Object.entries({ '--vary': vary, '--modes': values, '--variants': variants }).flatMap(([name, value]) =>
    value ? [name] : [],
  )
  if (given.length > 1) {
    const problem = `wanted --vary or --modes or --variants, got ${given.join(' and ')}`
    throw new SignError('ERR_USAGE', 'ablate', problem, 'Name what is compared in one of them')
  }
  if (variants !== undefined) return readVariants(variants)
  if (vary) return candidatesOfKey(task, vary)
  if (task.ablation) return candidatesOfKey(task, values ? { key: task.ablation.key, values } : task.ablation)
  const problem = `wanted --vary for a run of task ${task.name}, got none`
  throw new SignError('ERR_USAGE', 'ablate', problem, 'Name a key, such as model.width=64,128')
}

/** The run by whose model the adapter is opened. */
function widest(base: TrainingConfig, planned: readonly PlannedRun[]): TrainingConfig {
  return planned.map(finalOf).reduce((best, own) => (modelWidth(own.model) > modelWidth(best.model) ? own : best), base)
}

const curveOf = ({ variant, points }: AblationRun): Curve => ({
  group: variant,
  points: points.map(({ seconds, score }) => [seconds, score]),
})

function ablateLine(path: string, { vary, values, variants, seeds, judge = [], split }: AblateOptions): string {
  return commandLine([
    'ablate',
    toldPath(path),
    ...optionWords({
      vary: vary && `${vary.key}=${vary.values.join(',')}`,
      modes: values?.join(','),
      variants: variants === undefined ? undefined : toldPath(variants),
      seeds: seeds.length,
    }),
    ...judge.flatMap((path) => ['--judge', toldPath(path)]),
    ...optionWords({ split }),
  ])
}
