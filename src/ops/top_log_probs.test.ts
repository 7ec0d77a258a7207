import { describe, expect, it } from 'vitest'
import * as reference from '../reference/top_log_probs.js'
import { expectNear, given, numbersOf, through } from './graph.testing.js'
import { topLogProbs } from './top_log_probs.js'

describe('topLogProbs', () => {
  const logits = given(4, 3, 1, 8)
  const top = (classes: number, k: number) =>
    through({ inputs: { logits }, mode: 'inference', record: (g, i) => ({ ...topLogProbs(g, i.logits!, { classes, k }) }) })

  it('is what the reference finds, a row for each of all dimensions but the last', async () => {
    const ran = await top(7, 3)
    const want = reference.topLogProbs(numbersOf(logits), { rows: 3, classes: 7, stride: 8, k: 3 })
    expectNear(ran, 'value', want.value)
    expect([...new Uint32Array(ran.out.id!.buffer)]).toEqual([...want.id])
  })

  it('refuses, while recording, more than there are classes, more than it can, and none', async () => {
    const who = 'the most likely classes'
    await expect(top(7, 8)).rejects.toThrow(`${who}: wanted 1 to 7 of 7 classes, got 8`)
    await expect(top(7, 0)).rejects.toThrow(`${who}: wanted 1 to 7 of 7 classes, got 0`)
    await expect(top(100, 65)).rejects.toThrow(`${who}: wanted 1 to 64 of 100 classes, got 65`)
    await expect(top(7, 1.5)).rejects.toThrow(`${who}: wanted 1 to 7 of 7 classes, got 1.5`)
  })
})
