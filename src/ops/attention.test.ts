import { describe, expect, it } from 'vitest'
import * as reference from '../reference/attention.js'
import { keepOf } from '../reference/attention_dropped.js'
import { attentionHalf, attentionHalfGrad } from '../reference/attention_half.js'
import { attention, attentionOverCache } from './attention.js'
import { expectNear, type Given, given, ids, numbersOf, type Ran, through } from './graph.testing.js'

const [batch, queries, keys, heads, width] = [2, 4, 6, 2, 16]
const headWidth = width / heads
const keyLengths = ids([batch], 6, 3)
const seed = Uint32Array.of(3, 9, 0, 0)
const dy = given(9, batch, queries, width)
const shape = { batch, queries, keys, heads, headWidth, causal: 0, scale: 1 / Math.sqrt(headWidth) }

/** The `width` columns of rows of `stride` that begin at `column`. */
const columns = (data: Float64Array, stride: number, column: number) =>
  data.filter((_, i) => i % stride >= column && i % stride < column + width)
const columnsOf = (ran: Ran, name: string, stride: number, column: number): Ran => ({
  ...ran,
  out: { [name]: Float32Array.from(columns(Float64Array.from(ran.out[name]!), stride, column)) },
})

/** Of keys and values side by side. */
const inputsOf = (q: Given, kv: Given) => ({
  q: numbersOf(q),
  k: columns(numbersOf(kv), 2 * width, 0),
  v: columns(numbersOf(kv), 2 * width, width),
  keyLengths: keyLengths.data as Uint32Array,
})
const [q, kv] = [given(1, batch, queries, width), given(2, batch, keys, 2 * width)]
const want = reference.attentionGrad(inputsOf(q, kv), numbersOf(dy), shape)

const cross = (wanted: readonly string[], mode: 'training' | 'f16' | 'inference' = 'training', dropout = 0) =>
  through({
    inputs: { q, kv, keyLengths },
    wanted,
    mode,
    seed,
    ...(mode !== 'inference' && { dy }),
    record: (g, i) => ({ y: attention(g, i.q!, i.kv!, i.kv!, { heads, keyLengths: i.keyLengths!, causal: false, dropout }) }),
  })

describe('attention', () => {
  it('goes forward and back as the reference does, keys and values side by side', async () => {
    const ran = await cross(['q', 'kv'])
    expectNear(ran, 'y', reference.attention(inputsOf(q, kv), shape).y)
    expectNear(ran, 'd q', want.dq)
    expectNear(columnsOf(ran, 'd kv', 2 * width, 0), 'd kv', want.dk)
    expectNear(columnsOf(ran, 'd kv', 2 * width, width), 'd kv', want.dv)
  })

  it('records the gradient at one side alone where the other is frozen, and none where both are', async () => {
    const atQueries = await cross(['q'])
    expectNear(atQueries, 'd q', want.dq)
    expect(atQueries.backward).toEqual(['attention_delta', 'attention_grad_query'])
    const atKeys = await cross(['kv'])
    expectNear(columnsOf(atKeys, 'd kv', 2 * width, 0), 'd kv', want.dk)
    expect(atKeys.backward).toEqual(['attention_delta', 'attention_grad_key_value'])
    expect((await cross([])).backward).toEqual([])
    expect((await cross(['q'], 'inference')).backward).toEqual([])
  })

  it('drops weights in training, the same ones there and back, and none elsewhere', async () => {
    const rate = Math.fround(0.4)
    const keep = keepOf(shape, { seed, stream: 0, rate })
    const ran = await cross(['q', 'kv'], 'training', rate)
    expectNear(ran, 'y', reference.attention(inputsOf(q, kv), shape, keep).y)
    const grads = reference.attentionGrad(inputsOf(q, kv), numbersOf(dy), shape, keep)
    expectNear(ran, 'd q', grads.dq)
    expectNear(columnsOf(ran, 'd kv', 2 * width, 0), 'd kv', grads.dk)
    expectNear(columnsOf(ran, 'd kv', 2 * width, width), 'd kv', grads.dv)
    expect([...ran.forward, ...ran.backward]).toEqual([
      'attention_dropped',
      'attention_delta',
      'attention_dropped_grad_query',
      'attention_dropped_grad_key_value',
    ])
    const inHalves = await cross(['q', 'kv'], 'f16', rate)
    expect(inHalves.forward).toContain('attention_half_dropped')
    expect(inHalves.backward.slice(-2)).toEqual(['attention_half_dropped_grad_query', 'attention_half_dropped_grad_key_value'])
    expectNear(await cross([], 'inference', rate), 'y', reference.attention(inputsOf(q, kv), shape).y)
  })

  it('multiplies halves where the loss is scaled', async () => {
    const ran = await cross(['q', 'kv'], 'f16')
    expect(new Set([...ran.forward, ...ran.backward])).toEqual(
      new Set(['to_half', 'attention_half', 'attention_delta', 'attention_half_grad_query', 'attention_half_grad_key_value']),
    )
    // A weight on the edge between two halves may be rounded to either: off by 2^-11 of itself.
    const near = (got: Float32Array, exact: Float64Array) => {
      const size = Math.max(...exact.map(Math.abs))
      exact.forEach((value, i) => {
        expect(Math.abs(got[i]! - value)).toBeLessThan(2 ** -10 * size)
      })
    }
    near(ran.out.y!, attentionHalf(inputsOf(q, kv), shape).y)
    near(ran.out['d q']!, attentionHalfGrad(inputsOf(q, kv), numbersOf(dy), shape).dq)
  })

  it('takes queries, keys and values out of one tensor, each seeing what came before', async () => {
    const qkv = given(3, batch, queries, 3 * width)
    const lengths = ids([batch], 4, 3)
    const ran = await through({
      inputs: { qkv, lengths },
      wanted: ['qkv'],
      dy,
      record: (g, i) => ({ y: attention(g, i.qkv!, i.qkv!, i.qkv!, { heads, keyLengths: i.lengths!, causal: true }) }),
    })
    const [q, k, v] = [0, width, 2 * width].map((column) => columns(numbersOf(qkv), 3 * width, column)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const inputs = { q, k, v, keyLengths: lengths.data as Uint32Array }
    const causal = { ...shape, keys: queries, causal: 1 }
    expectNear(ran, 'y', reference.attention(inputs, causal).y)
    const grads = reference.attentionGrad(inputs, numbersOf(dy), causal)
    for (const [i, grad] of [grads.dq, grads.dk, grads.dv].entries())
      expectNear(columnsOf(ran, 'd qkv', 3 * width, i * width), 'd qkv', grad)
  })

  it('takes frozen keys and values apart, but no others', async () => {
    const [k, v] = [given(4, batch, keys, width), given(5, batch, keys, width)]
    const apart = (wanted: readonly string[]) =>
      through({
        inputs: { q, k, v, keyLengths },
        wanted,
        dy,
        record: (g, i) => ({ y: attention(g, i.q!, i.k!, i.v!, { heads, keyLengths: i.keyLengths!, causal: false }) }),
      })
    const inputs = { q: numbersOf(q), k: numbersOf(k), v: numbersOf(v), keyLengths: keyLengths.data as Uint32Array }
    const ran = await apart(['q'])
    expectNear(ran, 'y', reference.attention(inputs, shape).y)
    expectNear(ran, 'd q', reference.attentionGrad(inputs, numbersOf(dy), shape).dq)
    await expect(apart(['q', 'v'])).rejects.toThrow('keys and values whose gradients are wanted are one tensor')
  })

  it('takes heads of any width, all of a sentence at once and from a cache', async () => {
    const [narrow, columnsOfHead] = [4, 5]
    const odd = { batch, queries, keys: queries, heads: narrow, headWidth: columnsOfHead, causal: 1, scale: 1 / Math.sqrt(columnsOfHead) }
    const wide = narrow * columnsOfHead
    const [qkv, oddDy] = [given(6, batch, queries, 3 * wide), given(7, batch, queries, wide)]
    const lengths = ids([batch], 4, 3)
    const part = (data: Float64Array, i: number) => data.filter((_, at) => Math.floor((at % (3 * wide)) / wide) === i)
    const [q, k, v] = [0, 1, 2].map((i) => part(numbersOf(qkv), i)) as [Float64Array, Float64Array, Float64Array]
    const inputs = { q, k, v, keyLengths: lengths.data as Uint32Array }
    const ran = await through({
      inputs: { qkv, lengths },
      wanted: ['qkv'],
      dy: oddDy,
      record: (g, i) => ({ y: attention(g, i.qkv!, i.qkv!, i.qkv!, { heads: narrow, keyLengths: i.lengths!, causal: true }) }),
    })
    expectNear(ran, 'y', reference.attention(inputs, odd).y)
    const grads = reference.attentionGrad(inputs, numbersOf(oddDy), odd)
    for (const [i, grad] of [grads.dq, grads.dk, grads.dv].entries()) {
      const own = Float32Array.from(part(Float64Array.from(ran.out['d qkv']!), i))
      expectNear({ ...ran, out: { 'd qkv': own } }, 'd qkv', grad)
    }
    expect(ran.forward).toEqual(['head_columns', 'attention', 'head_columns'])

    // The last place of a sentence, whose keys and values are in a cache.
    const cache: Given = { shape: [batch, queries, 2 * wide], data: numbersOf(qkv).filter((_, at) => at % (3 * wide) >= wide) }
    const last: Given = {
      shape: [batch, wide],
      data: q.filter((_, at) => Math.floor(at / wide) % queries === queries - 1),
    }
    const step = await through({
      inputs: { last, cache, lengths },
      mode: 'inference',
      record: (g, i) => ({ y: attentionOverCache(g, i.last!, i.cache!, i.lengths!, { heads: narrow, extra: 0 }) }),
    })
    const whole = reference.attention(inputs, { ...odd, causal: 0 }).y
    expectNear(
      step,
      'y',
      whole.filter((_, at) => Math.floor(at / wide) % queries === queries - 1),
    )
  })
})
