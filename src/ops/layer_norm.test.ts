import { describe, expect, it } from 'vitest'
import * as reference from '../reference/layer_norm.js'
import { expectNear, frozen, type Given, given, numbersOf, sum, through } from './graph.testing.js'
import { layerNorm } from './layer_norm.js'

const EPSILON = Math.fround(1e-5)
const [x, gamma, beta, dy] = [given(1, 5, 12), given(2, 12), given(3, 12), given(4, 5, 12)]
const [xs, gammas, dys] = [numbersOf(x), numbersOf(gamma), numbersOf(dy)]
const { y, stats } = reference.layerNorm(xs, gammas, numbersOf(beta), EPSILON)
const dxs = reference.layerNormGrad(xs, gammas, stats, dys)
const grads = reference.layerNormWeightGrad(xs, stats, dys)

const plain = (parameters: { gamma: Given; beta: Given }, wanted: readonly string[]) =>
  through({ inputs: { x }, wanted, parameters, dy, record: (g, i, p) => ({ y: layerNorm(g, i.x!, p.gamma!, p.beta!, EPSILON) }) })

describe('layerNorm', () => {
  it('goes forward and back as the reference does', async () => {
    const ran = await plain({ gamma, beta }, ['x'])
    expectNear(ran, 'y', y)
    expectNear(ran, 'd x', dxs)
    expectNear(ran, 'd gamma', grads.dGamma)
    expectNear(ran, 'd beta', grads.dBeta)
    expect(ran.backward).toEqual(['layer_norm_weight_grad', 'layer_norm_grad'])
  })

  it('passes the gradient through frozen parameters, and records none at them', async () => {
    const ran = await plain({ gamma: frozen(gamma), beta: frozen(beta) }, ['x'])
    expectNear(ran, 'd x', dxs)
    expect(ran.backward).toEqual(['layer_norm_grad'])
    expect((await plain({ gamma: frozen(gamma), beta: frozen(beta) }, [])).backward).toEqual([])
  })

  it('trains either without the other', async () => {
    const shift = await plain({ gamma: frozen(gamma), beta }, [])
    expectNear(shift, 'd beta', grads.dBeta)
    expect(shift.backward).toEqual(['column_sum'])
    const gain = await plain({ gamma, beta: frozen(beta) }, [])
    expectNear(gain, 'd gamma', grads.dGamma)
    expect(gain.out['d beta']).toBeUndefined()
  })

  it('adds onto the gradient of an input that others read', async () => {
    const more = given(5, 5, 12)
    const ran = await through({
      inputs: { x, more },
      wanted: ['x'],
      parameters: { gamma, beta },
      dy,
      record: (g, i, p) => {
        const once = layerNorm(g, i.x!, p.gamma!, p.beta!, EPSILON)
        g.shareGrad([layerNorm(g, i.x!, p.gamma!, p.beta!, EPSILON)], i.more!)
        return { y: once }
      },
    })
    expectNear(ran, 'd x', sum(dxs, reference.layerNormGrad(xs, gammas, stats, numbersOf(more))))
  })

  it('has no parameters stored as f16', async () => {
    await expect(plain({ gamma: { ...frozen(gamma), dtype: 'f16' } as Given, beta }, [])).rejects.toThrow(
      'bug: gamma: wanted a parameter stored as f32',
    )
  })
})
