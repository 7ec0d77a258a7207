import { describe, expect, it } from 'vitest'
import * as reference from '../reference/head_gate.js'
import { expectNear, frozen, given, numbersOf, through } from './graph.testing.js'
import { headGate } from './head_gate.js'

const [a, b, dy] = [given(1, 5, 24), given(2, 5, 24), given(3, 5, 24)]
const gate = { shape: [3], data: Float64Array.of(0.25, 1.5, -0.5) }
const layer = {
  inputs: { a, b },
  wanted: ['a', 'b'],
  dy,
  record: (g, i, p) => ({ y: headGate(g, i.a!, i.b!, p.gate!, { heads: 3, kind: 'clamp' }) }),
} satisfies Partial<Parameters<typeof through>[0]>

describe('head_gate', () => {
  it.each(['clamp', 'tanh'] as const)('goes forward and back as the reference does, %s', async (kind) => {
    const ran = await through({
      ...layer,
      parameters: { gate },
      record: (g, i, p) => ({ y: headGate(g, i.a!, i.b!, p.gate!, { heads: 3, kind }) }),
    })
    const shape = { heads: 3, headWidth: 8, kind }
    const { db, share } = reference.headGateGrad(numbersOf(dy), numbersOf(b), gate.data, shape)
    expectNear(ran, 'y', reference.headGate(numbersOf(a), numbersOf(b), gate.data, shape))
    expectNear(ran, 'd b', db)
    const dGate = Float64Array.of(0, 1, 2).map((head) => share.filter((_, i) => i % 3 === head).reduce((sum, v) => sum + v, 0))
    expectNear(ran, 'd gate', dGate)
    expect([...ran.out['d a']!]).toEqual([...numbersOf(dy)])
  })

  it('records nothing for what nobody wants', async () => {
    const first = await through({ ...layer, wanted: ['a'], parameters: { gate: frozen(gate) } })
    expect(first.backward).toEqual([])
    const second = await through({ ...layer, wanted: ['b'], parameters: { gate: frozen(gate) } })
    expect(second.backward).toEqual(['head_gate_grad'])
    const third = await through({ ...layer, wanted: [], parameters: { gate } })
    expect(third.backward).toEqual(['head_gate_grad', 'column_sum'])
  })

  it('takes no gates of another number of heads', async () => {
    const parameters = { gate: { shape: [8], data: new Float64Array(8) } }
    await expect(through({ ...layer, parameters })).rejects.toThrow('bug: gate: wanted a gate for each of 3 heads of [5, 24] and [5, 24]')
  })
})
