import { describe, expect, it } from 'vitest'
import * as reference from '../reference/joined_rows.js'
import { expectNear, given, ids, numbersOf, through } from './graph.testing.js'
import { joinRows, rowsBehind } from './joined_rows.js'

const [first, second] = [given(1, 2, 3, 4), given(2, 2, 5, 4)]
const lengths = { first: Uint32Array.of(3, 1), second: Uint32Array.of(2, 5) }
const fed = { first, second, firstLengths: ids([2], ...lengths.first), secondLengths: ids([2], ...lengths.second) }
const sequences = { first: { lengths: lengths.first, rows: 3 }, second: { lengths: lengths.second, rows: 5 }, width: 4 }

describe('rows one behind the other', () => {
  it('are joined, and their gradients go back to both', async () => {
    const dy = given(3, 2, 8, 4)
    const ran = await through({
      inputs: fed,
      wanted: ['first', 'second'],
      dy,
      record: (g, i) => ({
        y: joinRows(g, { x: i.first!, lengths: i.firstLengths! }, { x: i.second!, lengths: i.secondLengths! }).x,
      }),
    })
    expectNear(ran, 'y', reference.joinedRows({ x: numbersOf(first), z: numbersOf(second) }, sequences).y)
    const whole = { length: 8, width: 4 }
    const back = (part: typeof sequences.first, starts: Uint32Array) =>
      reference.joinedRowsPart(numbersOf(dy), { ...part, ...whole, starts })
    expectNear(ran, 'd first', back(sequences.first, new Uint32Array(2)))
    expectNear(ran, 'd second', back(sequences.second, lengths.first))
    expect(ran.backward).toEqual(['joined_rows_part', 'joined_rows_part'])
  })

  it('are taken apart again, and where only the first want gradients, only those are made', async () => {
    const dy = given(4, 2, 5, 4)
    const ran = await through({
      inputs: fed,
      wanted: ['first'],
      dy,
      record: (g, i) => {
        const own = { starts: i.firstLengths!, lengths: i.secondLengths!, rows: 5 }
        return { y: rowsBehind(g, joinRows(g, { x: i.first!, lengths: own.starts }, { x: i.second!, lengths: own.lengths }).x, own) }
      },
    })
    const kept = numbersOf(second).map((value, i) => (Math.floor(i / 4) % 5 < lengths.second[Math.floor(i / 20)]! ? value : 0))
    expectNear(ran, 'y', kept)
    expectNear(ran, 'd first', new Float64Array(24))
    expect(ran.backward).toEqual(['joined_rows_part_grad', 'joined_rows_part'])
  })
})
