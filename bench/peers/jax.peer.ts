// jax-js, on WebGPU or on WebAssembly: everything inside `jit`, so that it fuses what it can. Its arrays are consumed by use; `ref` keeps one.

import 'core-js/actual/iterator/index.js' // helpers that Node 20 lacks
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax'
import { provideWebGpu } from './dawn_globals.js'
import { installedVersion, type Peer, serve, Unable, type Work } from './peer.js'
import { CHECKED_STEPS, noise, parametersOf, sampled, type Task } from './tasks.js'

type Values = Record<string, np.Array>
type Chain = (inputs: Values) => np.Array

/** Inputs are one mapping; each chain uses what it needs of it once, and `jit` sees to the rest. */
function chainOf({ kind, chain, sizes }: Task): Chain {
  const repeat = (first: np.Array, link: (x: np.Array) => np.Array) => {
    let x = first
    for (let i = 0; i < chain; i++) x = link(x)
    return x
  }
  if (kind === 'linear') return ({ x, w, b }) => repeat(x!.ref, (y) => linear(y, w!, b!))
  if (kind === 'attention') {
    const { batch, length, heads, headWidth } = sizes
    const split = (x: np.Array) => x.reshape([batch!, length!, heads!, headWidth!])
    return ({ q, k, v }) =>
      repeat(split(q!.ref), (y) => nn.dotProductAttention(y, split(k!.ref), split(v!.ref))).reshape([
        batch! * length! * heads! * headWidth!,
      ])
  }
  if (kind === 'layer_norm') return ({ x, gamma, beta }) => repeat(x!.ref, (y) => layerNorm(y, gamma!, beta!, sizes.normEpsilon!))
  throw new Unable(`no ${kind} here`)
}

const linear = (x: np.Array, w: np.Array, b: np.Array): np.Array => np.matmul(x, w.ref.transpose()).add(b.ref)

function layerNorm(x: np.Array, gamma: np.Array, beta: np.Array, epsilon: number): np.Array {
  return nn.standardize(x, -1, { epsilon }).mul(gamma.ref).add(beta.ref)
}

/** One step of AdamW on one array; corrections are 1 − betaᵗ. */
function update(w: np.Array, g: np.Array, m: np.Array, v: np.Array, c1: np.Array, c2: np.Array, sizes: Task['sizes'], decays: boolean) {
  const { rate, beta1, beta2, epsilon, decay } = sizes as Record<string, number>
  const first = m.mul(beta1!).add(g.ref.mul(1 - beta1!))
  const second = v.mul(beta2!).add(g.ref.mul(g).mul(1 - beta2!))
  const step = first.ref.div(c1.ref).div(np.sqrt(second.ref.div(c2.ref)).add(epsilon!))
  const shrunk = decays ? w.mul(1 - rate! * decay!) : w
  return { w: shrunk.sub(step.mul(rate!)), m: first, v: second }
}

const correction = (beta: number, step: number) => np.array([1 - beta ** step], { shape: [1] })

function arrays(task: Task, names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, np.array(noise(task.inputs[name]!), { shape: [...task.inputs[name]!.shape] })]))
}

async function chained(task: Task): Promise<Work> {
  const inputs = arrays(task, Object.keys(task.inputs))
  const chain = jit(chainOf(task))
  const run = async (times: number) => {
    const results = Array.from({ length: times }, () => chain(tree.ref(inputs)))
    for (const result of results) await blockUntilReady(result)
    tree.dispose(results)
  }
  return { result: async () => sampled((await chain(tree.ref(inputs)).data()) as Float32Array), run }
}

async function adamw(task: Task): Promise<Work> {
  const { g, ...start } = arrays(task, ['w', 'g', 'm', 'v'])
  let state = start as { w: np.Array; m: np.Array; v: np.Array }
  const { beta1, beta2 } = task.sizes
  const step = jit((s: Values, grad: np.Array, c1: np.Array, c2: np.Array) => update(s.w!, grad, s.m!, s.v!, c1, c2, task.sizes, true))
  const once = () => {
    for (let t = 1; t <= task.chain; t++) state = step(state, g!.ref, correction(beta1!, t), correction(beta2!, t)) as typeof state
  }
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) once()
    await blockUntilReady(tree.ref(state))
  }
  const result = async () => {
    once()
    return sampled((await state.w.ref.data()) as Float32Array)
  }
  return { result, run }
}

/** The reference encoder's loss. */
function encoderLoss(p: Values, x: np.Array, goal: np.Array, sizes: Task['sizes']): np.Array {
  const { batch, length, width, heads, layers, normEpsilon } = sizes as Record<string, number>
  const project = (name: string, y: np.Array) => linear(y, p[`${name}/weight`]!, p[`${name}/bias`]!)
  const norm = (name: string, y: np.Array) => layerNorm(y, p[`${name}/gamma`]!, p[`${name}/beta`]!, normEpsilon!)
  const split = (y: np.Array) => y.reshape([batch!, length!, heads!, width! / heads!])
  let y = x.reshape([batch! * length!, width!])
  for (let i = 0; i < layers!; i++) {
    const [self, forward] = [`encoder.${i}/self`, `encoder.${i}/feed_forward`]
    const rested = norm(`${self}/norm`, y.ref)
    const [q, k, v] = ['query', 'key', 'value'].map((part) => split(project(`${self}/${part}`, rested.ref))) as [
      np.Array,
      np.Array,
      np.Array,
    ]
    rested.dispose()
    y = y.add(project(`${self}/out`, nn.dotProductAttention(q, k, v).reshape([batch! * length!, width!])))
    y = y.ref.add(project(`${forward}/narrow`, nn.relu(project(`${forward}/wide`, norm(`${forward}/norm`, y)))))
  }
  return np.square(norm('encoder/norm', y).sub(goal.reshape([batch! * length!, width!]))).mean()
}

async function encoderStep(task: Task): Promise<Work> {
  const { x, goal } = arrays(task, ['x', 'goal'])
  const names = parametersOf(task)
  const zeros = () => Object.fromEntries(names.map((name) => [name, np.zeros([...task.inputs[name]!.shape])]))
  let state = { p: arrays(task, names), m: zeros(), v: zeros() }
  const step = jit((s: typeof state, xs: np.Array, ys: np.Array, c1: np.Array, c2: np.Array) => {
    const [loss, grads] = valueAndGrad((p: Values) => encoderLoss(p, xs, ys, task.sizes))(tree.ref(s.p)) as [np.Array, Values]
    const next = names.map((name) => {
      const decays = task.inputs[name]!.shape.length > 1
      return [name, update(s.p[name]!, grads[name]!, s.m[name]!, s.v[name]!, c1, c2, task.sizes, decays)] as const
    })
    const pick = (part: 'w' | 'm' | 'v') => Object.fromEntries(next.map(([name, updated]) => [name, updated[part]]))
    return { state: { p: pick('w'), m: pick('m'), v: pick('v') }, loss }
  })
  let count = 0
  const once = async () => {
    count++
    const { beta1, beta2 } = task.sizes
    const got = step(state, x!.ref, goal!.ref, correction(beta1!, count), correction(beta2!, count)) as {
      state: typeof state
      loss: np.Array
    }
    state = got.state
    return (await got.loss.data())[0] as number
  }
  const result = async () => {
    const losses: number[] = []
    while (losses.length < CHECKED_STEPS) losses.push(await once())
    return losses
  }
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) await once()
    await blockUntilReady(tree.ref(state))
  }
  return { result, run }
}

await serve(async (): Promise<Peer> => {
  const device = process.argv[2] === 'wasm' ? 'wasm' : 'webgpu'
  const report = device === 'webgpu' ? await provideWebGpu() : undefined
  if (!(await init(device)).includes(device)) throw new Unable(`jax-js found no ${device}`)
  defaultDevice(device)
  const prepare = (task: Task): Promise<Work> => {
    if (task.kind === 'pt_base_step' || task.kind === 'judge_step') throw new Unable('measured against PyTorch only')
    if (task.kind === 'adamw') return adamw(task)
    return task.kind === 'encoder_step' ? encoderStep(task) : chained(task)
  }
  return {
    device: report?.name ?? 'WebAssembly',
    versions: { 'jax-js': installedVersion('@jax-js/jax') },
    polls: report?.software ?? false,
    prepare,
  }
})
