import { describe, expect, it } from 'vitest'
import { dropout } from '../reference/dropout.js'
import * as reference from '../reference/linear.js'
import { loraDown, loraDownGrad, loraDownWeightGrad } from '../reference/lora_down.js'
import { loraUp, loraUpGrad, loraUpWeightGrad } from '../reference/lora_up.js'
import { expectNear, frozen, given, numbersOf, sum, through } from './graph.testing.js'
import { linear } from './linear.js'
import { loraLinear } from './lora.js'

// Queries and values, say, of one product: two parts of 8 columns.
const [x, w, bias, a, b, dy, residual] = [
  given(1, 5, 12),
  given(2, 16, 12),
  given(3, 16),
  given(4, 8, 12),
  given(5, 16, 4),
  given(6, 5, 16),
  given(7, 5, 16),
]
const [xs, ws, biases, as, bs] = [numbersOf(x), numbersOf(w), numbersOf(bias), numbersOf(a), numbersOf(b)]
const [dys, rs] = [numbersOf(dy), numbersOf(residual)]
const size = { rows: 5, inner: 12, cols: 16 }
const [down, up] = [
  { rows: 5, width: 12, rank: 4, parts: 2 },
  { rows: 5, width: 8, rank: 4, parts: 2 },
]
const seed = Uint32Array.of(7, 1, 0, 0)
const rate = Math.fround(0.3)

/** What the layer and its gradients are, by the references; drops [input, output] by stream. */
function wanted(factor: number, inputRate: number, output?: { stream: number }) {
  const drops = { seed, stream: 0, rate: inputRate }
  const after = output && { seed, stream: output.stream, rate }
  const h = loraDown(xs, as, down, drops, factor)
  const base = reference.linear(xs, ws, biases, size)
  const ds = after ? dropout(dys, seed, after.stream, rate) : dys
  const dh = loraUpGrad(ds, bs, up, factor)
  return {
    y: loraUp(h, bs, base, up, after && { residual: rs, drops: after }),
    'd x': sum(reference.linearGrad(ds, ws, size), loraDownGrad(dh, as, down, drops)),
    'd a': loraDownWeightGrad(dh, xs, down, drops),
    'd b': loraUpWeightGrad(ds, h, up),
    'd w': reference.linearWeightGrad(xs, ds, size).dw,
  }
}

const layer = { inputs: { x }, wanted: ['x'], dy, seed }
const adapted = { w: frozen(w), bias: frozen(bias), a, b }

describe('a linear layer with low-rank adapters', () => {
  it('goes forward and back as the references do, without a gradient for what is frozen', async () => {
    const ran = await through({
      ...layer,
      parameters: adapted,
      record: (g, i, p) => ({ y: loraLinear(g, i.x!, { weight: p.w!, bias: p.bias }, { a: p.a!, b: p.b!, parts: 2, factor: 0.5 }) }),
    })
    const want = wanted(0.5, 0)
    for (const name of ['y', 'd x', 'd a', 'd b'] as const) expectNear(ran, name, want[name])
    expect(Object.keys(ran.out)).toEqual(['y', 'd x', 'd a', 'd b'])
    expect(ran.forward).toEqual(['linear', 'lora_down', 'lora_up'])
    expect(ran.backward).toEqual(['lora_up_weight_grad', 'lora_up_grad', 'lora_down_weight_grad', 'lora_down_grad', 'linear_grad'])
  })

  it('costs no product more for weights that are frozen, whatever is trained elsewhere', async () => {
    const record = {
      ...layer,
      record: (g, i, p) => ({ y: loraLinear(g, i.x!, { weight: p.w! }, { a: p.a!, b: p.b!, parts: 2 }) }),
    } satisfies Partial<Parameters<typeof through>[0]>
    const trained = await through({ ...record, parameters: { w, a, b } })
    expectNear(trained, 'd w', wanted(1, 0)['d w'])
    const half = await through({ ...record, parameters: { w: frozen(w), a, b } })
    expect(trained.backward.filter((kernel) => !half.backward.includes(kernel))).toEqual(['linear_weight_grad'])
    expect(trained.backward).toHaveLength(half.backward.length + 1)
  })

  it('drops each part’s input and the output, and adds a residual', async () => {
    const ran = await through({
      ...layer,
      inputs: { x, residual },
      wanted: ['x', 'residual'],
      parameters: adapted,
      record: (g, i, p) => ({
        y: loraLinear(
          g,
          i.x!,
          { weight: p.w!, bias: p.bias },
          { a: p.a!, b: p.b!, parts: 2, dropout: 0.3 },
          { dropout: 0.3, residual: i.residual! },
        ),
      }),
    })
    const want = wanted(1, rate, { stream: 2 })
    for (const name of ['y', 'd x', 'd a', 'd b'] as const) expectNear(ran, name, want[name])
    expect([...ran.out['d residual']!]).toEqual([...dys])
  })

  it('drops nothing outside training', async () => {
    const ran = await through({
      inputs: { x },
      parameters: adapted,
      mode: 'inference',
      record: (g, i, p) => ({
        y: loraLinear(g, i.x!, { weight: p.w!, bias: p.bias }, { a: p.a!, b: p.b!, parts: 2, dropout: 0.3 }, { dropout: 0.3 }),
      }),
    })
    expectNear(ran, 'y', wanted(1, 0).y)
  })

  it('has the frozen layer’s bits where b is 0, and then a alone gets no gradient', async () => {
    const zero = { shape: b.shape, data: new Float64Array(b.data.length) }
    const ran = await through({
      ...layer,
      parameters: { w: frozen(w), bias: frozen(bias), a, b: zero },
      record: (g, i, p) => ({ y: loraLinear(g, i.x!, { weight: p.w!, bias: p.bias }, { a: p.a!, b: p.b!, parts: 2 }) }),
    })
    const frozenOnly = await through({
      ...layer,
      parameters: { w: frozen(w), bias: frozen(bias) },
      record: (g, i, p) => ({ y: linear(g, i.x!, p.w!, p.bias) }),
    })
    expect([...ran.out.y!]).toEqual([...frozenOnly.out.y!])
    expect([...ran.out['d a']!].every((v) => v === 0)).toBe(true)
    expect([...ran.out['d b']!].some((v) => v !== 0)).toBe(true)
  })

  it('takes no factors that do not fit', async () => {
    const record = {
      ...layer,
      record: (g, i, p) => ({ y: loraLinear(g, i.x!, { weight: p.w! }, { a: p.a!, b: p.b!, parts: 3 }) }),
    } satisfies Partial<Parameters<typeof through>[0]>
    await expect(through({ ...record, parameters: { w: frozen(w), a, b } })).rejects.toThrow('bug: a: wanted [12, 12], got [8, 12]')
    await expect(through({ ...record, parameters: { w: frozen(w), a: given(4, 12, 12), b } })).rejects.toThrow(
      'bug: b: wanted 3 parts of an output [5, 16], got [16, 4]',
    )
  })
})
