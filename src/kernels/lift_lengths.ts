import { defineKernel, lanes } from '../device/kernel.js'

/**
 * One step of every clip's 25 log-lengths down the lifting objective, and its loss terms before that step.
 * lengthGrad: [27, frames] from lift_frame; clips: u32 [clips, 2] = (first frame, frames), 0 frames for a clip that rests and stays as it is;
 * logLength, boneLength: [clips, 25]; lengthMask: [clips, 25], 1 for a length that moves, 0 for one that is held; moments: [clips, 25, 2], 0 at the start;
 * report: [clips, 27] = the 25 lengths, the data term, the smoothness term.
 */
export const liftLengths = defineKernel({
  name: 'lift_lengths',
  buffers: {
    lengthGrad: 'read',
    clips: 'read',
    lengthMask: 'read',
    logLength: 'update',
    boneLength: 'update',
    moments: 'update',
    report: 'update',
  },
  params: { frames: 'u32', clips: 'u32', rule: 'u32', rate: 'f32', meanDecay: 'f32', squareDecay: 'f32', lengthCost: 'f32' },
  workgroups: ({ clips }) => lanes(27 * clips, 64),
  cost: ({ frames, clips, rule }) => ({
    flops: 27 * frames + 25 * clips * (8 + 12 * rule),
    bytes: 108 * frames + 100 * clips * (6 + 4 * rule),
  }),
})
