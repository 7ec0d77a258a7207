// Whether opening leaks: an adapter opened, used by a small model and disposed of, over and over, with the process's memory after each cycle
// and the time each took. A flat line is what is wanted. The model is left to the disposal, as a user would; on a software driver time is this
// process's CPU time.
//
//   npm run bench:open-cycles -- --adapter embedded --out bench/results/open-cycles-swiftshader     writes that .json and .svg, -time.svg

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeWhole } from '../src/base/files.js'
import { Generator } from '../src/infer/generator.js'
import { presets } from '../src/model/config.js'
import { SignModel } from '../src/model/sign_model.js'
import { lineChart } from '../src/outputs/line_chart.js'
import { openGpu } from '../src/platform/node/open.js'
import { summarise } from '../src/profile/timing.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { type Clock, clockOf, stopwatch } from './stopwatch.js'
import { noiseGroup, noiseWords } from './training_step.js'

interface Cycle {
  /** Resident, after a collection. */
  readonly mebibytes: number
  readonly ms: number
}

/** The report as it is saved. */
export interface OpenCyclesReport {
  readonly adapter: string
  readonly node: string
  readonly clock: Clock
  /** Medians over the second tenth of the cycles and the last: caches fill in the first. */
  readonly early: Cycle
  readonly late: Cycle
  readonly cycles: readonly Cycle[]
}

const { values } = benchArguments(
  'bench:open-cycles',
  {
    ...common,
    cycles: { type: 'string', default: '100', help: '<n> how many times an adapter is opened' },
    out: { type: 'string', help: '<prefix> also save the results as <prefix>.json and charts as <prefix>.svg and <prefix>-time.svg' },
  },
  { about: 'Opens and disposes of an adapter many times, to see whether memory or time grows.' },
)
const count = atLeastOne('bench:open-cycles', '--cycles', values.cycles)
const tenth = Math.max(1, Math.floor(count / 10))
const description = noiseGroup({ ...presets.tiny, width: 32, heads: 2, hidden: 64, maxFrames: 40, maxTokens: 16 }, 64)
const sentence = noiseWords(10).join(' ')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const { gpu: first } = await openGpu({ adapter: values.adapter })
const clock = clockOf(first.software)
const adapter = first.label
await first.destroy()
const cycles: Cycle[] = []
for (let i = 0; i < count; i++) cycles.push(await cycle())
const report: OpenCyclesReport = {
  adapter,
  node: process.version,
  clock,
  early: medianOf(cycles.slice(Math.min(tenth, count - 1), 2 * tenth)),
  late: medianOf(cycles.slice(-tenth)),
  cycles,
}
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
else for (const when of ['early', 'late'] as const) process.stdout.write(`${when.padEnd(6)}${line(report[when])}\n`)
if (values.out) await writeReport(values.out, report)
process.exit()

async function cycle(): Promise<Cycle> {
  const spent = stopwatch(clock)
  await using gpu = (await openGpu({ adapter: values.adapter })).gpu
  const generator = new Generator(gpu, new SignModel(gpu).addLanguage(description))
  await generator.generate([sentence], { policy: 'oracle', lengths: [8] })
  await gpu.destroy()
  const ms = spent()
  collect()
  // Finalisers of what was collected run from the event loop.
  await new Promise((done) => setTimeout(done, 10))
  return { mebibytes: rounded(process.memoryUsage.rss() / 2 ** 20), ms: rounded(ms) }
}

function rounded(value: number): number {
  return Number(value.toFixed(1))
}

function medianOf(some: readonly Cycle[]): Cycle {
  const median = (of: (one: Cycle) => number) => summarise(some.map(of)).median
  return { mebibytes: median(({ mebibytes }) => mebibytes), ms: median(({ ms }) => ms) }
}

function line({ mebibytes, ms }: Cycle): string {
  return `${mebibytes.toFixed(0).padStart(6)} MiB ${ms.toFixed(0).padStart(6)} ms, ${clock}`
}

async function writeReport(out: string, report: OpenCyclesReport): Promise<void> {
  const { cycles } = report
  await writeWhole(`${out}.json`, `${JSON.stringify(report, null, 1)}\n`)
  const chart = (title: string, y: string, of: (one: Cycle) => number) =>
    lineChart([{ group: 'measured', points: cycles.map((one, i) => [i + 1, of(one)]) }], { title, x: 'cycle', y })
  await writeWhole(
    `${out}.svg`,
    chart(`Memory over opening and disposing, ${adapter}`, 'MiB resident', ({ mebibytes }) => mebibytes),
  )
  await writeWhole(
    `${out}-time.svg`,
    chart(`Time of opening, using and disposing, ${adapter}`, `ms, ${clock}`, ({ ms }) => ms),
  )
}
