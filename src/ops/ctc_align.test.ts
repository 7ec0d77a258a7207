import { describe, expect, it } from 'vitest'
import * as reference from '../reference/ctc.js'
import { ctcAlign as alignReference } from '../reference/ctc_align.js'
import { ctcAlign } from './ctc_align.js'
import { given, ids, numbersOf, through } from './graph.testing.js'

const shape = { batch: 2, frames: 6, labelRoom: 3, classes: 6, stride: 8, blank: 0 }
const logits = given(1, shape.batch, shape.frames, shape.stride)
const [labels, labelLengths, lengths] = [ids([2, 3], 1, 1, 2, 3, 4, 9), ids([2], 3, 2), ids([2], 6, 4)]
const lists = { labels: labels.data as Uint32Array, labelLengths: labelLengths.data as Uint32Array, lengths: lengths.data as Uint32Array }

const aligned = (classes: number) =>
  through({
    inputs: { logits, labels, labelLengths, lengths },
    mode: 'inference',
    record: (g, i) => ({ path: ctcAlign(g, i.logits!, i as unknown as Parameters<typeof ctcAlign>[2], { classes, blank: 0 }) }),
  })

describe('ctcAlign', () => {
  it('is the path that the reference finds', async () => {
    const ran = await aligned(shape.classes)
    const top = reference.ctcLogSum(numbersOf(logits), lists.lengths, shape)
    expect(new Uint32Array(ran.out.path!.buffer)).toEqual(alignReference(numbersOf(logits), top, lists, shape).path)
    expect(ran.forward).toEqual(['ctc_log_sum', 'ctc_align'])
  })

  it('refuses, while recording, logits that do not hold the classes', async () => {
    await expect(aligned(9)).rejects.toThrow('wanted rows of a multiple of 4 that hold 9 classes, got rows of 8')
  })
})
