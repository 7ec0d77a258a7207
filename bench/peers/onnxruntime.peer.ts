// ONNX Runtime, by its WebGPU provider or on the CPU: its own fused operators, chained inside one model so that copies in and out, which its
// Node binding does at every run, weigh little. It trains nothing from npm.

import { cpus } from 'node:os'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { provideWebGpu } from './dawn_globals.js'
import { type OnnxGraph, type OnnxNode, onnxModel } from './onnx_model.js'
import { installedVersion, type Peer, serve, Unable, type Work } from './peer.js'
import { noise, sampled, type Task } from './tasks.js'

/** What is compared and read: the last link's output. */
const OUT = 'out'

function graphOf(task: Task): OnnxGraph {
  const { kind, chain, sizes, inputs } = task
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]))
  const linked = (first: string, node: (x: string, y: string) => OnnxNode): OnnxGraph => {
    const nodes = Array.from({ length: chain }, (_, i) => node(i === 0 ? first : `y${i}`, i === chain - 1 ? OUT : `y${i + 1}`))
    return { nodes, inputs: shapes, outputs: { [OUT]: shapes[first]! } }
  }
  if (kind === 'linear') {
    return linked('x', (x, y) => ({ op: 'Gemm', inputs: [x, 'w', 'b'], outputs: [y], attributes: { transB: { int: 1 } } }))
  }
  if (kind === 'attention') {
    const attributes = { num_heads: { int: sizes.heads! } }
    return linked('q', (x, y) => ({ op: 'MultiHeadAttention', domain: 'com.microsoft', inputs: [x, 'k', 'v'], outputs: [y], attributes }))
  }
  if (kind === 'layer_norm') {
    const attributes = { axis: { int: 1 }, epsilon: { float: sizes.normEpsilon! } }
    return linked('x', (x, y) => ({ op: 'LayerNormalization', inputs: [x, 'gamma', 'beta'], outputs: [y], attributes }))
  }
  if (kind === 'adamw') return adamwGraph(task, shapes)
  throw new Unable(kind === 'linear_half' ? 'no half precision here' : 'ONNX Runtime trains nothing from npm')
}

/**
 * Attention out of plain operators, for adapters on which the fused one of WebGPU is wrong: by 0.1 and more on lavapipe and SwiftShader, in 1.30.
 * Heads come first inside; turning them there and back is done once a run.
 */
function plainAttentionGraph({ chain, sizes }: Task): OnnxGraph {
  const { batch, length, heads, headWidth } = sizes as Record<string, number>
  const shape = [batch!, length!, heads!, headWidth!]
  const turn = (x: string, y: string, ...perm: number[]): OnnxNode => ({
    op: 'Transpose',
    inputs: [x],
    outputs: [y],
    attributes: { perm: { ints: perm } },
  })
  const nodes = [turn('q', 'y0', 0, 2, 1, 3), turn('k', 'keys', 0, 2, 3, 1), turn('v', 'values', 0, 2, 1, 3)]
  for (let i = 0; i < chain; i++) {
    nodes.push(
      { op: 'MatMul', inputs: [`y${i}`, 'keys'], outputs: [`products${i}`] },
      { op: 'Mul', inputs: [`products${i}`, 'scale'], outputs: [`scores${i}`] },
      { op: 'Softmax', inputs: [`scores${i}`], outputs: [`shares${i}`] },
      { op: 'MatMul', inputs: [`shares${i}`, 'values'], outputs: [`y${i + 1}`] },
    )
  }
  nodes.push(turn(`y${chain}`, OUT, 0, 2, 1, 3))
  const inputs = { q: shape, k: shape, v: shape }
  return { nodes, inputs, outputs: { [OUT]: shape }, constants: { scale: 1 / Math.sqrt(headWidth!) } }
}

/** AdamW out of elementwise operators, step after step: there is none for inference. */
function adamwGraph({ chain, sizes }: Task, shapes: Readonly<Record<string, readonly number[]>>): OnnxGraph {
  const { rate, beta1, beta2, epsilon, decay } = sizes as Record<string, number>
  const nodes: OnnxNode[] = []
  const constants: Record<string, number> = {
    ...{ beta1: beta1!, beta2: beta2!, rest1: 1 - beta1!, rest2: 1 - beta2!, shrink: 1 - rate! * decay!, epsilon: epsilon! },
  }
  let names = 0
  const apply = (op: string, ...inputs: string[]): string => {
    const y = `t${++names}`
    nodes.push({ op, inputs, outputs: [y] })
    return y
  }
  // What does not change from step to step is done once.
  const gained1 = apply('Mul', 'g', 'rest1')
  const gained2 = apply('Mul', apply('Mul', 'g', 'g'), 'rest2')
  let [w, m, v] = ['w', 'm', 'v']
  for (let t = 1; t <= chain; t++) {
    // rate/c1 · m / (√v/√c2 + epsilon), the corrections folded into two constants.
    constants[`root${t}`] = 1 / Math.sqrt(1 - beta2! ** t)
    constants[`rate${t}`] = rate! / (1 - beta1! ** t)
    m = apply('Add', apply('Mul', m, 'beta1'), gained1)
    v = apply('Add', apply('Mul', v, 'beta2'), gained2)
    const under = apply('Add', apply('Mul', apply('Sqrt', v), `root${t}`), 'epsilon')
    w = apply('Sub', apply('Mul', w, 'shrink'), apply('Mul', apply('Div', m, under), `rate${t}`))
  }
  nodes.push({ op: 'Identity', inputs: [w], outputs: [OUT] })
  return { nodes, inputs: shapes, outputs: { [OUT]: shapes.w! }, constants }
}

async function session(task: Task, provider: 'webgpu' | 'cpu', plain: boolean): Promise<Work> {
  if (plain && task.kind !== 'attention') throw new Unable('only its attention differs from ort-webgpu')
  const graph = plain ? plainAttentionGraph(task) : graphOf(task)
  const executionProviders = provider === 'cpu' ? ['cpu'] : [{ name: 'webgpu' as const, validationMode: 'disabled' as const }]
  const made = await InferenceSession.create(onnxModel(graph), {
    executionProviders,
    graphOptimizationLevel: 'all',
    intraOpNumThreads: cpus().length,
    logSeverityLevel: 3,
  })
  const feeds = Object.fromEntries(
    Object.entries(task.inputs).map(([name, spec]) => [name, new Tensor('float32', noise(spec), [...graph.inputs[name]!])]),
  )
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) (await made.run(feeds))[OUT]!.dispose()
  }
  return { result: async () => sampled((await made.run(feeds))[OUT]!.data as Float32Array), run }
}

await serve(async (): Promise<Peer> => {
  const provider = process.argv[2] === 'cpu' ? 'cpu' : 'webgpu'
  const plain = process.argv[3] === 'plain'
  // Its Dawn is its own, but finds the driver that ours has loaded.
  const report = provider === 'webgpu' ? await provideWebGpu() : undefined
  const versions = { 'onnxruntime-node': installedVersion('onnxruntime-node') }
  // Its thread waits inside the library, not in the event loop.
  return {
    device: report?.name ?? `CPU, ${cpus().length} threads`,
    versions,
    polls: false,
    prepare: (task) => session(task, provider, plain),
  }
})
