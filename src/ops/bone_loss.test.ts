import { describe, expect, it } from 'vitest'
import { bones } from '../motion/skeleton.js'
import * as reference from '../reference/bone_loss.js'
import { poseLossGrad } from '../reference/pose_loss.js'
import { boneLoss } from './bone_loss.js'
import { expectNear, given, ids, numbersOf, sum, through } from './graph.testing.js'
import { poseLoss } from './pose_loss.js'

const [batch, length, stride, numbers] = [2, 3, 152, 151]
const [pred, goal] = [given(1, batch, length, stride), given(2, batch, length, stride)]
const frames = ids([batch], 3, 2)
const [weight, coefficient, medianError] = [given(3, batch), given(4, batch), given(5, 1)]
const units = given(6, 2, stride)
const inputs = { pred, goal, frames, weight, coefficient, medianError, units }
const weights = { bones: 0.5, velocity: 2 }

const counted = frames.data as Uint32Array
const shape = { batch, length, stride, bones: 0.5 * numbers, velocity: 2 * numbers }
const motion = { pred: numbersOf(pred), goal: numbersOf(goal), units: numbersOf(units), frames: counted }
const rowSums = reference.boneLoss(motion, shape, bones)
const report = reference.boneLossReport(rowSums, counted, numbersOf(weight), numbersOf(coefficient), length)
const grad = reference.boneLossGrad(motion, numbersOf(weight), numbersOf(coefficient), shape, bones)

const run = (options: { wanted?: readonly string[]; mode?: 'training' | 'f16' | 'inference'; besideJoints?: boolean } = {}) => {
  const { wanted = ['pred'], mode = 'training', besideJoints = false } = options
  return through({
    inputs,
    wanted,
    mode,
    record: (g, i) => {
      const fed = i as unknown as Parameters<typeof poseLoss>[2] & Parameters<typeof boneLoss>[2]
      if (besideJoints) poseLoss(g, i.pred!, fed, { numbers, coords: numbers - 1, kind: 'mse' })
      return { report: boneLoss(g, i.pred!, fed, { numbers, ...weights }) }
    },
  })
}

describe('boneLoss', () => {
  it('reports and starts the way back as the reference does', async () => {
    const ran = await run()
    expectNear(ran, 'report', report)
    expectNear(ran, 'd pred', grad)
  })

  it('adds its gradient onto that of the joints, without a dispatch of its own', async () => {
    const ran = await run({ besideJoints: true })
    const ofJoints = poseLossGrad(motion.pred, motion.goal, counted, numbersOf(weight), numbersOf(coefficient), {
      ...shape,
      numbers,
      kind: 0,
    })
    expectNear(ran, 'd pred', sum(grad, ofJoints))
    expect(ran.forward).toEqual(['pose_loss', 'pose_loss_report', 'pose_loss_grad', 'bone_loss', 'bone_loss_report', 'bone_loss_grad'])
  })

  it('records no gradient where nobody wants it', async () => {
    for (const mode of ['training', 'f16', 'inference'] as const) {
      const ran = await run({ wanted: [], mode })
      expectNear(ran, 'report', report)
      expect(ran.forward).toEqual(['bone_loss', 'bone_loss_report'])
    }
  })

  it('multiplies its shares by the loss scale for the gradient, not for the report', async () => {
    const ran = await run({ mode: 'f16' })
    expectNear(ran, 'report', report)
    expectNear(
      ran,
      'd pred',
      grad.map((v) => v * 2 ** 16),
    )
  })
})
