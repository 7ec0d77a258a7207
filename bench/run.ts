// Every kernel at a shape the model really uses, beside what this adapter can do at most; then the whole model at pt-base.
//
//   npm run bench                                   the table
//   npm run bench -- linear attention               kernels whose names begin so; leaves out the whole model
//   npm run bench -- --json --out bench/results/x.json

import { readdir } from 'node:fs/promises'
import { writeWhole } from '../src/base/files.js'
import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import { Program, Recorder } from '../src/device/program.js'
import { openGpu } from '../src/platform/node/open.js'
import { type Ceilings, formatCeilings, largeBytes, measureAgain, measureCeilings } from '../src/profile/ceilings.js'
import { sampleSubmissions, type Timed } from '../src/profile/timing.js'
import { type Traffic, trafficOf } from '../src/profile/traffic.js'
import { benchArguments, chosenOf, common } from './arguments.js'
import { type ModelFigures, measureModel } from './pt_base.js'
import type { Workload } from './workload.js'

interface KernelFigures {
  readonly kernel: string
  /** The file that ran: the kernel's own, or a variant's. */
  readonly shader: string
  readonly note: string
  readonly params: Readonly<Record<string, number>>
  readonly ms: Timed
  /** At the median: bytes that must cross memory, and multiplies and adds, a second. */
  readonly gigabytes: number
  readonly gigaflops: number
  /** How it goes through memory, and so which of the memory ceilings `memoryShare` is of. */
  readonly traffic: Traffic
  /** Of the ceilings, 0 to 1. */
  readonly memoryShare: number
  readonly multiplyAddShare: number
}

type Measured = Omit<KernelFigures, 'memoryShare' | 'multiplyAddShare'>

export interface BenchReport {
  readonly adapter: string
  readonly node: string
  readonly ceilings: Ceilings
  readonly kernels: readonly KernelFigures[]
  readonly model: ModelFigures | undefined
}

const { values, names } = benchArguments(
  'bench',
  { ...common, only: { type: 'string', help: '<names> measure only kernels whose names begin so, separated by commas' } },
  {
    about: "Measures every kernel beside this adapter's peak, then a training step and generation of pt-base.\nNames: the same as --only.",
  },
)
const wanted = await workloads(names)
const { gpu } = await openGpu({ adapter: values.adapter })
const say = (line: string) => (values.json ? process.stderr : process.stdout).write(`${line}\n`)

let ceilings = await measureCeilings(gpu)
say(`${gpu.label}: ${formatCeilings(ceilings)}`)
const measured: Measured[] = []
for (const workload of wanted) {
  const one = await measureKernel(gpu, workload)
  ceilings = await measureAgain(gpu, ceilings, one.traffic)
  measured.push(one)
  const { shader, note, ms } = one
  process.stderr.write(`${shader}, ${note}: ${ms.median.toFixed(3)} ms\n`)
}
say(`the highest, measured again beside each kernel: ${formatCeilings(ceilings)}`)
say(row(['kernel, by its file', 'shape', 'ceiling', 'ms', 'GB/s', 'of it', 'GFLOP/s', 'of mul-add']))
const kernels = measured.map((one) => withShares(one, ceilings))
for (const figures of kernels) say(formatKernel(figures))
const model = names.length === 0 ? await measureModel(gpu) : undefined
if (model) {
  say(
    `pt-base, a training step of ${model.training.shape}: ${model.training.ms.toFixed(0)} ms, ${model.training.framesPerSecond.toFixed(0)} frames/s`,
  )
  say(`pt-base, one sentence of ${model.generation.frames} frames: ${model.generation.framesPerSecond.toFixed(0)} frames/s`)
}
const report: BenchReport = { adapter: gpu.label, node: process.version, ceilings, kernels, model }
const text = `${JSON.stringify(report, null, 2)}\n`
if (values.json) process.stdout.write(text)
if (values.out) await writeWhole(values.out, text)
await gpu.destroy()
process.exit()

/** The default exports of all bench files: one workload a kernel, or several. */
async function workloads(names: readonly string[]): Promise<Workload[]> {
  const files = (await readdir(new URL('.', import.meta.url))).filter((name) => name.endsWith('.bench.ts')).sort()
  const lists = await Promise.all(files.map(async (name) => (await import(`./${name}`)).default as Workload[]))
  const all = lists.flat()
  const chosen = new Set(chosenOf('bench', names, [...new Set(all.map(({ kernel }) => kernel.name))]))
  return all.filter(({ kernel }) => chosen.has(kernel.name))
}

async function measureKernel(gpu: Gpu, { kernel, note, params, buffers, cost }: Workload): Promise<Measured> {
  const recorder = new Recorder()
  const contents = Object.entries(buffers).map(([name, given], i) => {
    const data = typeof given === 'number' ? noise(given, i) : given
    return { tensor: recorder.feed(name, [data.length], data instanceof Uint32Array ? 'u32' : 'f32'), data, name }
  })
  recorder.run(kernel, Object.fromEntries(contents.map(({ name, tensor }) => [name, tensor])), params)
  const program = await Program.build(gpu, recorder)
  for (const { tensor, data } of contents) program.write(tensor, data)
  try {
    const ms = await sampleSubmissions(gpu, async (times) => {
      // Kernels that count would run out of work.
      for (const { tensor, data } of contents) if (data instanceof Uint32Array) program.write(tensor, data)
      await program.run({ times })
    })
    const [gigabytes, gigaflops] = [cost.bytes / ms.median / 1e6, cost.flops / ms.median / 1e6]
    const traffic = trafficOf(program.steps[0]!, largeBytes(gpu))
    return { kernel: kernel.name, shader: gpu.variant(kernel, params).shader, note, params, ms, gigabytes, gigaflops, traffic }
  } finally {
    program.destroy()
  }
}

function withShares(measured: Measured, ceilings: Ceilings): KernelFigures {
  const { gigabytes, gigaflops, traffic } = measured
  return { ...measured, memoryShare: gigabytes / ceilings.gigabytes[traffic], multiplyAddShare: gigaflops / ceilings.gigaflops }
}

function noise(length: number, seed: number): Float32Array {
  const random = new Random(seed + 1)
  return Float32Array.from({ length }, () => 2 * random.uniform() - 1)
}

function formatKernel({ shader, note, traffic, ms, gigabytes, gigaflops, memoryShare, multiplyAddShare }: KernelFigures): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`
  return row([
    shader,
    note,
    traffic,
    ms.median.toFixed(3),
    gigabytes.toFixed(2),
    percent(memoryShare),
    gigaflops.toFixed(2),
    percent(multiplyAddShare),
  ])
}

function row([shader, note, traffic, ...numbers]: readonly string[]): string {
  return `${shader!.padEnd(46)}${note!.padEnd(30)}${traffic!.padEnd(15)}${numbers.map((cell) => cell.padStart(11)).join('')}`
}
