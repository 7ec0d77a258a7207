// CTC, loss and gradient: the kernels against one thread of plain float32 loops, taking turns in one run.
//
//   npm run bench:ctc                                on the adapter found
//   npm run bench:ctc -- --out bench/results/ctc.json

import { loadavg } from 'node:os'
import { writeWhole } from '../src/base/files.js'
import { Random } from '../src/base/random.js'
import { Program, Recorder } from '../src/device/program.js'
import { ctc } from '../src/ops/ctc.js'
import { Graph } from '../src/ops/graph.js'
import { openGpu } from '../src/platform/node/open.js'
import { benchArguments, common } from './arguments.js'
import { ctcOnCpu } from './ctc_on_cpu.js'

const ROUNDS = 7
/** The largest batch of a gloss recogniser on PHOENIX-2014T. */
const SHAPE = { batch: 32, frames: 400, labelRoom: 60, classes: 1088, stride: 1088, blank: 0 }

const { values } = benchArguments(
  'bench:ctc',
  { adapter: common.adapter, out: common.out },
  { about: "Measures CTC's loss and gradient: the kernels against plain float32 loops on one CPU thread." },
)
const { batch, frames, labelRoom, classes, stride } = SHAPE
const random = new Random(1)
const logits = Float32Array.from({ length: batch * frames * stride }, () => 3 * (2 * random.uniform() - 1))
const labels = Uint32Array.from({ length: batch * labelRoom }, () => 1 + random.below(classes - 1))
const coefficient = new Float32Array(batch).fill(1 / (batch * labelRoom))
const dlogits = new Float32Array(logits.length)
const { gpu } = await openGpu({ adapter: values.adapter })

const recorder = new Recorder()
const g = new Graph(recorder, { training: { seed: recorder.feed('seed', [4], 'u32'), dummy: recorder.feed('dummy', [4]) } })
const x = recorder.feed('logits', [batch, frames, stride])
const inputs = {
  labels: recorder.feed('labels', [batch, labelRoom], 'u32'),
  labelLengths: recorder.feed('label_lengths', [batch], 'u32'),
  lengths: recorder.feed('lengths', [batch], 'u32'),
  coefficient: recorder.feed('coefficient', [batch]),
}
g.requireGrad(x)
recorder.report(ctc(g, x, inputs, SHAPE))
const program = await Program.build(gpu, recorder)
program.write(x, logits)
program.write(inputs.labels, labels)
program.write(inputs.labelLengths, new Uint32Array(batch).fill(labelRoom))
program.write(inputs.lengths, new Uint32Array(batch).fill(frames))
program.write(inputs.coefficient, coefficient)

// What is compared gives the same losses.
const ours = new Float32Array((await program.run())[0]!)
const plain = ctcOnCpu(logits, labels, coefficient, dlogits, SHAPE)
const apart = plain.reduce((most, loss, b) => Math.max(most, Math.abs(ours[2 * b]! / loss - 1)), 0)

const kernelMs: number[] = []
const plainMs: number[] = []
const took = async (work: () => unknown): Promise<number> => {
  const began = performance.now()
  await work()
  return performance.now() - began
}
for (let round = 0; round < ROUNDS; round++) {
  kernelMs.push(await took(() => program.run()))
  plainMs.push(await took(() => ctcOnCpu(logits, labels, coefficient, dlogits, SHAPE)))
}
const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
const report = {
  adapter: gpu.label,
  node: process.version,
  load: loadavg(),
  shape: SHAPE,
  lossesApart: apart,
  kernelMs: { median: median(kernelMs), least: Math.min(...kernelMs) },
  plainLoopMs: { median: median(plainMs), least: Math.min(...plainMs) },
  speedup: median(plainMs) / median(kernelMs),
}
console.log(
  `${gpu.label}: T ${frames}, L ${labelRoom}, C ${classes}, B ${batch}, medians of ${ROUNDS}: kernels ${report.kernelMs.median.toFixed(0)} ms, ` +
    `plain loops ${report.plainLoopMs.median.toFixed(0)} ms, ${report.speedup.toFixed(2)} times as fast; losses differ by ${apart.toExponential(1)}`,
)
if (values.out) await writeWhole(values.out, `${JSON.stringify(report, null, 2)}\n`)
program.destroy()
await gpu.destroy()
process.exit()
