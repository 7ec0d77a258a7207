import { describe, expect, it } from 'vitest'
import * as crossEntropyReference from '../reference/cross_entropy.js'
import * as reference from '../reference/pose_loss.js'
import { rewardWeights } from '../reference/reward_weights.js'
import { crossEntropy } from './cross_entropy.js'
import { expectNear, type Given, given, ids, numbersOf, through } from './graph.testing.js'
import { poseLoss, type RewardUse } from './pose_loss.js'

const positive = (seed: number, n: number): Given => ({
  shape: [n],
  data: numbersOf(given(seed, n)).map((v) => Math.fround(0.5 + Math.abs(v))),
})

const [batch, length, stride] = [2, 3, 8]
const [pred, goal] = [given(1, batch, length, stride), given(2, batch, length, stride)]
const frames = ids([batch], 3, 2)
const [weight, coefficient, medianError] = [positive(3, batch), positive(4, batch), positive(5, 1)]
const [weights, shares] = [numbersOf(weight), numbersOf(coefficient)]
const inputs = { pred, goal, frames, weight, coefficient, medianError }
const shape = { batch, length, stride, numbers: 7, coords: 6, kind: 0 }
const counted = frames.data as Uint32Array

/** 65536: what training in f16 begins with. */
const SCALE = 2 ** 16

const posed = (
  options: { wanted?: readonly string[]; kind?: 'mse' | 'l1'; reward?: RewardUse; mode?: 'training' | 'f16' | 'inference' } = {},
) => {
  const { wanted = ['pred'], kind = 'mse', reward, mode = 'training' } = options
  return through({
    inputs,
    wanted,
    mode,
    record: (g, i) => ({
      report: poseLoss(g, i.pred!, i as unknown as Parameters<typeof poseLoss>[2], { numbers: 7, coords: 6, kind, reward }),
    }),
  })
}

const reportOf = (kind: number) =>
  reference.poseLossReport(
    reference.poseLoss(numbersOf(pred), numbersOf(goal), counted, { ...shape, kind }),
    counted,
    weights,
    shares,
    numbersOf(medianError)[0]!,
    shape,
  )
const gradOf = (kind: number, weighted = weights) =>
  reference.poseLossGrad(numbersOf(pred), numbersOf(goal), counted, weighted, shares, { ...shape, kind })

describe('poseLoss', () => {
  it.each(['mse', 'l1'] as const)('reports and starts the way back as the reference does: %s', async (name) => {
    const kind = name === 'mse' ? 0 : 1
    const ran = await posed({ kind: name })
    expectNear(ran, 'report', reportOf(kind))
    expectNear(ran, 'd pred', gradOf(kind))
  })

  it('records no gradient where nobody wants it', async () => {
    for (const options of [{ wanted: [] }, { wanted: [], mode: 'inference' as const }, { wanted: [], mode: 'f16' as const }]) {
      const ran = await posed(options)
      expectNear(ran, 'report', reportOf(0))
      expect(ran.forward).toEqual(['pose_loss', 'pose_loss_report'])
    }
  })

  it('multiplies its shares by the loss scale for the gradient, not for the report', async () => {
    const ran = await posed({ mode: 'f16' })
    expectNear(ran, 'report', reportOf(0))
    expectNear(
      ran,
      'd pred',
      gradOf(0).map((v) => v * SCALE),
    )
  })

  it('weighs samples by their rewards, in the report even where nobody learns from them', async () => {
    const reward = { kind: 'regression', intensity: 2 } as const
    const want = rewardWeights(reportOf(0), { batch, kind: 0, intensity: 2, spread: 1 })
    const ran = await posed({ reward })
    expectNear(ran, 'report', want.report)
    expectNear(ran, 'd pred', gradOf(0, want.weight))
    const unlearned = await posed({ reward, wanted: [] })
    expect(unlearned.out.report).toEqual(ran.out.report)
    expect(unlearned.forward).not.toContain('pose_loss_grad')
  })
})

describe('crossEntropy', () => {
  const logits = given(6, 4, 8)
  const classes = ids([4], 2, 6, 0, 3)
  const coefficient = positive(7, 4)
  const options = { classes: 7, ignored: 0, smoothing: Math.fround(0.1) }
  const sizes = { rows: 4, stride: 8, ...options, kind: 0 }
  const goals = classes.data as Uint32Array
  const result = crossEntropyReference.crossEntropy(numbersOf(logits), goals, sizes)
  const grad = crossEntropyReference.crossEntropyGrad(numbersOf(logits), goals, result, numbersOf(coefficient), sizes)
  const judged = (wanted: readonly string[], mode: 'training' | 'f16' | 'inference' = 'training') =>
    through({
      inputs: { logits, classes, coefficient },
      wanted,
      mode,
      record: (g, i) => ({ result: crossEntropy(g, i.logits!, { goal: i.classes!, coefficient: i.coefficient! }, options) }),
    })

  it('reports and starts the way back as the reference does', async () => {
    const ran = await judged(['logits'])
    expectNear(ran, 'result', result)
    expectNear(ran, 'd logits', grad)
    const scaled = await judged(['logits'], 'f16')
    expectNear(scaled, 'result', result)
    expectNear(
      scaled,
      'd logits',
      grad.map((v) => v * SCALE),
    )
  })

  it('smooths as JoeyNMT does where asked, and refuses what has no such smoothing', async () => {
    const joeyed = (changed: Partial<typeof options> = {}) =>
      through({
        inputs: { logits, classes, coefficient },
        wanted: ['logits'],
        record: (g, i) => ({
          result: crossEntropy(
            g,
            i.logits!,
            { goal: i.classes!, coefficient: i.coefficient! },
            { ...options, ...changed, smoothingKind: 'joey' },
          ),
        }),
      })
    const joey = { ...sizes, kind: 1 }
    const want = crossEntropyReference.crossEntropy(numbersOf(logits), goals, joey)
    const ran = await joeyed()
    expectNear(ran, 'result', want)
    expectNear(ran, 'd logits', crossEntropyReference.crossEntropyGrad(numbersOf(logits), goals, want, numbersOf(coefficient), joey))
    const who = "JoeyNMT's label smoothing"
    await expect(joeyed({ ignored: 7 })).rejects.toThrow(`${who}: wanted at least 3 classes, padding among them, got 7 with padding 7`)
    await expect(joeyed({ classes: 2 })).rejects.toThrow(`${who}: wanted at least 3 classes, padding among them, got 2 with padding 0`)
    await expect(joeyed({ smoothing: 1 })).rejects.toThrow(`${who}: wanted a smoothing of 0 to below 1, got 1`)
  })

  it('records no gradient where nobody wants it', async () => {
    for (const mode of ['training', 'f16', 'inference'] as const) {
      const ran = await judged([], mode)
      expectNear(ran, 'result', result)
      expect(ran.forward).toEqual(['cross_entropy'])
    }
  })
})
