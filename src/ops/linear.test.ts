import { describe, expect, it } from 'vitest'
import { dropout } from '../reference/dropout.js'
import * as reference from '../reference/linear.js'
import * as halves from '../reference/linear_half.js'
import * as storedReference from '../reference/linear_stored.js'
import { expectNear, frozen, given, numbersOf, sum, through } from './graph.testing.js'
import { linear } from './linear.js'

const size = { rows: 6, inner: 8, cols: 12 }
const [x, w, b, dy, residual] = [given(1, 6, 8), given(2, 12, 8), given(3, 12), given(4, 6, 12), given(5, 6, 12)]
const [xs, ws, bs, dys, rs] = [x, w, b, dy, residual].map(numbersOf) as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
]
const grads = reference.linearWeightGrad(xs, dys, size)
const dxs = reference.linearGrad(dys, ws, size)

const plain = (parameters: Record<string, ReturnType<typeof given>>, wanted: readonly string[] = ['x']) =>
  through({ inputs: { x }, wanted, parameters, dy, record: (g, i, p) => ({ y: linear(g, i.x!, p.w!, p.b) }) })

describe('linear', () => {
  it('goes forward and back as the reference does', async () => {
    const ran = await plain({ w, b })
    expectNear(ran, 'y', reference.linear(xs, ws, bs, size))
    expectNear(ran, 'd x', dxs)
    expectNear(ran, 'd w', grads.dw)
    expectNear(ran, 'd b', grads.db)
    expect(ran.backward).toEqual(['linear_weight_grad', 'linear_grad'])
  })

  it('records nothing for an input whose gradient nobody wants', async () => {
    expect((await plain({ w, b }, [])).backward).toEqual(['linear_weight_grad'])
  })

  it('passes the gradient through frozen weights, and records none at them', async () => {
    const ran = await plain({ w: frozen(w), b: frozen(b) })
    expectNear(ran, 'd x', dxs)
    expect(ran.backward).toEqual(['linear_grad'])
    expect(Object.keys(ran.out)).toEqual(['y', 'd x'])
  })

  it('records no way back where all is frozen and nobody asks', async () => {
    expect((await plain({ w: frozen(w), b: frozen(b) }, [])).backward).toEqual([])
  })

  it('trains a bias beside frozen weights, and weights beside a frozen bias', async () => {
    const bias = await plain({ w: frozen(w), b }, [])
    expectNear(bias, 'd b', grads.db)
    expect(bias.backward).toEqual(['column_sum'])
    const weights = await plain({ w, b: frozen(b) }, [])
    expectNear(weights, 'd w', grads.dw)
    expect(weights.out['d b']).toBeUndefined()
  })

  it('drops and adds in one kernel, and takes the gradient to both inputs', async () => {
    const drops = { seed: Uint32Array.of(7, 1, 0, 0), stream: 0, rate: Math.fround(0.3) }
    const record = {
      seed: drops.seed,
      dy,
      record: (g, i, p) => ({ y: linear(g, i.x!, p.w!, p.b, { dropout: 0.3, residual: i.residual! }) }),
    } satisfies Partial<Parameters<typeof through>[0]>
    const ran = await through({ ...record, inputs: { x, residual }, wanted: ['x', 'residual'], parameters: { w, b } })
    expectNear(ran, 'y', reference.finished(reference.linear(xs, ws, bs, size), { residual: rs, drops }))
    const ds = dropout(dys, drops.seed, drops.stream, drops.rate)
    expectNear(ran, 'd x', reference.linearGrad(ds, ws, size))
    expectNear(ran, 'd w', reference.linearWeightGrad(xs, ds, size).dw)
    expect([...ran.out['d residual']!]).toEqual([...dys])

    const past = await through({ ...record, inputs: { x, residual }, wanted: ['residual'], parameters: { w: frozen(w), b: frozen(b) } })
    expect([...past.out['d residual']!]).toEqual([...dys])
    expect(past.backward).toEqual([])
  })

  it('takes the gradient of the next layer back through its own ReLU and dropout', async () => {
    const drops = { seed: Uint32Array.of(7, 1, 0, 0), stream: 0, rate: Math.fround(0.3) }
    const [narrow, back] = [given(6, 8, 12), given(7, 6, 8)]
    const ran = await through({
      inputs: { x },
      wanted: ['x'],
      parameters: { w, b, narrow },
      dy: back,
      seed: drops.seed,
      record: (g, i, p) => ({ y: linear(g, linear(g, i.x!, p.w!, p.b, { relu: true, dropout: 0.3 }), p.narrow!) }),
    })
    const middle = reference.finished(reference.linear(xs, ws, bs, size), { relu: true, drops })
    const other = { rows: 6, inner: 12, cols: 8 }
    const at = reference.gated(reference.linearGrad(numbersOf(back), numbersOf(narrow), other), middle, drops.rate)
    expectNear(ran, 'd narrow', reference.linearWeightGrad(middle, numbersOf(back), other).dw)
    expectNear(ran, 'd w', reference.linearWeightGrad(xs, at, size).dw)
    expectNear(ran, 'd x', reference.linearGrad(at, ws, size))
  })

  it('adds up the gradients of one input that two layers and a residual read', async () => {
    const v = given(8, 8, 8)
    const ran = await through({
      inputs: { x },
      wanted: ['x'],
      parameters: { w: v, v },
      dy: x,
      record: (g, i, p) => ({ y: linear(g, i.x!, p.w!, undefined, { residual: linear(g, i.x!, p.v!, undefined, { residual: i.x! }) }) }),
    })
    const square = { rows: 6, inner: 8, cols: 8 }
    const once = reference.linearGrad(xs, numbersOf(v), square)
    expectNear(ran, 'd x', sum(once, once, xs))
  })

  it('adds up the gradients of weights used twice', async () => {
    const square = given(8, 8, 8)
    const ran = await through({
      inputs: { x },
      parameters: { w: square },
      dy: x,
      record: (g, i, p) => ({ y: linear(g, linear(g, i.x!, p.w!), p.w!) }),
    })
    const shape = { rows: 6, inner: 8, cols: 8 }
    const middle = reference.linear(xs, numbersOf(square), undefined, shape)
    const at = reference.linearGrad(xs, numbersOf(square), shape)
    expectNear(ran, 'd w', sum(reference.linearWeightGrad(middle, xs, shape).dw, reference.linearWeightGrad(xs, at, shape).dw))
  })
})

describe('linear with weights stored as f16', () => {
  const stored = { ...frozen(w), dtype: 'f16' as const }
  const record = {
    inputs: { x },
    parameters: { w: stored, b: frozen(b) },
    record: (g, i, p) => ({ y: linear(g, i.x!, p.w!, p.b) }),
  } satisfies Partial<Parameters<typeof through>[0]>

  it('reads them in inference and in training, however few the rows', async () => {
    for (const mode of ['inference', 'training'] as const)
      expectNear(await through({ ...record, mode }), 'y', storedReference.linearStored(xs, ws, bs, size))
    const one = given(9, 1, 8)
    const row = await through({ ...record, inputs: { x: one }, mode: 'inference' })
    expectNear(row, 'y', storedReference.linearStored(numbersOf(one), ws, bs, { ...size, rows: 1 }))
    expect(row.forward).toEqual(['linear_stored'])
  })

  it('passes the gradient on with nothing rounded but them, and in halves where the loss is scaled for it', async () => {
    const exact = await through({ ...record, wanted: ['x'], dy })
    expectNear(exact, 'd x', storedReference.linearStoredGrad(dys, ws, size))
    expect(exact.backward).toEqual(['linear_stored_grad'])
    const ran = await through({ ...record, wanted: ['x'], dy, mode: 'f16' })
    expectNear(ran, 'y', halves.linearHalf(xs, ws, bs, size))
    expectNear(ran, 'd x', halves.linearHalfGrad(dys, ws, size))
    expect(ran.backward).toEqual(['linear_half_grad'])
  })

  it('has no bias of that kind', async () => {
    const parameters = { w, b: { ...frozen(b), dtype: 'f16' as const } }
    await expect(through({ ...record, parameters })).rejects.toThrow('bug: b: wanted a parameter stored as f32, got f16')
  })
})
