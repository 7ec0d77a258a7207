import { describe, expect, it } from 'vitest'
import type { Tensor } from '../device/memory.js'
import * as reference from '../reference/gloss_attention.js'
import { type GlossForm, glossAttention } from './gloss_attention.js'
import type { Graph } from './graph.js'
import { expectNear, given, ids, numbersOf, through } from './graph.testing.js'

const [q, kv, offsets, dy] = [given(1, 3, 6, 8), given(2, 3, 6, 16), given(3, 3, 6, 8), given(4, 3, 6, 8)]
const lengths = ids([3], 6, 4, 1)
const seed = Uint32Array.of(3, 9, 0, 0)
const RATE = Math.fround(0.4)
const shapeOf = (form: GlossForm, rate: number): reference.GlossShape => ({
  ...{ batch: 3, length: 6, heads: 2, headWidth: 4, samples: 3, columns: 8, scale: 0.5, seed, stream: 0 },
  released: form === 'released',
  rate,
})
const record = (form: GlossForm, dropout: number) => (g: Graph, i: Readonly<Record<string, Tensor>>) => ({
  y: glossAttention(g, { q: i.q!, kv: i.kv!, offsets: i.offsets! }, { heads: 2, samples: 3, form, lengths: i.lengths!, dropout }),
})
const numbers = { q: numbersOf(q), kv: numbersOf(kv), offsets: numbersOf(offsets) }
const rows = lengths.data as Uint32Array

describe('glossAttention', () => {
  it.each([
    ['clean', 0],
    ['released', 0],
    ['clean', RATE],
  ] as const)('goes forward and back as the reference does, %s, dropout %s', async (form, rate) => {
    const ran = await through({ inputs: { q, kv, offsets, lengths }, wanted: ['q', 'kv', 'offsets'], dy, seed, record: record(form, rate) })
    const grads = reference.glossAttentionGrad(numbers, numbersOf(dy), rows, shapeOf(form, rate))
    expectNear(ran, 'y', reference.glossAttention(numbers, rows, shapeOf(form, rate)).y)
    expectNear(ran, 'd q', grads.dq)
    expectNear(ran, 'd kv', grads.dkv)
    expectNear(ran, 'd offsets', grads.doffsets)
    expect(ran.forward).toEqual(['gloss_attention_places', 'gloss_attention'])
    expect(ran.backward).toEqual(['attention_delta', 'gloss_attention_grad', 'gloss_attention_grad_memory'])
  })

  it('takes heads whose width is no multiple of 4', async () => {
    const inputs = { q: given(5, 1, 4, 12), kv: given(6, 1, 4, 24), offsets: given(7, 1, 4, 8), lengths: ids([1], 4) }
    const dy = given(8, 1, 4, 12)
    const ran = await through({
      inputs,
      wanted: ['q', 'kv', 'offsets'],
      dy,
      record: (g, i) => ({
        y: glossAttention(
          g,
          { q: i.q!, kv: i.kv!, offsets: i.offsets! },
          { heads: 2, samples: 3, form: 'clean', lengths: i.lengths!, dropout: 0 },
        ),
      }),
    })
    const shape = { ...shapeOf('clean', 0), batch: 1, length: 4, headWidth: 6, scale: 1 / Math.sqrt(6) }
    const numbers = { q: numbersOf(inputs.q), kv: numbersOf(inputs.kv), offsets: numbersOf(inputs.offsets) }
    const grads = reference.glossAttentionGrad(numbers, numbersOf(dy), Uint32Array.of(4), shape)
    expectNear(ran, 'y', reference.glossAttention(numbers, Uint32Array.of(4), shape).y)
    expectNear(ran, 'd q', grads.dq)
    expectNear(ran, 'd kv', grads.dkv)
    expectNear(ran, 'd offsets', grads.doffsets)
  })

  it('drops nothing outside training', async () => {
    const ran = await through({ inputs: { q, kv, offsets, lengths }, seed, record: record('clean', RATE), mode: 'inference' })
    expectNear(ran, 'y', reference.glossAttention(numbers, rows, shapeOf('clean', 0)).y)
  })
})
