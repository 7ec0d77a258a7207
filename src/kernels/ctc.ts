import { defineKernel, lanes } from '../device/kernel.js'
import { stateLanes } from './ctc_states.js'
import { subgroupRows } from './reductions.js'

const params = { batch: 'u32', frames: 'u32', labelRoom: 'u32', classes: 'u32', stride: 'u32', blank: 'u32' } as const

interface Frames {
  readonly batch: number
  readonly frames: number
}

/** The variant in which a subgroup owns a frame. */
const frameVariant = (file: string) => ({
  ...subgroupRows,
  shader: `${file}_subgroup`,
  text: { file, takes: ['subgroup'] } as const,
  workgroups: (
    { batch, frames }: Frames,
    traits: Parameters<typeof subgroupRows.workgroups>[1],
    constants: Readonly<Record<string, number>>,
  ) => subgroupRows.workgroups({ rows: batch * frames }, traits, constants),
})

/**
 * top[b,t] = the logSumExp of a frame's first `classes` logits, 0 past a length. logits [batch, frames, stride], stride a multiple of 4, whose
 * padding may hold anything; lengths u32 [batch]; top [batch, frames].
 */
export const ctcLogSum = defineKernel({
  name: 'ctc_log_sum',
  buffers: { logits: 'read', lengths: 'read', top: 'write' },
  params,
  workgroups: ({ batch, frames }) => lanes(batch * frames, 64),
  variants: [frameVariant('ctc_log_sum')],
  // An exponential counts as eight.
  cost: ({ batch, frames, classes }) => ({ flops: 10 * batch * frames * classes, bytes: 4 * batch * frames * (classes + 1) }),
})

/**
 * CTC, the samples' losses and what their gradients are made of. logits [batch, frames, stride]; top [batch, frames] from ctcLogSum; labels u32
 * [batch, labelRoom], at most 512, none of them the blank; labelLengths, lengths u32 [batch]; paths [ways, batch, frames, 2·labelRoom + 1], of α and,
 * where ways is 2, β; report [batch, 2] of (loss, 1), or (0, 0) where there is no alignment; owners u32 [batch, labelRoom, 2], for ctcGradLabels.
 */
export const ctc = defineKernel({
  name: 'ctc',
  buffers: {
    logits: 'read',
    top: 'read',
    labels: 'read',
    labelLengths: 'read',
    lengths: 'read',
    paths: 'write',
    report: 'write',
    owners: 'write',
  },
  params: { ...params, ways: 'u32' },
  ...stateLanes,
  workgroups: ({ batch, ways }) => [batch, ways],
  cost: ({ batch, frames, labelRoom, ways }) => {
    const states = ways * batch * frames * (2 * labelRoom + 1)
    return { flops: 40 * states, bytes: 4 * (2 * states + batch * (frames + 3 * labelRoom + 4)) }
  },
})

/**
 * The part of the gradient at the logits that is softmax: dlogits = coefficient · softmax; exactly 0 in padding, past a length and in samples
 * without an alignment. logits, dlogits [batch, frames, stride]; top from ctcLogSum; lengths u32 [batch]; report from ctc; coefficient [batch].
 */
export const ctcGrad = defineKernel({
  name: 'ctc_grad',
  buffers: { logits: 'read', top: 'read', lengths: 'read', report: 'read', coefficient: 'read', dlogits: 'write' },
  params,
  workgroups: ({ batch, frames, stride }) => lanes((batch * frames * stride) / 4, 256),
  cost: ({ batch, frames, stride }) => ({ flops: 10 * batch * frames * stride, bytes: 4 * batch * (frames * (2 * stride + 1) + 4) }),
})

/**
 * Takes from dlogits of ctcGrad the share of all alignments that puts each class out, which makes it the gradient. paths, with ways 2, and owners
 * from ctc; the others as for ctcGrad.
 */
export const ctcGradLabels = defineKernel({
  name: 'ctc_grad_labels',
  buffers: { paths: 'read', owners: 'read', lengths: 'read', report: 'read', coefficient: 'read', dlogits: 'update' },
  params,
  workgroups: ({ batch, frames }) => lanes(batch * frames, 64),
  variants: [frameVariant('ctc_grad_labels')],
  // As if no label occurred twice.
  cost: ({ batch, frames, labelRoom }) => {
    const states = batch * frames * (2 * labelRoom + 1)
    return { flops: 18 * states, bytes: 4 * (3 * states + 2 * batch * (labelRoom + 2)) }
  },
})
