import { defineKernel, lanes } from '../device/kernel.js'

/**
 * The first guess of a pose: every bone aimed at its joint in the picture, its missing length put into depth.
 * target2d: [50, frames, 4] = (x, y, confidence, unused); root: [frames, 4]; boneLength: [clips, 25];
 * frameClip: u32 [frames], `clips` or more for padding, which stays as it is; pose: [50, frames, 4], the root, then unit directions.
 */
export const liftStart = defineKernel({
  name: 'lift_start',
  buffers: { target2d: 'read', root: 'read', boneLength: 'read', frameClip: 'read', pose: 'update' },
  params: { frames: 'u32', clips: 'u32' },
  workgroups: ({ frames }) => lanes(frames, 64),
  cost: ({ frames, clips }) => ({ flops: frames * 49 * 24, bytes: frames * (50 * 32 + 20) + clips * 100 }),
})
