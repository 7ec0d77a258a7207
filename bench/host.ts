// What the host does around the GPU: encoding, recording and planning a step, laying out a batch, reading files. Driven by benchmark.js.
//
//   npm run bench:host                                a table
//   npm run bench:host -- --only encode,read          those whose names begin so
//   npm run bench:host -- --json --out bench/results/host.json

import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import Benchmark from 'benchmark'
import { writeWhole } from '../src/base/files.js'
import { formatTable } from '../src/base/table.js'
import { openGpu } from '../src/platform/node/open.js'
import { atLeastOne, benchArguments, chosenOf, common } from './arguments.js'
import { type HostCase, hostCases } from './host_cases.js'

interface HostFigures {
  readonly name: string
  /** Milliseconds of one unit, e.g. of one dispatch: mean, and half its 95 % interval in per cent. */
  readonly ms: number
  readonly uncertainty: number
  /** What the time is of, and how many of them one measured call does. */
  readonly unit: string
  readonly units: number
  readonly samplesMs: readonly number[]
}

const { values, names } = benchArguments(
  'bench:host',
  {
    ...common,
    only: { type: 'string', help: '<names> measure only what begins so, separated by commas, e.g. encode,read' },
    seconds: { type: 'string', default: '5', help: '<n> at most so many seconds for each measurement' },
  },
  { about: 'Measures what the host (the CPU side) spends on encoding, recording, planning, batches and reading files.' },
)
const seconds = atLeastOne('bench:host', '--seconds', values.seconds)
const { gpu } = await openGpu({ adapter: values.adapter })
const folder = await mkdtemp(join(tmpdir(), 'signllm-host-'))
const figures: HostFigures[] = []
try {
  const cases = await hostCases(gpu, folder)
  const chosen = chosenOf(
    'bench:host',
    names,
    cases.map(({ name }) => name),
  )
  for (const { name, unit, units, ...rest } of cases.filter(({ name }) => chosen.includes(name))) {
    const stats = await sampled(name, rest)
    const samplesMs = stats.sample.map((seconds) => (1000 * seconds) / units)
    figures.push({ name, ms: (1000 * stats.mean) / units, uncertainty: stats.rme, unit, units, samplesMs })
  }
} finally {
  await rm(folder, { recursive: true })
}
const rows = figures.map(({ name, ms, uncertainty, unit }) => [
  name,
  `${(1000 * ms).toPrecision(4)} µs`,
  `± ${uncertainty.toFixed(1)} %`,
  unit,
])
const table = formatTable([['host', 'time', 'uncertain by', 'of'], ...rows])
;(values.json ? process.stderr : process.stdout).write(`${table}\n`)
const machine = { processor: cpus()[0]?.model ?? 'unknown', cores: cpus().length, load: loadavg(), node: process.version }
const text = `${JSON.stringify({ machine, adapter: gpu.label, benchmark: Benchmark.version, figures }, null, 2)}\n`
if (values.json) process.stdout.write(text)
if (values.out) await writeWhole(values.out, text)
await gpu.destroy()
process.exit()

/** benchmark.js's own statistics of `work`, in seconds. It calls as often as its clock needs to be sure. */
function sampled(name: string, { work, waits }: Pick<HostCase, 'work' | 'waits'>): Promise<Benchmark.Stats> {
  return new Promise((resolve, reject) => {
    const maxTime = seconds
    const bench = waits
      ? new Benchmark(name, {
          defer: true,
          maxTime,
          fn: (deferred: { resolve(): void }) => {
            ;(work() as Promise<unknown>).then(() => deferred.resolve(), reject)
          },
        })
      : new Benchmark(name, { maxTime, fn: work })
    bench.on('complete', () => resolve(bench.stats))
    bench.on('error', () => reject((bench as unknown as { error: Error }).error))
    bench.run({ async: true })
  })
}
