import { describe, expect, it } from 'vitest'
import type { Tensor } from '../device/memory.js'
import * as reference from '../reference/banded_attention.js'
import { bandedAttention } from './banded_attention.js'
import type { Graph } from './graph.js'
import { expectNear, given, ids, numbersOf, through } from './graph.testing.js'

const [qkv, dy] = [given(1, 3, 6, 24), given(2, 3, 6, 8)]
const lengths = ids([3], 6, 4, 1)
const seed = Uint32Array.of(3, 9, 0, 0)
const RATE = Math.fround(0.4)
const shapeOf = (changed: Partial<reference.BandedShape>): reference.BandedShape => ({
  batch: 3,
  length: 6,
  heads: 2,
  headWidth: 4,
  reach: 1,
  padded: false,
  scale: 0.5,
  seed,
  stream: 0,
  rate: 0,
  ...changed,
})
const record = (padded: boolean, dropout: number) => (g: Graph, i: Readonly<Record<string, Tensor>>) => ({
  y: bandedAttention(g, i.qkv!, { heads: 2, lengths: i.lengths!, reach: 1, padded, dropout }),
})
const rows = lengths.data as Uint32Array

describe('bandedAttention', () => {
  it.each([
    [false, 0],
    [true, 0],
    [false, RATE],
  ] as const)('goes forward and back as the reference does, padding seeing %s, dropout %s', async (padded, rate) => {
    const ran = await through({ inputs: { qkv, lengths }, wanted: ['qkv'], dy, seed, record: record(padded, rate) })
    const shape = shapeOf({ padded, rate })
    expectNear(ran, 'y', reference.bandedAttention(numbersOf(qkv), rows, shape).y)
    expectNear(ran, 'd qkv', reference.bandedAttentionGrad(numbersOf(qkv), numbersOf(dy), rows, shape))
    expect([ran.forward, ran.backward]).toEqual([['banded_attention'], ['attention_delta', 'banded_attention_grad']])
  })

  it('drops nothing outside training', async () => {
    const ran = await through({ inputs: { qkv, lengths }, seed, record: record(false, RATE), mode: 'inference' })
    expectNear(ran, 'y', reference.bandedAttention(numbersOf(qkv), rows, shapeOf({})).y)
  })
})
