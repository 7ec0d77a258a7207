import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

const params = { batch: 'u32', length: 'u32', classes: 'u32', stride: 'u32' } as const
interface Shape {
  readonly batch: number
  readonly length: number
  readonly stride: number
}

/** A subgroup a row, a row being a token. */
const tokenRows = (file: string) => ({
  ...subgroupRows,
  shader: `${file}_subgroup`,
  text: { file, takes: ['subgroup'] } as const,
  workgroups: ({ batch, length }: Shape, _: unknown, { ROWS }: Readonly<Record<string, number>>) => lanes(batch * length, ROWS!),
})

/**
 * What the softmax over classes of each token is made with: overClasses = (highest cosine, sum of exponentials) [batch, length, 2], (0, 0) at
 * padding. s [batch, length, stride], stride a multiple of 4, of cosines with `classes` prototypes; temperatures [4], of the classes and of time,
 * taken as the nearest number from 0.01 to 1; lengths u32 [batch].
 */
export const prototypeScoresClasses = defineKernel({
  name: 'prototype_scores_classes',
  buffers: { s: 'read', temperatures: 'read', lengths: 'read', overClasses: 'write' },
  params,
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  variants: [tokenRows('prototype_scores_classes')],
  // An exponential counts as eight, here and below; as if no clip were padded.
  cost: ({ batch, length, classes, stride }) => ({
    flops: 12 * batch * length * classes,
    bytes: 4 * batch * length * (stride + 2),
  }),
})

/**
 * p = Σ_t softmax over classes · softmax over time [batch, stride], 0 in padding columns; overTime = rows (highest cosine, sum of exponentials)
 * [batch, 2, stride], what the softmax over time is made with. s, temperatures, lengths and overClasses as in prototypeScoresClasses.
 */
export const prototypeScores = defineKernel({
  name: 'prototype_scores',
  buffers: { s: 'read', temperatures: 'read', lengths: 'read', overClasses: 'read', p: 'write', overTime: 'write' },
  params,
  workgroups: ({ batch, stride }) => lanes((batch * stride) / 4, 64),
  cost: ({ batch, length, classes, stride }) => ({
    flops: 25 * batch * length * classes,
    bytes: 4 * batch * (length * (stride + 2) + 3 * stride),
  }),
})

/** Where in time each class was found: map [batch, length, stride], whose sum over time is p; exactly 0 at padding. */
export const prototypeScoresMap = defineKernel({
  name: 'prototype_scores_map',
  buffers: { s: 'read', temperatures: 'read', overClasses: 'read', overTime: 'read', map: 'write' },
  params,
  workgroups: ({ batch, length, stride }) => lanes((batch * length * stride) / 4, 256),
  cost: ({ batch, length, stride }) => ({
    flops: 23 * batch * length * stride,
    bytes: 4 * batch * (length * (2 * stride + 2) + 2 * stride),
  }),
})

/**
 * The gradients of prototypeScores: ds at the cosines, exactly 0 at padding, and dTemperature [batch · length, 4], whose sum over rows is the
 * gradient at the temperatures; exactly 0 for one that is held at 0.01 or 1. dp [batch, stride]: the gradient at p.
 */
export const prototypeScoresGrad = defineKernel({
  name: 'prototype_scores_grad',
  buffers: {
    s: 'read',
    temperatures: 'read',
    overClasses: 'read',
    overTime: 'read',
    p: 'read',
    dp: 'read',
    ds: 'write',
    dTemperature: 'write',
  },
  params,
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  variants: [tokenRows('prototype_scores_grad')],
  cost: ({ batch, length, classes, stride }) => ({
    flops: 60 * batch * length * classes,
    bytes: 4 * batch * (length * (2 * stride + 6) + 4 * stride),
  }),
})
