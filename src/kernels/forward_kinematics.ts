import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Places 50 joints a frame: position[child] = position[parent] + boneLength·unit(pose[child]), the root where pose[0] says.
 * pose, position: [50, frames, 4], the fourth number unused; boneLength: [clips, 25];
 * frameClip: u32 [frames], `clips` or more for padding; clips: u32 [clips, 2] = (first frame, frames), 0 frames for a clip that rests.
 * Resting clips and padding stay as they are.
 */
export const forwardKinematics = defineKernel({
  name: 'forward_kinematics',
  buffers: { pose: 'read', boneLength: 'read', frameClip: 'read', clips: 'read', position: 'update' },
  params: { frames: 'u32', clips: 'u32' },
  workgroups: ({ frames }) => lanes(frames, 64),
  // Per bone: the norm, a quotient, three products and three sums. One vec4 in and one out a joint.
  cost: ({ frames, clips }) => ({ flops: frames * 49 * 13, bytes: frames * (50 * 32 + 4) + clips * 108 }),
})
