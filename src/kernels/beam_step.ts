import { defineKernel, lanes } from '../device/kernel.js'

/** Beams a sample may have. */
export const MOST_BEAMS = 16

/**
 * One step of beam search for every sample that is not done. logits: [batch·beams, stride]; scores: [batch·beams], at first 0 for a
 * sample's first beam and at most −1e30 for the others; finished, input, parent, lengths: u32 [batch·beams]; trail: u32
 * [batch, capacity, beams, 2] of (parent, token); done: u32 [batch].
 */
export const beamStep = defineKernel({
  name: 'beam_step',
  buffers: {
    logits: 'read',
    scores: 'update',
    finished: 'update',
    input: 'update',
    parent: 'write',
    trail: 'update',
    lengths: 'update',
    done: 'update',
  },
  params: { batch: 'u32', beams: 'u32', classes: 'u32', stride: 'u32', capacity: 'u32', end: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 8),
  // The best of all candidates is looked for once a beam.
  cost: ({ batch, beams, classes }) => ({ flops: batch * beams * classes * (10 + 2 * beams), bytes: 4 * batch * beams * (classes + 9) }),
})
