// The prototype head's ops, forward and back, against the references.

import { describe, expect, it } from 'vitest'
import * as binaryReference from '../reference/binary_cross_entropy.js'
import * as reference from '../reference/prototype_scores.js'
import * as unitReference from '../reference/unit_rows.js'
import { binaryCrossEntropy } from './binary_cross_entropy.js'
import { cosines } from './cosines.js'
import { expectNear, frozen, given, ids, numbersOf, sum, through } from './graph.testing.js'
import { prototypeScores } from './prototype_scores.js'
import { unitRows } from './unit_rows.js'

const [batch, length, width, count] = [2, 3, 8, 12]
const x = given(1, batch, length, width)
const dy = given(2, batch, length, width)

/** a [rows, inner] · b [cols, inner]ᵀ */
function product(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const cols = b.length / inner
  return Float64Array.from({ length: (a.length / inner) * cols }, (_, i) => {
    const [r, c] = [Math.floor(i / cols) * inner, (i % cols) * inner]
    return a.subarray(r, r + inner).reduce((all, v, k) => all + v * b[c + k]!, 0)
  })
}

const transposed = (a: Float64Array, cols: number): Float64Array =>
  a.map((_, i) => a[(i % (a.length / cols)) * cols + Math.floor(i / (a.length / cols))]!)

describe('unitRows', () => {
  it('goes back as the reference does, onto what is there', async () => {
    const ran = await through({
      inputs: { x },
      wanted: ['x'],
      record: (g, i) => {
        const y = unitRows(g, i.x!)
        g.shareGrad([i.x!], i.x!)
        return { y }
      },
      dy,
    })
    const { y, norm } = unitReference.unitRows(numbersOf(x), width)
    expectNear(ran, 'y', y)
    expectNear(ran, 'd x', sum(unitReference.unitRowsGrad(y, norm, numbersOf(dy), width), numbersOf(x)))
  })
})

describe('cosines', () => {
  // The last vector is all zeros.
  const vectors = { ...given(3, count, width), data: numbersOf(given(3, count, width)).fill(0, (count - 1) * width) }
  const ds = given(4, batch, length, count)
  const run = (trained: boolean, wanted = ['x']) =>
    through({
      inputs: { x },
      wanted,
      parameters: { vectors: trained ? vectors : frozen(vectors) },
      record: (g, i, p) => ({ y: cosines(g, i.x!, p.vectors!) }),
      dy: ds,
    })
  const [rows, units] = [unitReference.unitRows(numbersOf(x), width), unitReference.unitRows(numbersOf(vectors), width)]
  const dRows = product(numbersOf(ds), transposed(units.y, width), count)
  const dUnits = product(transposed(numbersOf(ds), count), transposed(rows.y, width), batch * length)

  it('has the gradients at rows and vectors, and none at a vector of zeros', async () => {
    const ran = await run(true)
    expectNear(ran, 'y', product(rows.y, units.y, width))
    expectNear(ran, 'd x', unitReference.unitRowsGrad(rows.y, rows.norm, dRows, width))
    expectNear(ran, 'd vectors', unitReference.unitRowsGrad(units.y, units.norm, dUnits, width))
    expect(ran.out['d vectors']!.subarray((count - 1) * width).every((v) => v === 0)).toBe(true)
  })

  it('records nothing for vectors that are frozen, or rows nobody wants the gradient of', async () => {
    const ran = await run(false)
    expect(ran.backward).toEqual(['linear_grad', 'unit_rows_grad'])
    expectNear(ran, 'd x', unitReference.unitRowsGrad(rows.y, rows.norm, dRows, width))
    expect((await run(true, [])).backward).toEqual(['fill_whole', 'linear_weight_grad', 'unit_rows_grad'])
    expect((await run(false, [])).backward).toEqual([])
  })
})

describe('prototypeScores', () => {
  const lengths = ids([batch], 3, 2)
  const s = given(5, batch, length, count)
  const dp = given(6, batch, count)
  const temperatures = { shape: [4], data: Float64Array.of(Math.fround(0.4), Math.fround(0.3), 0, 0) }
  const shape = { batch, length, classes: 10, stride: count }
  const run = (learned: boolean, wanted = ['s']) =>
    through({
      inputs: { s, lengths },
      wanted,
      parameters: { temperatures: learned ? temperatures : frozen(temperatures) },
      record: (g, i, p) => {
        const { scores, map } = prototypeScores(g, i.s!, { lengths: i.lengths!, temperatures: p.temperatures!, classes: 10 })
        return { y: scores, map: map() }
      },
      dy: dp,
    })
  const counted = lengths.data as Uint32Array
  const want = reference.prototypeScores(numbersOf(s), numbersOf(temperatures), counted, shape)
  const grads = reference.prototypeScoresGrad(numbersOf(s), numbersOf(temperatures), counted, numbersOf(dp), shape)

  it('goes there and back as the reference does', async () => {
    const ran = await run(true)
    expectNear(ran, 'y', want.p)
    expectNear(ran, 'map', want.map)
    expectNear(ran, 'd s', grads.ds)
    const column = (k: number) => grads.dTemperature.filter((_, i) => i % 4 === k).reduce((all, v) => all + v, 0)
    expectNear(ran, 'd temperatures', Float64Array.of(column(0), column(1), 0, 0))
    expect(ran.backward).toEqual(['prototype_scores_grad', 'column_sum'])
  })

  it('leaves fixed temperatures alone, and records no way back where nobody wants it', async () => {
    expect((await run(false)).backward).toEqual(['prototype_scores_grad'])
    expect((await run(true, [])).backward).toEqual(['prototype_scores_grad', 'column_sum'])
    expect((await run(false, [])).backward).toEqual([])
  })

  it('refuses more classes than there are columns', async () => {
    const wide = through({
      inputs: { s, lengths },
      parameters: { temperatures },
      record: (g, i, p) => ({ y: prototypeScores(g, i.s!, { lengths: i.lengths!, temperatures: p.temperatures!, classes: 13 }).scores }),
    })
    await expect(wide).rejects.toThrow('wanted from 1 to 12 classes, got 13')
  })
})

describe('binaryCrossEntropy', () => {
  const p = { shape: [batch, count], data: numbersOf(given(7, batch, count)).map((v) => Math.fround(0.5 + 0.4 * v)) }
  const goal = { shape: [batch, count], data: numbersOf(given(8, batch, count)).map((v) => (v > 0.5 ? 1 : 0)) }
  const coefficient = given(9, batch)
  const shape = { rows: batch, classes: 10, stride: count }
  const run = (mode: 'training' | 'f16', wanted: readonly string[] = ['p']) =>
    through({
      inputs: { p, goal, coefficient },
      wanted,
      mode,
      record: (g, i) => ({ loss: binaryCrossEntropy(g, i.p!, { goal: i.goal!, coefficient: i.coefficient!, classes: 10 }) }),
    })
  const grad = binaryReference.binaryCrossEntropyGrad(p.data, goal.data, numbersOf(coefficient), shape)

  it('reports each row and starts the way back as the reference does, scaled where products are of halves', async () => {
    const ran = await run('training')
    expectNear(ran, 'loss', binaryReference.binaryCrossEntropy(p.data, goal.data, shape))
    expectNear(ran, 'd p', grad)
    const scaled = await run('f16')
    expectNear(scaled, 'loss', binaryReference.binaryCrossEntropy(p.data, goal.data, shape))
    expectNear(
      scaled,
      'd p',
      grad.map((v) => v * 2 ** 16),
    )
  })

  it('records no gradient where nobody wants it', async () => {
    expect((await run('training', [])).forward).toEqual(['binary_cross_entropy'])
  })
})
