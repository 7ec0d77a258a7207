import { boneJoints, boneJointsGrad } from '../src/kernels/bone_joints.js'
import { workload } from './workload.js'

// Eight clips of 152 frames, as in a step of the base model; and a frame each of as many sentences, as in generation.
const training = { rows: 8 * 152, length: 152, stride: 152 }
const [numbers, place] = [training.rows * training.stride, 600]

export default [
  workload(boneJoints, '8 clips of 152 frames', training, { x: numbers, place, boneLength: 400, y: numbers }),
  workload(boneJoints, '8 frames', { rows: 8, length: 8, stride: 152 }, { x: 8 * 152, place, boneLength: 50, y: 8 * 152 }),
  workload(boneJointsGrad, '8 clips of 152 frames', training, { x: numbers, place, boneLength: 400, dy: numbers, dx: numbers }),
]
