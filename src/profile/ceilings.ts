// What this adapter can do at most, measured by two kernels that do nothing else: copy, and multiply-add in registers.

import type { Gpu } from '../device/gpu.js'
import { type Cost, defineKernel, type Kernel, lanes } from '../device/kernel.js'
import { Program, Recorder } from '../device/program.js'
import { sampleSubmissions } from './timing.js'

export interface Ceilings {
  /** Bytes read and written, a second, in GB. */
  readonly gigabytes: number
  /** Multiplies and adds a second, in GFLOP. */
  readonly gigaflops: number
}

const SIZE = { bytes: 'u32' } as const
const WORKGROUP = 64
const FLOPS_A_LANE = 16 * 1024
/** Many and short: on a CPU that others use too, some fall between them. A GPU's submissions must be longer than the wait for them. */
const sampling = (gpu: Gpu) => (gpu.software ? { samples: 15, milliseconds: 15 } : { samples: 7, milliseconds: 60 })

/** y = x, both of so many bytes, a multiple of 16; each of a workgroup's lanes takes `each` vectors of four. */
const copyBy = (workgroup: number, each: number) =>
  defineKernel({
    name: 'ceilings/copy',
    buffers: { x: 'read', y: 'write' },
    params: SIZE,
    workgroups: ({ bytes }) => lanes(Math.ceil(bytes / 16 / each), workgroup),
    constants: () => ({ WG: workgroup, EACH: each }),
    cost: ({ bytes }) => ({ flops: 0, bytes: 2 * bytes }),
  })
/** The plainest of them: the worst on a software driver, by more than a factor of two, and perhaps the best on a GPU. */
export const plainCopy = copyBy(WORKGROUP, 1)
const copies = [plainCopy, copyBy(WORKGROUP, 4), copyBy(WORKGROUP, 16), copyBy(8, 128)]

const multiplyAdd = defineKernel({
  name: 'ceilings/multiply_add',
  buffers: { x: 'read', y: 'write' },
  params: SIZE,
  workgroups: ({ bytes }) => lanes(bytes / 16, WORKGROUP),
  cost: ({ bytes }) => ({ flops: (FLOPS_A_LANE * bytes) / 16, bytes: 2 * bytes }),
})

/** Measures both, at the best of several submissions and of several ways to copy: a ceiling is what can be reached. */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  // Larger than any cache, smaller than any adapter's binding limit; a software driver need not move as much to show its pace.
  const copied = (gpu.software ? 32 : 128) * 2 ** 20
  const worked = 16 * (gpu.software ? 2 ** 14 : 2 ** 21)
  let gigabytes = 0
  for (const copy of copies) {
    const { bytes, ms } = await measure(gpu, copy, copied)
    gigabytes = Math.max(gigabytes, bytes / ms / 1e6)
  }
  const { flops, ms } = await measure(gpu, multiplyAdd, worked)
  return { gigabytes, gigaflops: flops / ms / 1e6 }
}

/** The least time that work of this cost can take here, in milliseconds: for its bytes or for its flops, whichever is longer. */
export function floorMs({ flops, bytes }: Cost, { gigabytes, gigaflops }: Ceilings): number {
  return Math.max(bytes / gigabytes, flops / gigaflops) / 1e6
}

async function measure(gpu: Gpu, kernel: Kernel<typeof multiplyAdd.buffers, typeof SIZE>, bytes: number): Promise<Cost & { ms: number }> {
  const recorder = new Recorder()
  const x = recorder.feed('x', [bytes / 4])
  const y = recorder.keep(recorder.tensor('y', [bytes / 4]))
  recorder.run(kernel, { x, y }, { bytes })
  const program = await Program.build(gpu, recorder)
  try {
    const { best } = await sampleSubmissions(gpu, (times) => program.run({ times }), sampling(gpu))
    return { ...kernel.cost({ bytes }), ms: best }
  } finally {
    program.destroy()
  }
}
