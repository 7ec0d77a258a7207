// `signllm ablate run.yaml`: the same training under several ways of using rewards, over several seeds, in one table and one picture.
// The paper claims that its Priority Learning Channel saves training time: this is how to find out.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { SignError } from '../base/errors.js'
import { writeWhole } from '../base/files.js'
import type { Gpu } from '../device/gpu.js'
import { openGpu } from '../device/open.js'
import { type Curve, lineChart } from '../outputs/line_chart.js'
import { type RewardMode, rewardModes } from '../train/priority.js'
import { trainRun } from '../train/run.js'
import { loadRunConfig, type RunConfig } from '../train/run_config.js'

export interface AblateOptions {
  readonly modes: readonly RewardMode[]
  readonly seeds: readonly number[]
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

/** Runs what has not run yet (each run's curve is kept in its folder) and compares. Throws what training throws. */
export async function ablate(path: string, options: AblateOptions): Promise<{ out: string; rows: AblationRow[]; files: string[] }> {
  const { modes, seeds, say = () => {}, adapter, signal } = options
  if (!modes.includes('mse')) throw new SignError('ERR_USAGE', 'ablate', 'wanted mse among the modes, got none to compare with', 'Add mse')
  const config = await loadRunConfig(path)
  const { gpu } = await openGpu({ adapter: adapter ?? config.adapter ?? undefined })
  const runs: AblationRun[] = []
  try {
    for (const seed of seeds) {
      for (const mode of modes) {
        signal?.throwIfAborted()
        const folder = join(config.out, `${mode}-${seed}`)
        const kept = await readCurve(folder, config)
        say(kept ? `${mode}, seed ${seed}: kept from before` : `${mode}, seed ${seed}`)
        runs.push({ mode, seed, ...(kept ?? (await runOnce(gpu, config, mode, seed, folder, say, signal))) })
      }
    }
  } finally {
    await gpu.dispose()
  }
  const rows = compare(runs)
  const files = ['ablation.json', 'ablation.svg'].map((name) => join(config.out, name)) as [string, string]
  await writeWhole(files[0], `${JSON.stringify({ rows, runs }, null, 2)}\n`)
  const curves: Curve[] = runs.map(({ mode, points }) => ({ group: mode, points: points.map(({ seconds, dtw }) => [seconds, dtw]) }))
  await writeWhole(files[1], lineChart(curves, { title: `${config.name}: DTW on held-out clips`, x: 'seconds of training', y: 'DTW' }))
  return { out: config.out, rows, files }
}

async function runOnce(
  gpu: Gpu,
  base: RunConfig,
  mode: RewardMode,
  seed: number,
  folder: string,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<z.infer<typeof savedRun>> {
  const config: RunConfig = { ...base, name: `${base.name}-${mode}-${seed}`, out: folder, seed, learning: { ...base.learning, mode } }
  const points: z.infer<typeof point>[] = []
  let [seconds, steps] = [0, 0]
  let since = performance.now()
  for await (const event of trainRun(gpu, config, { overwrite: true, signal })) {
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
  signal?.throwIfAborted()
  const run = { steps, seconds, points }
  await writeWhole(join(folder, 'curve.json'), `${JSON.stringify(run)}\n`)
  return run
}

/** A run that went to its end before, with as many steps as are wanted now. */
async function readCurve(folder: string, { stop }: RunConfig): Promise<z.infer<typeof savedRun> | undefined> {
  let text: string
  try {
    text = await readFile(join(folder, 'curve.json'), 'utf8')
  } catch {
    return undefined
  }
  const run = savedRun.parse(JSON.parse(text))
  return run.steps === stop.steps ? run : undefined
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
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  return cells
    .map((line) => line.map((text, column) => (column === 0 ? text.padEnd(widths[0]!) : text.padStart(widths[column]!))).join('  '))
    .join('\n')
}

/** Reads `mse,rl+plc`. Throws ERR_USAGE naming the modes there are. */
export function parseModes(text: string): RewardMode[] {
  return text.split(',').map((name) => {
    const mode = rewardModes.find((known) => known === name.trim())
    if (mode) return mode
    throw new SignError('ERR_USAGE', 'ablate', `wanted modes of ${rewardModes.join(', ')}, got '${name}'`, 'Correct --modes')
  })
}
