// `signllm ablate run.yaml`: the same training under several ways of using rewards, over several seeds, in one table and one picture.
// The paper claims that its Priority Learning Channel saves training time: this is how to find out.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import { formatTable } from '../base/table.js'
import type { Gpu } from '../device/gpu.js'
import { type Curve, lineChart } from '../outputs/line_chart.js'
import { trainRun } from '../tasks/run.js'
import { loadRunConfig } from '../tasks/run_file.js'
import type { RunConfig } from '../tasks/text_to_pose/config.js'
import { withRates } from '../tasks/text_to_pose/data.js'
import { type RewardMode, rewardModes } from '../tasks/text_to_pose/priority.js'
import { refuseOtherRun, sameRunFile } from '../train/run/folder.js'
import type { TrainRunOptions } from '../train/run/run.js'
import { openAdapter, openAsRun } from './adapter.js'
import { type Listener, warn } from './say.js'

export interface AblateOptions extends Listener {
  readonly modes: readonly RewardMode[]
  readonly seeds: readonly number[]
  /** Throw away runs in its folders that are not this ablation's, or were made under another run file. */
  readonly overwrite?: boolean
  /** Told of every run as it starts and of its validations. */
  readonly say?: (line: string) => void
  readonly adapter?: string | undefined
  readonly signal?: AbortSignal
}

const point = z.strictObject({ step: z.number(), seconds: z.number(), dtw: z.number(), wristPathRatio: z.number() })
const savedRun = z.strictObject({ steps: z.number(), seconds: z.number(), points: z.array(point) })

/** One run's validations; seconds count training steps only. */
export type AblationRun = z.infer<typeof savedRun> & { readonly mode: RewardMode; readonly seed: number }

export interface Spread {
  readonly mean: number
  readonly deviation: number
}

export interface AblationRow {
  readonly mode: RewardMode
  readonly finalDtw: Spread
  readonly bestDtw: Spread
  readonly wristPathRatio: Spread
  readonly seconds: Spread
  /** Seconds to the best DTW that mse reached from the same seed, as a share of mse's own; over the seeds that reached it. */
  readonly timeRatio: Spread
  /** The same in steps, which a busy machine does not change. */
  readonly stepRatio: Spread
  readonly reached: number
  readonly runs: number
}

/** A validation within this share of mse's best counts as having reached it. */
const TOLERANCE = 1.02

/**
 * Runs what has not run yet (each run's curve is kept in its folder) and compares. Throws, before any work, ERR_USAGE without `mse` among
 * the modes, and where one of its folders holds another run and nothing says to overwrite it; and what training throws.
 */
export async function ablate(path: string, options: AblateOptions): Promise<{ out: string; rows: AblationRow[]; files: string[] }> {
  const { modes, seeds, overwrite = false, json = false, say = () => {}, adapter, signal } = options
  if (!modes.includes('mse')) throw new SignError('ERR_USAGE', 'ablate', 'wanted mse among the modes, got none to compare with', 'Add mse')
  const config = await withRates(await loadRunConfig(path))
  const variants = seeds.flatMap((seed) => modes.map((mode) => ({ mode, seed, own: variantOf(config, mode, seed) })))
  if (!overwrite) for (const { own } of variants) await refuseOtherRun(own.out, own, loadRunConfig)
  const { gpu } = await openAdapter(openAsRun(config, adapter), { json })
  const runs: AblationRun[] = []
  try {
    for (const { mode, seed, own } of variants) {
      signal?.throwIfAborted()
      const kept = await readCurve(own)
      say(kept ? `${mode}, seed ${seed}: kept from before` : `${mode}, seed ${seed}`)
      runs.push({ mode, seed, ...(kept ?? (await runOnce(gpu, own, { overwrite: overwrite || 'same', json, say, signal }))) })
    }
  } finally {
    await gpu.destroy()
  }
  const rows = compare(runs)
  const files = ['ablation.json', 'ablation.svg'].map((name) => join(config.out, name)) as [string, string]
  await writeWhole(files[0], `${JSON.stringify({ rows, runs }, null, 2)}\n`)
  const curves: Curve[] = runs.map(({ mode, points }) => ({ group: mode, points: points.map(({ seconds, dtw }) => [seconds, dtw]) }))
  await writeWhole(files[1], lineChart(curves, { title: `${config.name}: DTW on held-out clips`, x: 'seconds of training', y: 'DTW' }))
  return { out: config.out, rows, files }
}

/** The run of one mode and seed, in a folder of its own. */
function variantOf(base: RunConfig, mode: RewardMode, seed: number): RunConfig {
  const name = `${mode}-${seed}`
  return { ...base, name: `${base.name}-${name}`, out: join(base.out, name), seed, learning: { ...base.learning, mode } }
}

async function runOnce(
  gpu: Gpu,
  config: RunConfig,
  { json, say, ...options }: { readonly json: boolean; readonly say: (line: string) => void } & TrainRunOptions,
): Promise<z.infer<typeof savedRun>> {
  const points: z.infer<typeof point>[] = []
  let [seconds, steps] = [0, 0]
  let since = performance.now()
  for await (const event of trainRun(gpu, config, options)) {
    if (event.kind === 'start') for (const note of event.notes) warn(note, { json })
    if (event.kind === 'step') {
      seconds += (performance.now() - since) / 1000
      steps = event.step
    }
    if (event.kind === 'validation') {
      const { dtw, wristPathRatio } = event.rows[0]!
      points.push({ step: event.step, seconds, dtw, wristPathRatio })
      say(`  step ${event.step}, ${seconds.toFixed(1)} s: DTW ${dtw.toFixed(3)}, wrist path ${wristPathRatio.toFixed(2)}`)
    }
    since = performance.now()
  }
  options.signal?.throwIfAborted()
  const run = { steps, seconds, points }
  await writeWhole(join(config.out, 'curve.json'), `${JSON.stringify(run)}\n`)
  return run
}

/** The curve of a run that went to its end before, under the very same run file; undefined where there is none, or another's. */
async function readCurve(config: RunConfig): Promise<z.infer<typeof savedRun> | undefined> {
  const [curve, runFile] = ['curve.json', 'config.yaml'].map((name) => join(config.out, name)) as [string, string]
  if (!existsSync(curve) || !existsSync(runFile) || !sameRunFile(await loadRunConfig(runFile), config)) return undefined
  try {
    return savedRun.parse(JSON.parse(await readFile(curve, 'utf8')))
  } catch (cause) {
    throw new SignError('ERR_DATA', curve, `wanted a run's curve, got ${(cause as Error).message}`, 'Delete that file', { cause })
  }
}

/** The table's rows, in the order of the modes' first runs. */
export function compare(runs: readonly AblationRun[]): AblationRow[] {
  const mse = new Map(runs.filter(({ mode }) => mode === 'mse').map((run) => [run.seed, run]))
  return [...new Set(runs.map(({ mode }) => mode))].map((mode) => {
    const own = runs.filter((run) => run.mode === mode)
    const ratios = own.flatMap((run) => {
      const reference = mse.get(run.seed)
      if (!reference) return []
      const target = TOLERANCE * Math.min(...reference.points.map(({ dtw }) => dtw))
      const [mine, theirs] = [run, reference].map(({ points }) => points.find(({ dtw }) => dtw <= target))
      return mine && theirs ? [{ time: mine.seconds / theirs.seconds, steps: mine.step / theirs.step }] : []
    })
    return {
      mode,
      finalDtw: spreadOf(own.map(({ points }) => points.at(-1)!.dtw)),
      bestDtw: spreadOf(own.map(({ points }) => Math.min(...points.map(({ dtw }) => dtw)))),
      wristPathRatio: spreadOf(own.map(({ points }) => points.at(-1)!.wristPathRatio)),
      seconds: spreadOf(own.map(({ seconds }) => seconds)),
      timeRatio: spreadOf(ratios.map(({ time }) => time)),
      stepRatio: spreadOf(ratios.map(({ steps }) => steps)),
      reached: ratios.length,
      runs: own.length,
    }
  })
}

/** Mean and sample standard deviation; NaN where there are too few. */
function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) }
}

/** The rows as lines for people. */
export function formatAblation(rows: readonly AblationRow[]): string {
  const cell = ({ mean, deviation }: Spread, digits: number) =>
    Number.isFinite(mean) ? `${mean.toFixed(digits)}${Number.isFinite(deviation) ? ` ± ${deviation.toFixed(digits)}` : ''}` : '-'
  const cells = [
    ['', 'final DTW', 'best DTW', 'wrist path', 'seconds', "time to mse's best", 'steps', 'reached'],
    ...rows.map((row) => [
      row.mode,
      cell(row.finalDtw, 3),
      cell(row.bestDtw, 3),
      cell(row.wristPathRatio, 2),
      cell(row.seconds, 0),
      row.reached > 0 ? `× ${cell(row.timeRatio, 2)}` : '-',
      row.reached > 0 ? `× ${cell(row.stepRatio, 2)}` : '-',
      `${row.reached} of ${row.runs}`,
    ]),
  ]
  return formatTable(cells)
}

/** Reads `mse,rl+plc`. Throws ERR_USAGE naming the modes there are. */
export function parseModes(text: string): RewardMode[] {
  return text.split(',').map((name) => {
    const mode = rewardModes.find((known) => known === name.trim())
    if (mode) return mode
    throw new SignError('ERR_USAGE', 'ablate', `wanted modes of ${rewardModes.join(', ')}, got '${name}'`, 'Correct --modes')
  })
}
