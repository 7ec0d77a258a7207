import { defineKernel } from '../device/kernel.js'
import { stateLanes } from './ctc_states.js'

/**
 * The most likely CTC alignment of each sample's labels. logits [batch, frames, stride]; top [batch, frames] from ctcLogSum; labels u32
 * [batch, labelRoom], at most 512; labelLengths, lengths u32 [batch]; best [batch, frames, 2·labelRoom + 1] is scratch; path u32 [batch, frames],
 * the state of each frame: 2i + 1 for label i, even for a blank, NO_STATE past a length and where there is no alignment; report [batch, 2] of
 * (log-probability of that alignment, 1), or (0, 0) where there is none. The shader tells which of equally likely alignments it takes.
 */
export const ctcAlign = defineKernel({
  name: 'ctc_align',
  buffers: {
    logits: 'read',
    top: 'read',
    labels: 'read',
    labelLengths: 'read',
    lengths: 'read',
    best: 'write',
    path: 'write',
    report: 'write',
  },
  params: { batch: 'u32', frames: 'u32', labelRoom: 'u32', classes: 'u32', stride: 'u32', blank: 'u32' },
  ...stateLanes,
  workgroups: ({ batch }) => [batch],
  cost: ({ batch, frames, labelRoom }) => {
    const states = batch * frames * (2 * labelRoom + 1)
    return { flops: 6 * states, bytes: 4 * (2 * states + batch * (2 * frames + labelRoom + 4)) }
  },
})

/** What stands in a path where there is no state. */
export const NO_STATE = 0xffffffff
