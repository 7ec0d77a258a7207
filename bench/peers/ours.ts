// Our own engine as a peer among peers: the tasks recorded with its ops, as a model would record them.

import type { Gpu } from '../../src/device/gpu.js'
import { elements, type Tensor } from '../../src/device/memory.js'
import { Program, Recorder } from '../../src/device/program.js'
import { adamw } from '../../src/kernels/adamw.js'
import { linearActivation } from '../../src/kernels/linear.js'
import { linearHalf } from '../../src/kernels/linear_half.js'
import { toHalf } from '../../src/kernels/to_half.js'
import { attention } from '../../src/ops/attention.js'
import { Graph } from '../../src/ops/graph.js'
import { layerNorm } from '../../src/ops/layer_norm.js'
import { linear } from '../../src/ops/linear.js'
import type { Parameter } from '../../src/ops/parameter.js'
import { openGpu } from '../../src/platform/node/open.js'
import { judgeStep } from './judge_step.js'
import { encoderStep, hyperAt, ptBaseStep } from './ours_steps.js'
import { type Peer, serve, type Work } from './peer.js'
import { noise, sampled, type Task } from './tasks.js'

type Feeds = Readonly<Record<string, Tensor>>
type RecordChain = (graph: Graph, feeds: Feeds, task: Task) => Tensor

const chains: Readonly<Record<Exclude<Task['kind'], 'encoder_step' | 'pt_base_step' | 'judge_step'>, RecordChain>> = {
  linear: (graph, { x, w, b }, { chain }) => repeated(chain, x!, (y) => linear(graph, y, parameter(w!), parameter(b!))),
  linear_half: ({ recorder }, { x, w, b }, { chain, sizes }) => {
    const n = sizes.n!
    const half = recorder.tensor('half', w!.shape, 'f16')
    recorder.run(toHalf, { x: w!, y: half }, { n: n * n })
    return repeated(chain, x!, (from) => {
      const y = recorder.tensor('y', from.shape)
      const plain = { activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
      // What is not there still wants a tensor for its binding; the kernel does not read it.
      recorder.run(linearHalf, { x: from, w: half, b: b!, residual: b!, seed: b!, y }, { rows: n, inner: n, cols: n, hasBias: 1, ...plain })
      return y
    })
  },
  attention: (graph, { q, k, v, keyLengths }, { chain, sizes }) =>
    repeated(chain, q!, (y) => attention(graph, y, k!, v!, { heads: sizes.heads!, keyLengths: keyLengths!, causal: false })),
  layer_norm: (graph, { x, gamma, beta }, { chain, sizes }) =>
    repeated(chain, x!, (y) => layerNorm(graph, y, parameter(gamma!), parameter(beta!), sizes.normEpsilon!)),
  adamw: ({ recorder }, { w, g, m, v, clip, ...hypers }, { chain, sizes }) => {
    for (let step = 1; step <= chain; step++) {
      const tensors = { gradient: g!, clip: clip!, hyper: hypers[`hyper${step}`]!, weight: w!, first: m!, second: v! }
      recorder.run(adamw, tensors, { n: sizes.count!, decayed: sizes.count!, weightDecay: sizes.decay!, decoupled: 1 })
    }
    return w!
  },
}

function repeated(times: number, first: Tensor, link: (x: Tensor) => Tensor): Tensor {
  let x = first
  for (let i = 0; i < times; i++) x = link(x)
  return x
}

function parameter(value: Tensor): Parameter {
  return { name: value.name, value }
}

async function recorded(gpu: Gpu, task: Task, record: RecordChain): Promise<Work> {
  const recorder = new Recorder()
  const arrays = Object.entries({ ...inputArrays(task), ...settings(task) }).map(([name, { shape, data }]) => {
    return { tensor: recorder.feed(name, shape, data instanceof Uint32Array ? 'u32' : 'f32'), data }
  })
  const last = record(new Graph(recorder), Object.fromEntries(arrays.map(({ tensor }) => [tensor.name, tensor])), task)
  if (!recorder.fed.includes(last)) recorder.keep(last)
  const program = await Program.build(gpu, recorder)
  for (const { tensor, data } of arrays) program.write(tensor, data)
  const run = async (times: number) => void (await program.run({ times }))
  const result = async () => {
    await run(1)
    const { buffer, offset } = program.region(last)
    return sampled(new Float32Array(await gpu.read(buffer, 4 * elements(last.shape), offset)))
  }
  return { result, run }
}

interface Given {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint32Array
}

function inputArrays(task: Task): Record<string, Given> {
  return Object.fromEntries(Object.entries(task.inputs).map(([name, spec]) => [name, { shape: spec.shape, data: noise(spec) }]))
}

/** What only our kernels ask for: the lengths of samples, a clip that does nothing, the corrections of each step. */
function settings({ kind, chain, sizes }: Task): Record<string, Given> {
  if (kind === 'attention') {
    return { keyLengths: { shape: [sizes.batch!], data: new Uint32Array(sizes.batch!).fill(sizes.length!) } }
  }
  if (kind !== 'adamw') return {}
  const hypers = Array.from({ length: chain }, (_, i) => [`hyper${i + 1}`, { shape: [8], data: hyperAt(sizes, i + 1) }])
  return { clip: { shape: [2], data: Float32Array.of(0, 1) }, ...Object.fromEntries(hypers) }
}

await serve(async (): Promise<Peer> => {
  const { gpu, report } = await openGpu()
  const prepare = (task: Task): Promise<Work> => {
    if (task.kind === 'encoder_step') return encoderStep(gpu, task)
    if (task.kind === 'pt_base_step') return ptBaseStep(gpu, task)
    if (task.kind === 'judge_step') return judgeStep(gpu, task)
    return recorded(gpu, task, chains[task.kind])
  }
  // The engine naps while it waits, of its own accord.
  const versions = { driver: report.driver, node: process.version }
  return { device: report.name, versions, software: report.software, polls: false, prepare }
})
