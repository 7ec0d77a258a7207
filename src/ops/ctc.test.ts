import { describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { elements } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import * as reference from '../reference/ctc.js'
import { ctc } from './ctc.js'
import { Graph } from './graph.js'
import { expectNear, given, ids, numbersOf, through } from './graph.testing.js'

const [batch, frames, stride, classes] = [3, 6, 8, 6]
const logits = given(1, batch, frames, stride)
const coefficient = given(2, batch)
const [labels, labelLengths, lengths] = [ids([batch, 3], 1, 1, 2, 3, 9, 9, 4, 4, 0), ids([batch], 3, 1, 2), ids([batch], 6, 4, 2)]
const inputs = { logits, labels, labelLengths, lengths, coefficient }
const shape = { batch, frames, labelRoom: 3, classes, stride, blank: 0 }
const batched = {
  labels: labels.data as Uint32Array,
  labelLengths: labelLengths.data as Uint32Array,
  lengths: lengths.data as Uint32Array,
}
const top = reference.ctcLogSum(numbersOf(logits), batched.lengths, shape)
const { paths, report } = reference.ctc(numbersOf(logits), top, batched, shape)
const grad = reference.ctcGradLabels(
  reference.ctcGrad(numbersOf(logits), top, batched.lengths, report, numbersOf(coefficient), shape),
  paths,
  batched,
  report,
  numbersOf(coefficient),
  shape,
)

/** 65536: what training in f16 begins with. */
const SCALE = 2 ** 16

const judged = (wanted: readonly string[], mode: 'training' | 'f16' | 'inference' = 'training') =>
  through({
    inputs,
    wanted,
    mode,
    record: (g, i) => ({ report: ctc(g, i.logits!, i as unknown as Parameters<typeof ctc>[2], { classes, blank: 0 }) }),
  })

describe('ctc', () => {
  it('reports losses and what has no alignment, and starts the way back as the reference does', async () => {
    expect([report[1], report[3], report[5]]).toEqual([1, 1, 0])
    const ran = await judged(['logits'])
    expectNear(ran, 'report', report)
    expectNear(ran, 'd logits', grad)
    expect(ran.forward).toEqual(['ctc_log_sum', 'ctc', 'ctc_grad', 'ctc_grad_labels'])
  })

  it('multiplies its shares by the loss scale for the gradient, not for the report', async () => {
    const ran = await judged(['logits'], 'f16')
    expectNear(ran, 'report', report)
    expectNear(
      ran,
      'd logits',
      grad.map((v) => v * SCALE),
    )
  })

  it('records no gradient where nobody wants it, and then no β', async () => {
    for (const mode of ['training', 'inference'] as const) {
      const ran = await judged([], mode)
      expectNear(ran, 'report', report)
      expect(ran.forward).toEqual(['ctc_log_sum', 'ctc'])
    }
    expect(sizes(100, 5, false)).toBeLessThan(sizes(100, 5, true) - 4 * 100 * 11)
  })

  it('adds its gradient to another loss of the same logits', async () => {
    const ran = await through({
      inputs,
      wanted: ['logits'],
      record: (g, i) => {
        const options = { classes, blank: 0 }
        const first = ctc(g, i.logits!, i as unknown as Parameters<typeof ctc>[2], options)
        ctc(g, i.logits!, i as unknown as Parameters<typeof ctc>[2], options)
        return { first }
      },
    })
    expectNear(
      ran,
      'd logits',
      grad.map((v) => 2 * v),
    )
  })

  it('takes memory linear in the frames', async () => {
    const [one, two, four] = [100, 200, 400].map((length) => sizes(length, 60, true))
    expect(four! - two!).toBe(2 * (two! - one!))
    // What does not grow with them: the report, and whose label is whose.
    expect(2 * one! - two!).toBe(4 * (2 + 2 * 60))
    expect(one! - (2 * one! - two!)).toBe(4 * 100 * (1 + 2 * 121 + 8))
    // And so is what a program opens for it.
    const [short, long] = await Promise.all([opened(200), opened(400)])
    expect(long / short).toBeLessThan(2.01)
  })

  it('refuses sizes it has no room for', () => {
    const refused = (labelRoom: number, row: number, options: Parameters<typeof ctc>[3]) => () => record(4, labelRoom, true, row, options)
    expect(refused(513, 8, { classes: 6, blank: 0 })).toThrow('ctc: wanted labels [batch, 1 to 512], got 513 a sample')
    expect(refused(0, 8, { classes: 6, blank: 0 })).toThrow('got 0 a sample')
    expect(refused(3, 8, { classes: 9, blank: 0 })).toThrow('wanted rows of a multiple of 4 that hold 9 classes, got rows of 8')
    expect(refused(3, 6, { classes: 6, blank: 0 })).toThrow('got rows of 6')
    expect(refused(3, 8, { classes: 6, blank: 6 })).toThrow('wanted a blank below 6, got 6')
  })
})

/** The op on one sample, recorded. */
function record(length: number, labelRoom: number, learns: boolean, row = 8, options = { classes: 6, blank: 0 }): Recorder {
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const g = new Graph(recorder, { training: { seed, dummy: recorder.feed('dummy', [4]) } })
  const x = recorder.feed('logits', [1, length, row])
  if (learns) g.requireGrad(x)
  const fed = {
    labels: recorder.feed('labels', [1, labelRoom], 'u32'),
    labelLengths: recorder.feed('label_lengths', [1], 'u32'),
    lengths: recorder.feed('lengths', [1], 'u32'),
    coefficient: recorder.feed('coefficient', [1]),
  }
  recorder.report(ctc(g, x, fed, options))
  return recorder
}

/** Bytes of all tensors the op makes. */
function sizes(length: number, labelRoom: number, learns: boolean): number {
  const recorder = record(length, labelRoom, learns)
  const made = new Set(recorder.steps.flatMap(({ tensors }) => Object.values(tensors)).filter((tensor) => !recorder.fed.includes(tensor)))
  return [...made].reduce((sum, tensor) => sum + 4 * elements(tensor.shape), 0)
}

async function opened(length: number): Promise<number> {
  await using program = await Program.build(await lentGpu(), record(length, 60, true))
  return program.plan.slots.reduce((sum, bytes) => sum + bytes, 0)
}
