import { expect, it } from 'vitest'
import { rotary as rotaryReference } from '../reference/rotary.js'
import { expectNear, given, numbersOf, through } from './graph.testing.js'
import { rotary } from './rotary.js'

const [qkv, table, dy] = [given(1, 2, 4, 24), given(2, 4, 4), given(3, 2, 4, 24)]
const shape = { length: 4, stride: 24, headWidth: 4, turnedHeads: 4 }

it('rotary turns queries and keys there, and gradients back', async () => {
  const ran = await through({ inputs: { qkv, table }, wanted: ['qkv'], dy, record: (g, i) => ({ y: rotary(g, i.qkv!, i.table!, 2) }) })
  expectNear(ran, 'y', rotaryReference(numbersOf(qkv), numbersOf(table), shape))
  expectNear(ran, 'd qkv', rotaryReference(numbersOf(dy), numbersOf(table), shape, 1))
  expect([ran.forward, ran.backward]).toEqual([['rotary'], ['rotary']])
})

it('rotary refuses angles of too few places or other heads', async () => {
  for (const wrong of [given(2, 3, 4), given(2, 4, 8)])
    await expect(through({ inputs: { qkv, table: wrong }, record: (g, i) => ({ y: rotary(g, i.qkv!, i.table!, 2) }) })).rejects.toThrow(
      'wanted angles of 4 places and heads of 4',
    )
})
