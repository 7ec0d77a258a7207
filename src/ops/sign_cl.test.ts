import { describe, expect, it } from 'vitest'
import * as reference from '../reference/contrastive_pairs.js'
import { expectNear, type Given, given, ids, numbersOf, sum, through } from './graph.testing.js'
import { type SignClForm, signCl, signClForms } from './sign_cl.js'

const [batch, length, width] = [2, 3, 8]
const x = given(1, batch, length, width)

/** Each frame's neighbour, and the frame before it, in the slots that positives and negatives begin with; padding in the second clip. */
function inputsOf(form: SignClForm) {
  const { positives, slots } = signClForms[form]
  const frames = [3, 2]
  const partner = Array.from({ length: batch * length * slots }, (_, p) => {
    const [b, t, slot] = [Math.floor(p / slots / length), Math.floor(p / slots) % length, p % slots]
    const known = t < frames[b]! && (slot === 0 || slot === positives)
    return known ? (t + (slot === 0 ? 1 : frames[b]! - 1)) % frames[b]! : 0xffffffff
  })
  const rowOf = (p: number) => Math.floor(p / slots / length) * length + partner[p]!
  const lists = Array.from({ length: batch * length }, (_, row) =>
    partner.flatMap((frame, p) => (frame < length && rowOf(p) === row ? p : [])),
  )
  const start = Array.from({ length: lists.length + 1 }, (_, row) => lists.slice(0, row).flat().length)
  const reverse = [...lists.flat(), ...partner].slice(0, partner.length)
  const weight = given(2, batch, length, slots)
  return {
    x,
    partner: ids([batch, length, slots], ...partner),
    weight,
    start: ids([batch * length + 1], ...start),
    reverse: ids([partner.length], ...reverse),
  }
}

const shapeOf = (form: SignClForm, maxDistance: number) => ({
  ...signClForms[form],
  length,
  width,
  form: form === 'paper' ? 0 : 1,
  maxDistance,
})

type Options = {
  form?: SignClForm
  maxDistance?: number
  wanted?: readonly string[]
  mode?: 'training' | 'f16' | 'inference'
  more?: Given
}
const compared = ({ form = 'paper', maxDistance, wanted = ['x'], mode = 'training' }: Options) =>
  through({
    inputs: inputsOf(form),
    wanted,
    mode,
    record: (g, i) => ({ result: signCl(g, i.x!, i as unknown as Parameters<typeof signCl>[2], { form, maxDistance }) }),
  })

const wantedOf = (form: SignClForm, maxDistance: number) => {
  const { partner, weight } = inputsOf(form)
  const shape = shapeOf(form, maxDistance)
  const [pairs, weights] = [partner.data as Uint32Array, numbersOf(weight)]
  const result = reference.contrastivePairs(numbersOf(x), pairs, weights, shape)
  return { result, dx: reference.contrastivePairsGrad(numbersOf(x), pairs, result, weights, shape) }
}

describe('signCl', () => {
  it.each([
    ['paper', 2],
    ['released', 4],
  ] as const)('reports and starts the way back as the reference does: %s', async (form, maxDistance) => {
    const ran = await compared({ form, maxDistance })
    const { result, dx } = wantedOf(form, maxDistance)
    expectNear(ran, 'result', result)
    expectNear(ran, 'd x', dx)
    expect(ran.forward).toEqual(['contrastive_pairs', 'contrastive_pairs_grad'])
  })

  it.each([
    ['paper', 64],
    ['released', 32],
  ] as const)('has the distance of its form where none is given: %s', async (form, maxDistance) => {
    expectNear(await compared({ form }), 'result', wantedOf(form, maxDistance).result)
  })

  it('multiplies its shares by the loss scale for the gradient, not for the report', async () => {
    const ran = await compared({ mode: 'f16', maxDistance: 2 })
    const { result, dx } = wantedOf('paper', 2)
    expectNear(ran, 'result', result)
    expectNear(
      ran,
      'd x',
      dx.map((v) => v * 2 ** 16),
    )
  })

  it('records no gradient where nobody wants it', async () => {
    for (const mode of ['training', 'f16', 'inference'] as const)
      expect((await compared({ wanted: [], mode })).forward).toEqual(['contrastive_pairs'])
  })

  it('adds onto the gradient of features that others read', async () => {
    const dy = given(3, batch, length, width)
    const ran = await through({
      inputs: { ...inputsOf('paper'), dy },
      wanted: ['x'],
      record: (g, i) => {
        const feeds = i as unknown as Parameters<typeof signCl>[2]
        signCl(g, i.x!, feeds, { form: 'paper', maxDistance: 2 })
        return { result: signCl(g, i.x!, feeds, { form: 'paper', maxDistance: 2 }) }
      },
    })
    const { dx } = wantedOf('paper', 2)
    expectNear(ran, 'd x', sum(dx, dx))
  })
})
