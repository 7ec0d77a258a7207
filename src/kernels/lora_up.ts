import { defineKernel, lanes } from '../device/kernel.js'
import { workgroupLora } from './reductions.js'

/** Neighbouring rows that a lane takes. */
const ROWS = 4

interface LoraSize {
  readonly rows: number
  readonly width: number
  readonly rank: number
  readonly parts: number
}

/**
 * What low-rank adapters add: y [rows, parts·width] = residual + drop(base + h · bᵀ), each part's rank columns of h [rows, parts·rank] with its own
 * rows of b [parts·width, rank]. residual is read when hasResidual; it drops what `dropout` drops with the same stream, nothing at rate 0.
 * seed u32 [4]; width and rank multiples of 4.
 */
export const loraUp = defineKernel({
  name: 'lora_up',
  buffers: { h: 'read', b: 'read', base: 'read', residual: 'read', seed: 'read', y: 'write' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32', hasResidual: 'u32', stream: 'u32', rate: 'f32' },
  workgroups: ({ rows, width, parts }) => lanes((Math.ceil(rows / ROWS) * parts * width) / 4, 64),
  cost: ({ hasResidual, ...size }) => ({
    flops: flopsOf(size),
    bytes: bytesOf(size) + 4 * (1 + hasResidual) * size.rows * size.parts * size.width,
  }),
})

/** dh [rows, parts·rank] = scale · dy · b, part by part. dy [rows, parts·width] */
export const loraUpGrad = defineKernel({
  name: 'lora_up_grad',
  buffers: { dy: 'read', b: 'read', dh: 'write' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32', scale: 'f32' },
  workgroups: ({ rows, rank, parts }) => lanes((Math.ceil(rows / ROWS) * parts * rank) / 4, 8),
  variants: [{ ...workgroupLora, shader: 'lora_up_grad_workgroup' }],
  cost: (size) => ({ flops: flopsOf(size), bytes: bytesOf(size) }),
})

/** db [parts·width, rank] += dyᵀ · h, part by part */
export const loraUpWeightGrad = defineKernel({
  name: 'lora_up_weight_grad',
  buffers: { dy: 'read', h: 'read', db: 'update' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32' },
  workgroups: ({ width, rank, parts }) => lanes((width * parts * rank) / 16, 16),
  cost: (size) => ({ flops: flopsOf(size), bytes: bytesOf(size) + 4 * size.parts * size.rank * size.width }),
})

const flopsOf = ({ rows, width, rank, parts }: LoraSize): number => 2 * rows * width * rank * parts

const bytesOf = ({ rows, width, rank, parts }: LoraSize): number => 4 * parts * (rows * (width + rank) + width * rank)
