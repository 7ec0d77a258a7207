import { type AdapterTraits, type Constants, defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

interface Shape {
  readonly batch: number
  readonly length: number
  readonly slots: number
}

const pairsOf = ({ batch, length, slots }: Shape): number => batch * length * slots

/**
 * result [batch, length, slots, 2] = (weight · loss, slope) of each pair of frames of a clip; (0, 0) where there is none. x [batch, length,
 * width], width a multiple of 4; partner u32 [batch, length, slots], a frame of the same clip, or `length` and more for none; the first
 * `positives` slots are to be close, the others apart; weight [batch, length, slots]. form 0: Euclidean distance and hinge at maxDistance;
 * form 1: L1 distance and softplus. The slope is dloss/dd, in form 0 divided by d, and 0 at d = 0.
 */
export const contrastivePairs = defineKernel({
  name: 'contrastive_pairs',
  buffers: { x: 'read', partner: 'read', weight: 'read', result: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', positives: 'u32', slots: 'u32', form: 'u32', maxDistance: 'f32' },
  workgroups: (params) => lanes(pairsOf(params), 64),
  variants: [
    {
      ...subgroupRows,
      shader: 'contrastive_pairs_subgroup',
      text: { file: 'contrastive_pairs', takes: ['subgroup'] },
      workgroups: (params: Shape, _: AdapterTraits, { ROWS }: Constants) => lanes(pairsOf(params), ROWS!),
    },
  ],
  cost: (params) => ({
    flops: 3 * pairsOf(params) * params.width,
    bytes: 4 * params.batch * params.length * params.width + 16 * pairsOf(params),
  }),
})

/**
 * The gradient at x of contrastivePairs whose weights are `share` [batch, length, slots]. x, dx [batch, length, width]; partner and result as
 * there; start u32 [batch · length + 1] and reverse u32 [batch · length · slots] list the pairs that each frame is the partner of. A frame in
 * no pair gets 0. `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const contrastivePairsGrad = defineKernel({
  name: 'contrastive_pairs_grad',
  buffers: { x: 'read', partner: 'read', result: 'read', share: 'read', start: 'read', reverse: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', slots: 'u32', form: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: (params) => ({
    flops: 6 * pairsOf(params) * params.width,
    bytes: 4 * params.batch * params.length * ((2 + params.accumulate) * params.width + 1) + 20 * pairsOf(params),
  }),
})
