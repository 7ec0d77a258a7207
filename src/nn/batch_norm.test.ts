// Running statistics live among a model's parameters, are written by every training step, and come back with them.

import { describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../kernels-test/harness.js'
import { savedTensors } from '../checkpoint/arenas.js'
import { crossEntropy } from '../ops/cross_entropy.js'
import * as reference from '../reference/batch_norm.js'
import { StepProgram } from '../train/step_program.js'
import { initialTensors } from './init.js'
import { batchNorm, project } from './layers.js'
import { ParameterSet, type Precision } from './parameter_set.js'
import { batchNormSpecs, linearSpecs } from './specs.js'

const [batch, length, width] = [2, 5, 8]
const specs = [...batchNormSpecs('norm', width), ...linearSpecs('out', width, width)]
const lengths = Uint32Array.of(5, 3)
const momentum = Math.fround(0.1)
const hyper = (n: number) => [1e-2, 0.9, 0.999, 1e-8, 1 - 0.9 ** n, 1 - 0.999 ** n]

/** What step n is fed. */
const arraysAt = (n: number) => ({
  x: Float32Array.from(noise(batch * length * width, n)),
  lengths,
  goal: Uint32Array.from({ length: batch * length }, (_, i) => (i + n) % width),
  coefficient: new Float32Array(batch * length).fill(0.1),
})

async function opened({ tensors = initialTensors(specs, 1), precision = 'f32' as Precision } = {}) {
  const gpu = await lentGpu()
  const weights = new ParameterSet(gpu, specs, { training: true, precision })
  weights.load(tensors, 'test')
  const options = { clip: 0, optimiser: { kind: 'adamw', weightDecay: 0.1 } } as const
  const step = await StepProgram.record(
    gpu,
    weights,
    (graph) => {
      const { recorder } = graph
      const feeds = {
        x: recorder.feed('x', [batch, length, width]),
        lengths: recorder.feed('lengths', [batch], 'u32'),
        goal: recorder.feed('goal', [batch * length], 'u32'),
        coefficient: recorder.feed('coefficient', [batch * length]),
      }
      const r = { graph, weights }
      const logits = project(r, 'out', batchNorm(r, 'norm', feeds.x, feeds.lengths))
      const loss = crossEntropy(graph, logits, feeds, { classes: width, ignored: 99, smoothing: 0 })
      return { feeds, reports: { loss } }
    },
    options,
  )
  const run = (n: number, passes = 1) =>
    Array.from({ length: passes }).reduce<Promise<unknown>>(
      (before, _, pass) =>
        before.then(() => step.run(arraysAt(n + pass), { seed: new Uint32Array(4), hyper: hyper(n) }, { pass, last: pass === passes - 1 })),
      Promise.resolve(),
    )
  const destroy = () => {
    step.destroy()
    weights.destroy()
  }
  return { weights, run, destroy }
}

const saved = async (weights: ParameterSet) => new Map(await savedTensors(weights, true, (part, name) => `${part}/${name}`))

const expectRunning = async (weights: ParameterSet, steps: readonly number[]) => {
  const shape = { lengths, length, width }
  const begun = Float64Array.from({ length: 2 * width }, (_, i) => (i < width ? 0 : 1))
  const want = steps.reduce(
    (running, n) => reference.batchNormStatistics(Float64Array.from(arraysAt(n).x), shape, running, momentum).running,
    begun,
  )
  const { data } = (await weights.save()).get('norm/running')!
  expect(Math.max(...want.map((v, i) => Math.abs(data[i]! - v)))).toBeLessThan(1e-6)
}

describe('the running statistics of a batch norm', () => {
  it('begin at mean 0 and variance 1', () => {
    const { shape, data } = initialTensors(specs, 1).get('norm/running')!
    expect(shape).toEqual([2, width])
    expect([...data]).toEqual([...new Array(width).fill(0), ...new Array(width).fill(1)])
  })

  it.each(['f32', 'f16'] as const)('are moved by every step in %s, and get no gradient, moment or decay', async (precision) => {
    const { weights, run, destroy } = await opened({ precision })
    for (const n of [1, 2]) await run(n)
    await expectRunning(weights, [1, 2])
    const names = [...(await saved(weights)).keys()].filter((name) => name.endsWith('norm/running'))
    expect(names).toEqual(['weights/norm/running'])
    expect(weights.get('norm/running').grad).toBeUndefined()
    destroy()
  })

  it('are moved by every pass of a step', async () => {
    const { weights, run, destroy } = await opened()
    await run(1, 2)
    await expectRunning(weights, [1, 2])
    destroy()
  })

  it('come back with a checkpoint: a run that goes on has the same bits as one that was not stopped', async () => {
    const whole = await opened()
    for (const n of [1, 2]) await whole.run(n)
    const half = await saved(whole.weights)
    await whole.run(3)

    const under = (part: string) => new Map([...half].flatMap(([name, t]) => (name.startsWith(part) ? [[name.slice(part.length), t]] : [])))
    const resumed = await opened({ tensors: under('weights/') })
    resumed.weights.load(under('first/'), 'test', resumed.weights.first)
    resumed.weights.load(under('second/'), 'test', resumed.weights.second)
    await resumed.run(3)
    expect(await saved(resumed.weights)).toEqual(await saved(whole.weights))
    expect((await saved(whole.weights)).get('weights/norm/running')).not.toEqual(half.get('weights/norm/running'))
    whole.destroy()
    resumed.destroy()
  })

  it('lie in a buffer apart from what is frozen, so that a dispatch may read that and write them', async () => {
    const gpu = await lentGpu()
    const frozen = specs.map((spec) => ({ ...spec, trainable: false }))
    const set = new ParameterSet(gpu, frozen, { training: false })
    const bufferOf = (name: string) => set.get(name).value.region!.buffer
    expect(bufferOf('norm/gamma')).toBe(bufferOf('norm/beta'))
    expect(bufferOf('norm/running')).not.toBe(bufferOf('norm/gamma'))
    set.destroy()
    for (const wrong of [{ trainable: true }, { trainable: false, dtype: 'f16' as const }]) {
      const list = [{ name: 'running', shape: [2, 4], init: { kind: 'zeros' as const }, running: true as const, ...wrong }]
      expect(() => new ParameterSet(gpu, list, { training: false })).toThrow('bug: running:')
    }
  })
})
