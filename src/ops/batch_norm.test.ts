import { describe, expect, it } from 'vitest'
import * as reference from '../reference/batch_norm.js'
import { batchNorm } from './batch_norm.js'
import { expectNear, frozen, type Given, given, ids, numbersOf, sum, through } from './graph.testing.js'

const EPSILON = Math.fround(1e-5)
const MOMENTUM = Math.fround(0.1)
const settings = { epsilon: EPSILON, momentum: MOMENTUM }
// Long enough for a second slice, and padded.
const [batch, length, width] = [3, 67, 8]
const shape = { lengths: Uint32Array.of(67, 4, 0), length, width }
const lengths = ids([batch], ...shape.lengths)
const [x, gamma, beta, dy] = [given(1, batch, length, width), given(2, width), given(3, width), given(4, batch, length, width)]
const running: Given & { trainable: false; running: true } = {
  shape: [2, width],
  data: numbersOf(given(5, 2, width)).map((v) => Math.fround(Math.abs(v))),
  trainable: false,
  running: true,
}
const [xs, gammas, betas, dys] = [numbersOf(x), numbersOf(gamma), numbersOf(beta), numbersOf(dy)]
const { statistics, running: moved } = reference.batchNormStatistics(xs, shape, numbersOf(running), MOMENTUM)
const { dGamma, dBeta, means } = reference.batchNormWeightGrad(xs, shape, statistics, dys, EPSILON)
const dxs = reference.batchNormGrad(xs, shape, statistics, gammas, dys, means, EPSILON)

type Options = { parameters?: { gamma: Given; beta: Given }; wanted?: readonly string[]; mode?: 'training' | 'rehearsal' | 'inference' }
const plain = ({ parameters = { gamma, beta }, wanted = ['x'], mode = 'training' }: Options = {}) =>
  through({
    inputs: { x, lengths },
    wanted,
    parameters: { ...parameters, running },
    dy,
    mode,
    record: (g, i, p) => {
      const y = batchNorm(g, i.x!, i.lengths!, { gamma: p.gamma!, beta: p.beta!, running: p.running! }, settings)
      return { y, running: p.running!.value }
    },
  })

/** Its two rows; memory has room for four. */
const rows = (running: Float32Array) => ({ out: { running: running.slice(0, 2 * width) }, forward: [], backward: [] })
const weightGrads = ['batch_norm_sums', 'batch_norm_weight_grad']

describe('batchNorm', () => {
  it('goes forward and back as the reference does, and moves the running statistics', async () => {
    const ran = await plain()
    expectNear(ran, 'y', reference.batchNorm(xs, shape, statistics, gammas, betas, EPSILON))
    expectNear(rows(ran.out.running!), 'running', moved)
    expectNear(ran, 'd x', dxs)
    expectNear(ran, 'd gamma', dGamma)
    expectNear(ran, 'd beta', dBeta)
    expect(ran.forward).toEqual(['batch_norm_moments', 'batch_norm_statistics', 'batch_norm'])
    expect(ran.backward).toEqual([...weightGrads, 'batch_norm_grad'])
  })

  it('goes by the running statistics where it is not trained, and leaves them as they are', async () => {
    const ran = await plain({ wanted: [], mode: 'inference' })
    expectNear(ran, 'y', reference.batchNorm(xs, shape, numbersOf(running), gammas, betas, EPSILON))
    expect([...rows(ran.out.running!).out.running!]).toEqual([...numbersOf(running)])
    expect(ran.forward).toEqual(['batch_norm'])
    expect(ran.backward).toEqual([])
  })

  it('goes by the statistics of the batch in a rehearsal, and leaves the running ones as they are', async () => {
    const ran = await plain({ mode: 'rehearsal' })
    expectNear(ran, 'y', reference.batchNorm(xs, shape, statistics, gammas, betas, EPSILON))
    expect([...rows(ran.out.running!).out.running!]).toEqual([...numbersOf(running)])
  })

  it('passes the gradient through frozen parameters, and records none that nobody wants', async () => {
    const through = await plain({ parameters: { gamma: frozen(gamma), beta: frozen(beta) } })
    expectNear(through, 'd x', dxs)
    expectNear(rows(through.out.running!), 'running', moved)
    expect(through.out['d gamma']).toBeUndefined()
    expect((await plain({ parameters: { gamma: frozen(gamma), beta: frozen(beta) }, wanted: [] })).backward).toEqual([])
    expect((await plain({ wanted: [] })).backward).toEqual(weightGrads)
  })

  it('trains either parameter without the other', async () => {
    const shift = await plain({ parameters: { gamma: frozen(gamma), beta } })
    expectNear(shift, 'd beta', dBeta)
    expectNear(shift, 'd x', dxs)
    const gain = await plain({ parameters: { gamma, beta: frozen(beta) } })
    expectNear(gain, 'd gamma', dGamma)
    expect(gain.out['d beta']).toBeUndefined()
  })

  it('adds onto the gradient of an input that others read', async () => {
    const more = given(6, batch, length, width)
    const ran = await through({
      inputs: { x, lengths, more },
      wanted: ['x'],
      parameters: { gamma, beta, running },
      dy,
      record: (g, i, p) => {
        const normed = () => batchNorm(g, i.x!, i.lengths!, { gamma: p.gamma!, beta: p.beta!, running: p.running! }, settings)
        const once = normed()
        g.shareGrad([normed()], i.more!)
        return { y: once }
      },
    })
    const other = reference.batchNormWeightGrad(xs, shape, statistics, numbersOf(more), EPSILON)
    expectNear(ran, 'd x', sum(dxs, reference.batchNormGrad(xs, shape, statistics, gammas, numbersOf(more), other.means, EPSILON)))
  })
})
