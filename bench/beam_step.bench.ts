import { beamStep, MOST_BEAMS } from '../src/kernels/beam_step.js'
import { workload } from './workload.js'

// Eight prompts decoded together into PHOENIX's glosses, with room for more tokens than a submission has runs: a full sample would do nothing.
const [batch, classes, stride, capacity] = [8, 1089, 1092, 300]

export default [5, MOST_BEAMS].map((beams) =>
  workload(
    beamStep,
    `glosses, ${beams} beams`,
    { batch, beams, classes, stride, capacity, end: classes },
    {
      logits: batch * beams * stride,
      scores: new Float32Array(batch * beams),
      finished: new Uint32Array(batch * beams),
      input: new Uint32Array(batch * beams),
      parent: batch * beams,
      trail: new Uint32Array(2 * batch * capacity * beams),
      lengths: new Uint32Array(batch * beams),
      done: new Uint32Array(batch),
    },
  ),
)
