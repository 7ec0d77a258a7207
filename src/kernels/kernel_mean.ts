import { defineKernel, lanes } from '../device/kernel.js'

interface Sizes {
  readonly rows: number
  readonly others: number
  readonly width: number
  readonly widths: number
}
const flops = ({ rows, others, width, widths }: Sizes): number => rows * others * (3 * width + 5 * widths)

/**
 * sum [rows]: of each row of a [rows, width] with all of b [others, width], those of Gaussian kernels of all `sigma` [widths], weighted by shareB. Rows
 * whose share is 0 are not read. `apart` 1 leaves out the pair of a row with that of its own number.
 */
export const kernelMean = defineKernel({
  name: 'kernel_mean',
  buffers: { a: 'read', shareA: 'read', b: 'read', shareB: 'read', sigma: 'read', sum: 'write' },
  params: { rows: 'u32', others: 'u32', width: 'u32', widths: 'u32', apart: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  cost: (params) => ({ flops: flops(params), bytes: 4 * (params.rows + params.others) * params.width + 4 * params.rows }),
})

/** The gradient at a of scale · share[0] · Σ shareA · sum of a kernelMean. `accumulate` 1 adds onto da, 0 replaces it. */
export const kernelMeanGrad = defineKernel({
  name: 'kernel_mean_grad',
  buffers: { a: 'read', shareA: 'read', b: 'read', shareB: 'read', sigma: 'read', share: 'read', da: 'write' },
  params: { rows: 'u32', others: 'u32', width: 'u32', widths: 'u32', apart: 'u32', scale: 'f32', accumulate: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  cost: (params) => ({
    flops: flops(params) + 3 * params.rows * params.others * params.width,
    bytes: 4 * ((2 + params.accumulate) * params.rows + params.others) * params.width,
  }),
})
