// TensorFlow.js on WebGPU. The whole package, since tfjs-core alone lacks gradients; its own optimiser; fused products where it has them.

import * as tf from '@tensorflow/tfjs'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { provideWebGpu } from './dawn_globals.js'
import { installedVersion, type Peer, serve, Unable, type Work } from './peer.js'
import { CHECKED_STEPS, noise, parametersOf, sampled, type Task } from './tasks.js'

type Values = Record<string, tf.Tensor>

const linear = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, activation?: 'relu'): tf.Tensor =>
  tf.fused.matMul({ a: x as tf.Tensor2D, b: w as tf.Tensor2D, transposeB: true, bias: b, ...(activation ? { activation } : {}) })

function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true)
  return x.sub(mean).mul(variance.add(epsilon).rsqrt()).mul(gamma).add(beta)
}

/** q, k, v [B, H, T, D/H] */
function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const scores = tf.matMul(q, k, false, true).mul(1 / Math.sqrt(q.shape.at(-1)!))
  return tf.matMul(tf.softmax(scores), v)
}

/** [B, T, H, D/H] from or to [B, H, T, D/H]. */
const turned = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1, 3])

function tensors(task: Task, names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, tf.tensor(noise(task.inputs[name]!), [...task.inputs[name]!.shape])]))
}

/** Waits until the device has done what was asked of it. */
async function finished(backend: WebGPUBackend): Promise<void> {
  // What has just been submitted by itself has left no encoder behind to submit.
  const { commandEncoder } = backend as unknown as { commandEncoder: GPUCommandEncoder | null }
  if (commandEncoder) backend.submitQueue()
  await backend.queue.onSubmittedWorkDone()
}

function linkOf(
  { kind, sizes }: Task,
  inputs: Values,
): { first: tf.Tensor; link: (x: tf.Tensor) => tf.Tensor; last: (x: tf.Tensor) => tf.Tensor } {
  const same = (x: tf.Tensor) => x
  if (kind === 'linear') return { first: inputs.x!, link: (x) => linear(x, inputs.w!, inputs.b!), last: same }
  if (kind === 'layer_norm')
    return { first: inputs.x!, link: (x) => layerNorm(x, inputs.gamma!, inputs.beta!, sizes.normEpsilon!), last: same }
  if (kind !== 'attention') throw new Unable(`no ${kind} here`)
  const { batch, length, heads, headWidth } = sizes as Record<string, number>
  // Heads first, as its products want them: turned once, outside what is timed.
  const [q, k, v] = ['q', 'k', 'v'].map((name) => turned(inputs[name]!.reshape([batch!, length!, heads!, headWidth!]))) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ]
  return { first: q, link: (x) => attention(x, k, v), last: turned }
}

async function chained(task: Task, backend: WebGPUBackend): Promise<Work> {
  const inputs = tensors(task, Object.keys(task.inputs))
  const { first, link, last } = linkOf(task, inputs)
  const once = () =>
    tf.tidy(() => {
      let x = first
      for (let i = 0; i < task.chain; i++) x = link(x)
      return x
    })
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) once().dispose()
    await finished(backend)
  }
  return { result: async () => sampled(await last(once()).data()), run }
}

async function adamw(task: Task, backend: WebGPUBackend): Promise<Work> {
  const { w, g } = tensors(task, ['w', 'g'])
  const weight = tf.variable(w!, true, 'w')
  const update = adamWith(task, [weight])
  const once = () => {
    for (let t = 1; t <= task.chain; t++) update({ w: g! })
  }
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) once()
    await finished(backend)
  }
  const result = async () => {
    once()
    return sampled(await weight.data())
  }
  return { result, run }
}

/** Its Adam, and the decay it lacks before it. */
function adamWith({ sizes }: Task, decaying: readonly tf.Variable[]): (grads: tf.NamedTensorMap) => void {
  const { rate, beta1, beta2, epsilon, decay } = sizes as Record<string, number>
  const optimiser = tf.train.adam(rate!, beta1!, beta2!, epsilon!)
  return (grads) =>
    tf.tidy(() => {
      for (const weight of decaying) weight.assign(weight.mul(1 - rate! * decay!))
      optimiser.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })))
    })
}

function encoderLoss(p: Values, x: tf.Tensor, goal: tf.Tensor, sizes: Task['sizes']): tf.Scalar {
  const { batch, length, width, heads, layers, normEpsilon } = sizes as Record<string, number>
  const project = (name: string, y: tf.Tensor, activation?: 'relu') => linear(y, p[`${name}/weight`]!, p[`${name}/bias`]!, activation)
  const norm = (name: string, y: tf.Tensor) => layerNorm(y, p[`${name}/gamma`]!, p[`${name}/beta`]!, normEpsilon!)
  const split = (y: tf.Tensor) => turned(y.reshape([batch!, length!, heads!, width! / heads!]))
  let y: tf.Tensor = x.reshape([batch! * length!, width!])
  for (let i = 0; i < layers!; i++) {
    const [self, forward] = [`encoder.${i}/self`, `encoder.${i}/feed_forward`]
    const rested = norm(`${self}/norm`, y)
    const [q, k, v] = ['query', 'key', 'value'].map((part) => split(project(`${self}/${part}`, rested))) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ]
    y = y.add(project(`${self}/out`, turned(attention(q, k, v)).reshape([batch! * length!, width!])))
    y = y.add(project(`${forward}/narrow`, project(`${forward}/wide`, norm(`${forward}/norm`, y), 'relu')))
  }
  return norm('encoder/norm', y)
    .sub(goal.reshape([batch! * length!, width!]))
    .square()
    .mean()
}

async function encoderStep(task: Task, backend: WebGPUBackend): Promise<Work> {
  const { x, goal } = tensors(task, ['x', 'goal'])
  const weights = parametersOf(task).map((name) =>
    tf.variable(tf.tensor(noise(task.inputs[name]!), [...task.inputs[name]!.shape]), true, name),
  )
  const byName = Object.fromEntries(weights.map((weight) => [weight.name, weight]))
  const update = adamWith(
    task,
    weights.filter(({ rank }) => rank > 1),
  )
  const once = async () => {
    const { value, grads } = tf.variableGrads(() => encoderLoss(byName, x!, goal!, task.sizes), weights)
    update(grads)
    const loss = (await value.data())[0]!
    tf.dispose([value, grads])
    return loss
  }
  const result = async () => {
    const losses: number[] = []
    while (losses.length < CHECKED_STEPS) losses.push(await once())
    return losses
  }
  const run = async (times: number) => {
    for (let i = 0; i < times; i++) await once()
    await finished(backend)
  }
  return { result, run }
}

/** The backend on a device with the limits it asks for itself where it finds WebGPU while it is loaded, which here is too early. */
async function openBackend(): Promise<WebGPUBackend> {
  const adapter = (await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }))!
  const wanted = [
    'maxComputeWorkgroupStorageSize',
    'maxComputeWorkgroupsPerDimension',
    'maxStorageBufferBindingSize',
    'maxBufferSize',
  ] as const
  const limits = [...wanted, 'maxComputeWorkgroupSizeX', 'maxComputeInvocationsPerWorkgroup'] as const
  const requiredLimits = Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]))
  return new WebGPUBackend(await adapter.requestDevice({ requiredLimits }), adapter.info)
}

await serve(async (): Promise<Peer> => {
  const report = await provideWebGpu()
  const backend = await openBackend()
  tf.registerBackend('webgpu', () => backend)
  if (!(await tf.setBackend('webgpu'))) throw new Unable('tfjs could not use its WebGPU backend')
  const prepare = async (task: Task): Promise<Work> => {
    if (task.kind === 'pt_base_step' || task.kind === 'judge_step') throw new Unable('measured against PyTorch only')
    if (task.kind === 'adamw') return adamw(task, backend)
    return task.kind === 'encoder_step' ? encoderStep(task, backend) : chained(task, backend)
  }
  const versions = {
    tfjs: installedVersion('@tensorflow/tfjs'),
    'tfjs-backend-webgpu': installedVersion('@tensorflow/tfjs-backend-webgpu'),
  }
  return { device: report.name, versions, polls: report.software, prepare }
})
