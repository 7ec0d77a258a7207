import { describe, expect, it } from 'vitest'
import type { Tensor } from '../device/memory.js'
import * as reference from '../reference/scaled_residual.js'
import type { Graph } from './graph.js'
import { expectNear, frozen, given, numbersOf, sum, through } from './graph.testing.js'
import type { Parameter } from './parameter.js'
import { scaledResidual } from './scaled_residual.js'

const [x, branch, dy] = [given(1, 6, 4, 8), given(2, 6, 4, 8), given(3, 6, 4, 8)]
const gamma = given(4, 8)
const seed = Uint32Array.of(3, 9, 0, 0)
const RATE = Math.fround(0.4)
const paths = (rate: number) => ({ width: 8, length: 4, seed, stream: 0, rate })
const [xs, bs, gs, dys] = [x, branch, gamma, dy].map(numbersOf) as [Float64Array, Float64Array, Float64Array, Float64Array]

const record = (rate: number) => (g: Graph, i: Readonly<Record<string, Tensor>>, p: Readonly<Record<string, Parameter>>) => ({
  y: scaledResidual(g, i.x!, i.branch!, p.gamma!, rate),
})

describe('scaledResidual', () => {
  it.each([0, RATE])('goes forward and back as the reference does, a share %s of the clips dropped', async (rate) => {
    const ran = await through({ inputs: { x, branch }, wanted: ['x', 'branch'], parameters: { gamma }, record: record(rate), dy, seed })
    expectNear(ran, 'y', reference.scaledResidual(xs, bs, gs, paths(rate)))
    expectNear(ran, 'd x', dys)
    expectNear(ran, 'd branch', reference.scaledResidualGrad(dys, gs, paths(rate)))
    expectNear(ran, 'd gamma', reference.scaledResidualWeightGrad(bs, dys, paths(rate)))
    expect([ran.forward, ran.backward]).toEqual([['scaled_residual'], ['scaled_residual_weight_grad', 'scaled_residual_grad']])
  })

  it('records no gradient for what is frozen, and drops nothing outside training', async () => {
    const given = { inputs: { x, branch }, parameters: { gamma: frozen(gamma) }, record: record(RATE), seed }
    expect((await through({ ...given, wanted: ['branch'], dy })).backward).toEqual(['scaled_residual_grad'])
    const ran = await through({ ...given, mode: 'inference' })
    expectNear(ran, 'y', reference.scaledResidual(xs, bs, gs, paths(0)))
  })

  it('adds onto the gradient of a branch that others read', async () => {
    const more = given(5, 6, 4, 8)
    const ran = await through({
      inputs: { x, branch, more },
      wanted: ['branch'],
      parameters: { gamma },
      dy,
      record: (g, i, p) => {
        // A second reader, whose gradient at its own y is `more`.
        g.shareGrad([scaledResidual(g, i.branch!, i.x!, p.gamma!)], i.more!)
        return record(0)(g, i, p)
      },
    })
    expectNear(ran, 'd branch', sum(reference.scaledResidualGrad(dys, gs, paths(0)), numbersOf(more)))
  })
})
