import { expect, it } from 'vitest'
import { invertIds } from '../kernels/embedding.js'
import * as reference from '../reference/embedding.js'
import { embedding } from './embedding.js'
import { expectNear, frozen, type Given, given, ids, numbersOf, through } from './graph.testing.js'

const PAD = 1
const [table, positions, dy] = [given(1, 8, 4), given(2, 4, 4), given(3, 2, 4, 4)]
const rows = ids([2, 4], 5, 2, 5, PAD, 2, 2, 7, PAD)
const inverse = invertIds(rows.data as Uint32Array, PAD)
const inputs = {
  ids: rows,
  positions,
  uniqueIds: ids([8], ...inverse.uniqueIds),
  starts: ids([9], ...inverse.starts),
  order: ids([8], ...inverse.order),
}
const want = reference.embedding(rows.data as Uint32Array, numbersOf(table), numbersOf(positions), 4, 4)

const looked = (one: Given, inverted = true) =>
  through({
    inputs,
    parameters: { table: one },
    dy,
    record: (g, { ids, positions, uniqueIds, starts, order }, p) => {
      const lists = { uniqueIds: uniqueIds!, starts: starts!, order: order! }
      return { y: embedding(g, { ids: ids!, ...(inverted && { inverse: lists }) }, p.table!, positions!) }
    },
  })

it('looks up rows and positions, and adds gradients onto the rows of a table that is trained', async () => {
  const ran = await looked(table)
  expectNear(ran, 'y', want)
  expectNear(ran, 'd table', reference.embeddingGrad(rows.data as Uint32Array, numbersOf(dy), 8, 4, PAD))
  expect(ran.backward).toEqual(['embedding_grad'])
})

it('records no gradient at a frozen table, and needs no lists for it', async () => {
  const ran = await looked(frozen(table), false)
  expectNear(ran, 'y', want)
  expect(ran.backward).toEqual([])
})

it('refuses to leave a table untrained that is to be trained', async () => {
  await expect(looked(table, false)).rejects.toThrow('bug: table: wanted the rows of each distinct id')
})

it('adds up what two look-ups in one table give', async () => {
  const ran = await through({
    inputs,
    parameters: { table },
    dy,
    record: (g, { ids, positions, uniqueIds, starts, order }, p) => {
      const tokens = { ids: ids!, inverse: { uniqueIds: uniqueIds!, starts: starts!, order: order! } }
      const again = embedding(g, tokens, p.table!, positions!)
      const y = embedding(g, tokens, p.table!, positions!)
      g.shareGrad([again], y)
      return { y }
    },
  })
  const once = reference.embeddingGrad(rows.data as Uint32Array, numbersOf(dy), 8, 4, PAD)
  const more = reference.embeddingGrad(rows.data as Uint32Array, want, 8, 4, PAD)
  expectNear(
    ran,
    'd table',
    once.map((v, i) => v + more[i]!),
  )
})
