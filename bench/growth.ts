// What size costs: the training step's time and memory against frames, batch, width and vocabulary, one at a time about a small model,
// and the pace of generation against length. On a software driver time is this process's CPU time, which other people's work does not move.
//
//   npm run bench:growth -- --out bench/results/growth-lavapipe     writes that .json and -frames.svg, -memory.svg, …
//   npm run bench:growth -- --only frames,generation

import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import type { Gpu } from '../src/device/gpu.js'
import { Generator } from '../src/infer/generator.js'
import { type ModelConfig, presets } from '../src/model/config.js'
import { SignModel } from '../src/model/sign_model.js'
import { type Curve, lineChart } from '../src/outputs/line_chart.js'
import { openGpu } from '../src/platform/node/open.js'
import { groupArenas, total } from '../src/profile/memory_plan.js'
import { summarise } from '../src/profile/timing.js'
import { trainedGroup } from '../src/tasks/text_to_pose/training.js'
import { benchArguments, chosenOf, common } from './arguments.js'
import { type Clock, clockOf, stopwatch } from './stopwatch.js'
import { noiseGroup, noiseStep, noiseWords } from './training_step.js'

const axes = {
  frames: [64, 128, 256, 512, 1024],
  batch: [1, 2, 4, 8, 16],
  width: [32, 64, 128, 256],
  vocabulary: [256, 1024, 4096, 16384],
} as const
type Axis = keyof typeof axes
const GENERATED = [32, 64, 128, 256, 512]
const ROUNDS = 9
/** Where an axis does not say otherwise. */
const home: Readonly<Record<Axis, number>> = { frames: 128, batch: 2, width: 64, vocabulary: 256 }
const TOKENS = 8
/** Fewest and most runs of a point; between them, until this many milliseconds are spent. */
const [FEWEST, MOST, LONG] = [3, 20, 1500]

interface GrowthPoint {
  readonly at: number
  readonly ms: number
  readonly slotBytes: number
  readonly arenaBytes: number
}

interface AxisGrowth {
  readonly axis: Axis
  readonly points: readonly GrowthPoint[]
  /** p where time, or the slots' bytes, grew as the p-th power between the last two points: 1 is linear. */
  readonly timePower: number
  readonly slotsPower: number
}

interface GenerationGrowth {
  readonly points: readonly { readonly frames: number; readonly framesPerSecond: number }[]
  /** Pace at the longest by pace at the shortest: 1 is flat. */
  readonly flatness: number
}

/** The report as it is saved. */
export interface GrowthReport {
  readonly adapter: string
  readonly node: string
  readonly clock: Clock
  readonly home: typeof home & { readonly layers: string; readonly tokens: number }
  readonly axes: readonly AxisGrowth[]
  readonly generation: GenerationGrowth | null
}

const { values, names } = benchArguments(
  'bench:growth',
  {
    ...common,
    only: { type: 'string', help: `<names> measure only these, separated by commas: ${Object.keys(axes).join(', ')}, generation` },
    out: { type: 'string', help: '<prefix> also save the results as <prefix>.json and charts as <prefix>-*.svg' },
  },
  { about: 'Measures time and memory of a training step against frames, batch, width and vocabulary, and generation against length.' },
)
const chosen = chosenOf('bench:growth', names, [...Object.keys(axes), 'generation'])
const wanted = (name: string) => chosen.includes(name)
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)

const { gpu } = await openGpu({ adapter: values.adapter })
const report: GrowthReport = {
  adapter: gpu.label,
  node: process.version,
  clock: clockOf(gpu.software),
  home: { ...home, layers: '1 + 1', tokens: TOKENS },
  axes: await growths(),
  generation: wanted('generation') ? await generationGrowth(gpu) : null,
}
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
if (values.out) await writeReport(values.out, report)
await gpu.destroy()
process.exit()

async function growths(): Promise<AxisGrowth[]> {
  const found: AxisGrowth[] = []
  for (const axis of (Object.keys(axes) as Axis[]).filter(wanted)) {
    const points: GrowthPoint[] = []
    for (const at of axes[axis]) points.push(await measurePoint(gpu, { ...home, [axis]: at }, at))
    const [before, last] = points.slice(-2) as [GrowthPoint, GrowthPoint]
    const power = (of: (point: GrowthPoint) => number) => Math.log(of(last) / of(before)) / Math.log(last.at / before.at)
    found.push({ axis, points, timePower: power(({ ms }) => ms), slotsPower: power(({ slotBytes }) => slotBytes) })
    say(formatAxis(found.at(-1)!))
  }
  return found
}

function sizesOf(width: number, maxFrames: number): ModelConfig {
  return { ...presets.tiny, width, hidden: 4 * width, decoderLayers: 1, heads: Math.max(1, width / 32), maxFrames, maxTokens: 32 }
}

async function measurePoint(gpu: Gpu, { frames, batch, width, vocabulary }: typeof home, at: number): Promise<GrowthPoint> {
  const step = await noiseStep(gpu, noiseGroup(sizesOf(width, frames), vocabulary), { batch, target: frames, source: TOKENS })
  const ms = await fastest(gpu, step.run)
  const arenaBytes = total(groupArenas(trainedGroup(step.group)).map(({ bytes }) => bytes))
  const slotBytes = total(step.program.program.plan.slots)
  step.destroy()
  return { at, ms, slotBytes, arenaBytes }
}

async function generationGrowth(gpu: Gpu): Promise<GenerationGrowth> {
  const model = new SignModel(gpu)
  const generator = new Generator(gpu, model.addLanguage(noiseGroup(sizesOf(home.width, GENERATED.at(-1)!), home.vocabulary)))
  const sentence = noiseWords(TOKENS + 3).join(' ')
  const longest = GENERATED.at(-1)!
  const generate = (frames: number) => generator.generate([sentence], { policy: 'oracle', lengths: [frames] })
  for (const frames of GENERATED) await generate(frames)
  // By turns and in samples of as many frames each: what is asked is a ratio, a machine's own pace changes within minutes, and the best
  // of short samples would fall into its fastest moments.
  const samples = new Map<number, number[]>(GENERATED.map((frames) => [frames, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const [frames, taken] of samples) {
      const spent = stopwatch(clockOf(gpu.software))
      for (let done = 0; done < longest; done += frames) await generate(frames)
      taken.push(spent())
    }
  }
  const points = [...samples].map(([frames, taken]) => ({ frames, framesPerSecond: (1000 * longest) / summarise(taken).median }))
  await generator.destroy()
  model.destroy()
  const growth = { points, flatness: points.at(-1)!.framesPerSecond / points[0]!.framesPerSecond }
  const rows = points.map((point) => [String(point.frames), point.framesPerSecond.toFixed(0)])
  say(`${formatTable([['generated frames', 'frames/s'], ...rows])}\npace at the longest: ${growth.flatness.toFixed(2)} of the shortest's\n`)
  return growth
}

/** Milliseconds of the fastest of several runs, after one that warms up. */
async function fastest(gpu: Gpu, work: () => Promise<unknown>): Promise<number> {
  await work()
  const start = performance.now()
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < FEWEST || (i < MOST && performance.now() - start < LONG); i++) {
    const spent = stopwatch(clockOf(gpu.software))
    await work()
    best = Math.min(best, spent())
  }
  return best
}

function formatAxis({ axis, points, timePower, slotsPower }: AxisGrowth): string {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2)
  const rows = points.map(({ at, ms, slotBytes, arenaBytes }) => [String(at), ms.toFixed(1), mebibytes(slotBytes), mebibytes(arenaBytes)])
  const table = formatTable([[axis, 'ms a step', 'slots MiB', 'arenas MiB'], ...rows])
  return `${table}\nfrom ${points.at(-2)!.at} to ${points.at(-1)!.at}, time grows as the power ${timePower.toFixed(2)}, slots as ${slotsPower.toFixed(2)}\n`
}

async function writeReport(out: string, report: GrowthReport): Promise<void> {
  const { adapter, clock } = report
  await writeWhole(`${out}.json`, `${JSON.stringify(report, null, 2)}\n`)
  for (const { axis, points } of report.axes) {
    const time = points.map(({ at, ms }) => [at, ms] as const)
    await writeChart(`${out}-${axis}.svg`, `A training step against ${axis}, ${adapter}`, axis, `ms, ${clock}`, time)
    if (axis !== 'frames') continue
    const slots = points.map(({ at, slotBytes }) => [at, slotBytes / 2 ** 20] as const)
    await writeChart(`${out}-memory.svg`, `Planned slots against frames, ${adapter}`, axis, 'MiB', slots, straight(slots))
  }
  if (!report.generation) return
  const pace = report.generation.points.map(({ frames, framesPerSecond }) => [frames, framesPerSecond] as const)
  await writeChart(`${out}-generation.svg`, `Generation against length, ${adapter}`, 'frames', `frames/s, ${clock}`, pace)
}

type Points = Curve['points']

/** What was measured, with a dot where, under what it is compared with. */
async function writeChart(path: string, title: string, x: string, y: string, measured: Points, ...above: readonly Curve[]): Promise<void> {
  const curves: Curve[] = [{ group: 'measured', points: measured, style: 'dots' }, ...above]
  await writeWhole(path, lineChart(curves, { title, x, y, xTicks: [0, ...measured.map(([at]) => at)] }))
}

/** The line through the first two points: what linear growth would look like. */
function straight(points: Points): Curve {
  const [[x0, y0], [x1, y1]] = points as readonly [[number, number], [number, number]]
  return { group: 'if linear', points: points.map(([x]) => [x, y0 + ((x - x0) * (y1 - y0)) / (x1 - x0)] as const), style: 'dashes' }
}
