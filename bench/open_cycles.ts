// Whether opening leaks: a model opened by `Signer.open`, used and disposed of, over and over, with what the process and the GPU hold after each cycle and
// the time each took. A flat line is what is wanted. Each cycle has two signers: one on an adapter of its own, and one on a device that stays, whose buffers
// are counted. On a software driver time is this process's CPU time.
//
//   npm run bench:open-cycles -- --adapter embedded --out bench/results/open-cycles-swiftshader     writes that .json and .svg, -time.svg, -gpu.svg

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeWhole } from '../src/base/files.js'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatModelFile } from '../src/checkpoint/model_file.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { heldBytes } from '../src/device/held_bytes.testing.js'
import { presets } from '../src/model/config.js'
import { SignModel } from '../src/model/sign_model.js'
import { lineChart } from '../src/outputs/line_chart.js'
import { openGpu } from '../src/platform/node/open.js'
import { summarise } from '../src/profile/timing.js'
import { type OpenSignerOptions, Signer } from '../src/signer/node.js'
import { atLeastOne, benchArguments, common } from './arguments.js'
import { type Clock, clockOf, stopwatch } from './stopwatch.js'
import { noiseGroup, noiseWords } from './training_step.js'

interface Cycle {
  /** Resident, after a collection. */
  readonly mebibytes: number
  /** On the device that stays, in buffers: the most while a signer signed, and what is left after its disposal. */
  readonly gpuKibibytes: number
  readonly gpuKibibytesLeft: number
  /** Of opening an adapter, signing and disposing. */
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
    cycles: { type: 'string', default: '200', help: '<n> how many times a model is opened' },
    out: {
      type: 'string',
      help: '<prefix> also save the results as <prefix>.json and charts as <prefix>.svg, <prefix>-gpu.svg and <prefix>-time.svg',
    },
  },
  { about: 'Opens and disposes of a model many times, to see whether memory or time grows.' },
)
const count = atLeastOne('bench:open-cycles', '--cycles', values.cycles)
const tenth = Math.max(1, Math.floor(count / 10))
const sentence = noiseWords(10).join(' ')
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const { gpu } = await openGpu({ adapter: values.adapter })
const clock = clockOf(gpu.software)
const model = await modelFile()
const onGpu = heldBytes(gpu.device)
const cycles: Cycle[] = []
for (let i = 0; i < count; i++) cycles.push(await cycle())
const report: OpenCyclesReport = {
  adapter: gpu.label,
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

async function modelFile(): Promise<Uint8Array> {
  const own = new SignModel(gpu)
  own.addLanguage(noiseGroup({ ...presets.tiny, width: 32, heads: 2, hidden: 64, maxFrames: 40, maxTokens: 16 }, 64))
  const card = { name: 'noise', languages: namedLanguages(own.languages), provenance: { writtenBy: 'signllm' }, needs: [] }
  const bytes = await formatModelFile(await poseContent('noise', own), { card }, 'noise')
  own.destroy()
  return bytes
}

async function cycle(): Promise<Cycle> {
  const spent = stopwatch(clock)
  await signed({ adapter: values.adapter })
  const ms = spent()
  await signed({ device: gpu.device })
  collect()
  // Finalisers of what was collected run from the event loop.
  await new Promise((done) => setTimeout(done, 10))
  return {
    mebibytes: rounded(process.memoryUsage.rss() / 2 ** 20),
    gpuKibibytes: rounded(onGpu.takeMost() / 2 ** 10),
    gpuKibibytesLeft: rounded(onGpu.held / 2 ** 10),
    ms: rounded(ms),
  }
}

async function signed(options: OpenSignerOptions): Promise<void> {
  await using signer = await Signer.open(model, options)
  await signer.sign(sentence, { policy: 'oracle', lengths: [8] })
}

function rounded(value: number): number {
  return Number(value.toFixed(1))
}

function medianOf(some: readonly Cycle[]): Cycle {
  const median = (of: (one: Cycle) => number) => summarise(some.map(of)).median
  return {
    mebibytes: median(({ mebibytes }) => mebibytes),
    gpuKibibytes: median(({ gpuKibibytes }) => gpuKibibytes),
    gpuKibibytesLeft: median(({ gpuKibibytesLeft }) => gpuKibibytesLeft),
    ms: median(({ ms }) => ms),
  }
}

function line({ mebibytes, gpuKibibytes, gpuKibibytesLeft, ms }: Cycle): string {
  const onGpu = `${gpuKibibytes.toFixed(0).padStart(6)} KiB on the GPU, ${gpuKibibytesLeft.toFixed(0)} after`
  return `${mebibytes.toFixed(0).padStart(6)} MiB ${onGpu} ${ms.toFixed(0).padStart(6)} ms, ${clock}`
}

async function writeReport(out: string, report: OpenCyclesReport): Promise<void> {
  const { cycles } = report
  await writeWhole(`${out}.json`, `${JSON.stringify(report, null, 1)}\n`)
  const curve = (group: string, of: (one: Cycle) => number) => ({ group, points: cycles.map((one, i) => [i + 1, of(one)] as const) })
  const charts = {
    '': {
      curves: [curve('measured', ({ mebibytes }) => mebibytes)],
      title: `Memory over opening and disposing, ${report.adapter}`,
      y: 'MiB resident',
    },
    '-gpu': {
      curves: [
        curve('while signing', ({ gpuKibibytes }) => gpuKibibytes),
        curve('after disposal', ({ gpuKibibytesLeft }) => gpuKibibytesLeft),
      ],
      title: `Buffers on the GPU, ${report.adapter}`,
      y: 'KiB',
    },
    '-time': {
      curves: [curve('measured', ({ ms }) => ms)],
      title: `Time of opening, using and disposing, ${report.adapter}`,
      y: `ms, ${clock}`,
    },
  }
  for (const [suffix, { curves, ...told }] of Object.entries(charts))
    await writeWhole(`${out}${suffix}.svg`, lineChart(curves, { ...told, x: 'cycle' }))
}
