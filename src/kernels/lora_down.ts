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
 * The narrow product of low-rank adapters: h [rows, parts·rank] = scale · drop(x [rows, width]) · aᵀ, a [parts·rank, width]. The parts are
 * adapters of one input, each dropping what `dropout` drops with the stream `stream` + its number; nothing at rate 0. seed u32 [4]; width and
 * rank multiples of 4.
 */
export const loraDown = defineKernel({
  name: 'lora_down',
  buffers: { x: 'read', a: 'read', seed: 'read', h: 'write' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32', scale: 'f32', stream: 'u32', rate: 'f32' },
  workgroups: ({ rows, rank, parts }) => lanes((Math.ceil(rows / ROWS) * parts * rank) / 4, 8),
  variants: [{ ...workgroupLora, shader: 'lora_down_workgroup' }],
  cost: (size) => ({ flops: flopsOf(size), bytes: bytesOf(size) }),
})

/** dx [rows, width] = the sum over parts of drop(dh · a), onto what dx holds when accumulate is 1. dh [rows, parts·rank] */
export const loraDownGrad = defineKernel({
  name: 'lora_down_grad',
  buffers: { dh: 'read', a: 'read', seed: 'read', dx: 'write' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32', stream: 'u32', rate: 'f32', accumulate: 'u32' },
  workgroups: ({ rows, width }) => lanes((Math.ceil(rows / ROWS) * width) / 4, 64),
  cost: ({ accumulate, ...size }) => ({ flops: flopsOf(size), bytes: bytesOf(size) + 4 * accumulate * size.rows * size.width }),
})

/** da [parts·rank, width] += dhᵀ · drop(x) */
export const loraDownWeightGrad = defineKernel({
  name: 'lora_down_weight_grad',
  buffers: { dh: 'read', x: 'read', seed: 'read', da: 'update' },
  params: { rows: 'u32', width: 'u32', rank: 'u32', parts: 'u32', stream: 'u32', rate: 'f32' },
  workgroups: ({ width, rank, parts }) => lanes((width * parts * rank) / 16, 16),
  cost: (size) => ({ flops: flopsOf(size), bytes: bytesOf(size) + 4 * size.parts * size.rank * size.width }),
})

const flopsOf = ({ rows, width, rank, parts }: LoraSize): number => 2 * rows * width * rank * parts

const bytesOf = ({ rows, width, rank, parts }: LoraSize): number => 4 * (rows * width + parts * rank * (rows + width))
