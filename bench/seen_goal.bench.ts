import { seenGoal } from '../src/kernels/seen_goal.js'
import { workload } from './workload.js'

// The frames of a batch in DWPose's points: batch 8, 150 frames, 128 points in the picture and the counter.
const n = 8 * 150 * 260

export default [workload(seenGoal, 'dwpose-128 goals', { n }, { pred: n, goal: n, seen: n, y: n })]
