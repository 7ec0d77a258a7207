import { describe, expect, it } from 'vitest'
import type { Tensor } from '../device/memory.js'
import { add } from '../kernels/add.js'
import * as linearReference from '../reference/linear.js'
import { poseLossGrad } from '../reference/pose_loss.js'
import { gelu } from './gelu.js'
import type { Graph } from './graph.js'
import { expectNear, frozen, type Given, given, ids, numbersOf, sum, through } from './graph.testing.js'
import { layerNorm } from './layer_norm.js'
import { linear } from './linear.js'
import type { Parameter } from './parameter.js'
import { poseLoss } from './pose_loss.js'

const size = { rows: 4, inner: 8, cols: 8 }
const x = given(1, 2, 2, 8)
const w = given(2, 8, 8)
const goals = [given(3, 2, 2, 8), given(4, 2, 2, 8), given(5, 2, 2, 8)]
const per = (value: number): Given => ({ shape: [2], data: Float64Array.of(value, value) })
const inputs = { x, goal0: goals[0]!, goal1: goals[1]!, goal2: goals[2]!, frames: ids([2], 2, 2), one: per(1), share: per(0.25) }
type Fed = Readonly<Record<string, Tensor>>
type Parameters = Readonly<Record<string, Parameter>>

/** The squared error of all numbers, a quarter of it. */
const lossOf = (g: Graph, pred: Tensor, i: Fed, goal: number): Tensor => {
  const about = { goal: i[`goal${goal}`]!, frames: i.frames!, weight: i.one!, coefficient: i.share!, medianError: i.one! }
  return poseLoss(g, pred, about, { numbers: 8, coords: 8, kind: 'mse' })
}
const gradOf = (pred: Float64Array, goal: number): Float64Array => {
  const [frames, one, share] = [Uint32Array.of(2, 2), numbersOf(per(1)), numbersOf(per(0.25))]
  return poseLossGrad(pred, numbersOf(goals[goal]!), frames, one, share, { batch: 2, length: 2, stride: 8, numbers: 8, kind: 0 })
}
const pred = linearReference.linear(numbersOf(x), numbersOf(w), undefined, size)
const weightGradOf = (dy: Float64Array) => linearReference.linearWeightGrad(numbersOf(x), dy, size).dw

describe('several losses', () => {
  it.each([1, 2, 3])('on one tensor add up: %i', async (count) => {
    const ran = await through({
      inputs,
      parameters: { w },
      record: (g, i, p) => {
        const y = linear(g, i.x!, p.w!)
        return Object.fromEntries(goals.slice(0, count).map((_, n) => [`loss${n}`, lossOf(g, y, i, n)]))
      },
    })
    expectNear(ran, 'd w', weightGradOf(sum(...goals.slice(0, count).map((_, n) => gradOf(pred, n)))))
  })

  it('add up with what comes back from behind a tensor, whichever is recorded first', async () => {
    const v = given(6, 8, 8)
    const later = linearReference.linear(pred, numbersOf(v), undefined, size)
    const behind = linearReference.linearGrad(gradOf(later, 1), numbersOf(v), size)
    for (const lossFirst of [true, false]) {
      const ran = await through({
        inputs,
        parameters: { w, v },
        record: (g, i, p) => {
          const y = linear(g, i.x!, p.w!)
          if (lossFirst) lossOf(g, y, i, 0)
          const last = lossOf(g, linear(g, y, p.v!), i, 1)
          return { last, ...(!lossFirst && { first: lossOf(g, y, i, 0) }) }
        },
      })
      expectNear(ran, 'd w', weightGradOf(sum(gradOf(pred, 0), behind)))
      expectNear(ran, 'd v', linearReference.linearWeightGrad(pred, gradOf(later, 1), size).dw)
    }
  })

  it('leave a gradient that others share as it is', async () => {
    const ran = await through({
      inputs,
      wanted: ['x', 'goal2'],
      record: (g, i) => {
        const y = sumOf(g, i)
        lossOf(g, i.x!, i, 1)
        return { y, loss: lossOf(g, y, i, 0) }
      },
    })
    const y = sum(numbersOf(x), numbersOf(goals[2]!))
    expectNear(ran, 'd goal2', gradOf(y, 0))
    expectNear(ran, 'd x', sum(gradOf(y, 0), gradOf(numbersOf(x), 1)))
  })
})

/** x + goal2, as one op whose gradient both inputs share. */
function sumOf(g: Graph, i: Fed): Tensor {
  const y = g.tensor('y', i.x!.shape)
  g.recorder.run(add, { a: i.x!, b: i.goal2!, y }, { n: 32 })
  g.onBackward(y, [i.x, i.goal2], (dy) => g.shareGrad([i.x!, i.goal2!], dy))
  return y
}

describe('a frozen tower', () => {
  const [gamma, beta, bias, head] = [given(7, 8), given(8, 8), given(9, 8), given(10, 8, 8)]
  const tower = { w: frozen(w), b: frozen(bias), gamma: frozen(gamma), beta: frozen(beta) }
  const record = (g: Graph, i: Fed, p: Parameters) => {
    const features = layerNorm(g, gelu(g, linear(g, i.x!, p.w!, p.b!)), p.gamma!, p.beta!, 1e-5)
    return { y: features, loss: lossOf(g, linear(g, linear(g, features, p.head!), p.head!), i, 0) }
  }

  it('behind what is trained has nothing recorded', async () => {
    const ran = await through({ inputs, parameters: { ...tower, head }, record })
    expect(ran.backward).toEqual(['linear_weight_grad', 'linear_grad', 'linear_weight_grad'])
    expect(Object.keys(ran.out).filter((name) => name.startsWith('d '))).toEqual(['d head'])
  })

  it('passes gradients through to what is trained before it', async () => {
    const [first, all] = [given(11, 8, 8), { ...tower, head: frozen(head) }]
    const before = (g: Graph, i: Fed, p: Parameters) => record(g, { ...i, x: linear(g, i.x!, p.first!) }, p)
    const ran = await through({ inputs, parameters: { first, ...all }, record: before })
    expect(ran.backward).toEqual(['linear_grad', 'linear_grad', 'layer_norm_grad', 'gelu_grad', 'linear_grad', 'linear_weight_grad'])
    // The same gradient as where all is trained.
    const parameters = Object.fromEntries(Object.entries({ first, ...all }).map(([name, { shape, data }]) => [name, { shape, data }]))
    const trained = await through({ inputs, parameters, record: before })
    expect(ran.out['d first']).toEqual(trained.out['d first'])
    expect(Object.keys(ran.out).filter((name) => name.startsWith('d '))).toEqual(['d first'])
  })

  it('alone has no way back at all, and its losses no gradient', async () => {
    const ran = await through({ inputs, parameters: { ...tower, head: frozen(head) }, record })
    expect(ran.backward).toEqual([])
    expect(ran.forward).not.toContain('pose_loss_grad')
  })
})

describe('requireGrad', () => {
  it('is for training', async () => {
    const ran = await through({ inputs, wanted: ['x'], mode: 'inference', record: (g, i) => ({ loss: lossOf(g, i.x!, i, 0) }) })
    expect(Object.keys(ran.out)).toEqual(['loss'])
  })

  it('gives no gradient where no loss depends on the tensor', async () => {
    const ran = await through({ inputs, wanted: ['x'], parameters: { w }, record: (g, i, p) => ({ y: linear(g, i.x!, p.w!) }) })
    expect(ran.out['d x']).toBeUndefined()
    expect(ran.backward).toEqual([])
  })
})

it('refuses to take a gradient back past a ReLU that nobody minds, but lets what is frozen be read', async () => {
  const record = (g: Graph, i: Fed, p: Parameters) => ({ loss: lossOf(g, gelu(g, linear(g, i.x!, p.w!, undefined, { relu: true })), i, 0) })
  await expect(through({ inputs, parameters: { w }, record })).rejects.toThrow('what came out of a ReLU is for linear layers')
  expect((await through({ inputs, parameters: { w: frozen(w) }, record })).backward).toEqual([])
})
