import { defineKernel, lanes } from '../device/kernel.js'

/** Values of the param `rule`: how a gradient becomes a step. */
export const liftRule = { descent: 0, adam: 1 } as const

/**
 * One step of every frame's root and bone directions down the lifting objective, and each frame's share of the length gradients and loss terms.
 * target2d: [50, frames, 4] = (x, y, confidence, unused); position: [50, frames, 4] from forward_kinematics; boneLength: [clips, 25];
 * frameClip: u32 [frames], `clips` or more for padding; clips: u32 [clips, 2] = (first frame, frames), 0 frames for a clip that rests;
 * pose: [50, frames, 4]; moments: [50, frames, 4], 0 at the start; lengthGrad: [27, frames]. Resting clips and padding stay as they are.
 */
export const liftFrame = defineKernel({
  name: 'lift_frame',
  buffers: {
    target2d: 'read',
    position: 'read',
    boneLength: 'read',
    frameClip: 'read',
    clips: 'read',
    pose: 'update',
    moments: 'update',
    lengthGrad: 'update',
  },
  params: { frames: 'u32', clips: 'u32', rule: 'u32', rate: 'f32', meanDecay: 'f32', squareDecay: 'f32', smoothness: 'f32' },
  workgroups: ({ frames }) => lanes(frames, 64),
  // Per joint: 27 for its own pull, 25 to turn its bone, 24 for Adam. Targets, positions and gradients once; poses and moments in and out.
  cost: ({ frames, clips, rule }) => ({
    flops: frames * 50 * (52 + 24 * rule),
    bytes: frames * (50 * 16 * (4 + 2 * rule) + 27 * 4 + 4) + clips * 108,
  }),
})
