import { elements, type Tensor } from '../device/memory.js'
import { seenGoal as seenGoalKernel } from '../kernels/seen_goal.js'
import type { Graph } from './graph.js'

/**
 * What losses compare `pred` with: `goal` where `seen` is above 0, else the prediction itself, so that it costs nothing and teaches nothing. All of one shape.
 * No gradient goes back through it.
 */
export function seenGoal(g: Graph, pred: Tensor, goal: Tensor, seen: Tensor): Tensor {
  const y = g.tensor('seen_goal', pred.shape)
  g.recorder.run(seenGoalKernel, { pred, goal, seen, y }, { n: elements(pred.shape) })
  return y
}
