import { defineKernel, lanes } from '../device/kernel.js'

const params = { rows: 'u32', length: 'u32', stride: 'u32' } as const

/**
 * Frames of joints out of frames of bones, both [rows, stride], stride a multiple of 4 of at least 150: at each joint's three numbers stands
 * the direction of the bone that places it, of any length, less that of the start frame; at the neck's its position; the rest is copied.
 * place: [50, 3, 4] = (direction in the start frame, centre, scale) of each joint, the fourth numbers unused; joints come out as
 * (position - centre) / scale. boneLength: [clips, 50] by the joint that a bone places; a clip has `length` rows.
 */
export const boneJoints = defineKernel({
  name: 'bone_joints',
  buffers: { x: 'read', place: 'read', boneLength: 'read', y: 'write' },
  params,
  workgroups: ({ rows }) => lanes(rows, 32),
  // Per bone: a sum, the norm, a quotient, three products and three sums, and three differences and quotients into the model's units.
  cost: ({ rows, length, stride }) => ({ flops: rows * 49 * 22, bytes: rows * stride * 8 + (rows / length) * 200 + 2400 }),
})

/** The gradient at x of boneJoints, from that at y; all [rows, stride], the rest as there. 0 where a row of dy is 0, whatever x holds. */
export const boneJointsGrad = defineKernel({
  name: 'bone_joints_grad',
  buffers: { x: 'read', place: 'read', boneLength: 'read', dy: 'read', dx: 'write' },
  params,
  workgroups: ({ rows }) => lanes(rows, 32),
  cost: ({ rows, length, stride }) => ({ flops: rows * 49 * 31, bytes: rows * stride * 12 + (rows / length) * 200 + 2400 }),
})
