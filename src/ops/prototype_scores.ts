import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { columnSum } from '../kernels/column_sum.js'
import {
  prototypeScoresClasses,
  prototypeScoresGrad,
  prototypeScores as prototypeScoresKernel,
  prototypeScoresMap,
} from '../kernels/prototype_scores.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'

export interface PrototypeScores {
  /** `[B, stride]`: from 0 to 1, how sure it is that the clip shows each class; 0 in padding columns. */
  readonly scores: Tensor
  /** Records where in time each class was found, [B, T, stride]: its sum over time is the scores; 0 at padding. Nothing goes back through it. */
  readonly map: () => Tensor
}

export interface PrototypeInputs {
  /** u32 [B] */
  readonly lengths: Tensor
  /** `[2]`: of the softmax over classes, and of that over time; each acts as the nearest number from 0.01 to 1. */
  readonly temperatures: Parameter
  /** Columns that count. */
  readonly classes: number
}

/** Of the cosines s [B, T, stride] of tokens with prototypes: Σ over time of a softmax over the classes times one over the clip's tokens. */
export function prototypeScores(g: Graph, s: Tensor, { lengths, temperatures, classes }: PrototypeInputs): PrototypeScores {
  const [batch, length, stride] = s.shape as [number, number, number]
  if (!(classes >= 1 && classes <= stride)) throw bug(s.name, `wanted from 1 to ${stride} classes, got ${classes}`)
  const params = { batch, length, classes, stride }
  const given = { s, temperatures: f32Value(temperatures) }
  const overClasses = g.tensor('over classes', [batch, length, 2])
  const [scores, overTime] = [g.tensor('scores', [batch, stride]), g.tensor('over time', [batch, 2, stride])]
  g.recorder.run(prototypeScoresClasses, { ...given, lengths, overClasses }, params)
  g.recorder.run(prototypeScoresKernel, { ...given, lengths, overClasses, p: scores, overTime }, params)
  g.onBackward(scores, [s, temperatures], (dp) => {
    const dTemperature = g.tensor('d temperatures', [batch * length, 4])
    const record = (ds: Tensor) =>
      g.recorder.run(prototypeScoresGrad, { ...given, overClasses, overTime, p: scores, dp, ds, dTemperature }, params)
    // One kernel makes both gradients, wanted or not.
    if (g.requiresGrad(s)) g.addGrad(s, record)
    else record(g.tensor('ds', s.shape))
    if (g.requiresGrad(temperatures))
      g.recorder.run(columnSum, { x: dTemperature, sum: g.gradOf(temperatures) }, { rows: batch * length, cols: 4 })
  })
  return {
    scores,
    map: () => {
      const map = g.tensor('map', s.shape)
      g.recorder.run(prototypeScoresMap, { ...given, overClasses, overTime, map }, params)
      return map
    },
  }
}
