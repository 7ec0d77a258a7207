// What this adapter can do at most, measured by kernels that do nothing else: memory in each pattern, and multiply-add in registers.

import type { Gpu } from '../device/gpu.js'
import type { Cost } from '../device/kernel.js'
import { Program, Recorder } from '../device/program.js'
import { type CeilingKernel, memoryKernels, multiplyAdd, WHOLE } from './ceiling_kernels.js'
import { sampleSubmissions } from './timing.js'
import { PATTERNS, type Pattern, type Traffic } from './traffic.js'

export interface Ceilings {
  /** Bytes read and written, a second, in GB; what is changed in place counts twice. */
  readonly gigabytes: Readonly<Record<Traffic, number>>
  /** Multiplies and adds a second, in GFLOP. */
  readonly gigaflops: number
}

/** What some work comes up against. */
export interface Work extends Cost {
  readonly traffic: Traffic
}

const MIB = 2 ** 20
/** Bytes of all arrays together: what some caches hold, and what hardly any does. A software driver need not move as much to show its pace. */
const sizes = ({ software }: Gpu) => (software ? { cached: 4 * MIB, memory: 32 * MIB } : { cached: 16 * MIB, memory: 256 * MIB })
/** Short, for many fall between what others use a CPU for. A GPU's submissions must be longer than the wait for them. */
const milliseconds = ({ software }: Gpu) => (software ? 15 : 40)
/** All variants are tried on the small arrays; so many, the best of them, go on. */
const FINALISTS = 2
const ROUNDS = 2
const SAMPLES = 4

/** What touches fewer bytes goes by the ceilings of what caches hold. Half of what was measured, where caches hold half at most. */
export const largeBytes = (gpu: Gpu): number => sizes(gpu).memory / 2

/** Measures all, at the best of several submissions and of several variants: a ceiling is what can be reached. */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  const { cached, memory } = sizes(gpu)
  const small = await bestOf(gpu, memoryKernels, cached, 1)
  const finalists = record((pattern) => small[pattern].slice(0, FINALISTS).map(({ kernel }) => kernel))
  const again = await bestOf(gpu, finalists, cached, 1)
  const large = await bestOf(gpu, finalists, memory, ROUNDS)
  const gigabytes = record((pattern) => large[pattern][0]!.pace)
  // The smaller the arrays, the more weighs their start; what caches hold can still come from memory.
  const near = record((pattern) => Math.max(small[pattern][0]!.pace, again[pattern][0]!.pace, gigabytes[pattern]))
  const worked = 16 * (gpu.software ? 2 ** 14 : 2 ** 21)
  const { flops, ms } = await measure(gpu, multiplyAdd, worked, 3 * SAMPLES)
  const cachedNames = Object.fromEntries(PATTERNS.map((pattern) => [`cached ${pattern}`, near[pattern]]))
  return { gigabytes: { ...gigabytes, ...cachedNames } as Ceilings['gigabytes'], gigaflops: flops / ms / 1e6 }
}

/** The higher of two measurements, each for itself. */
export function higher(a: Ceilings, b: Ceilings): Ceilings {
  const names = Object.keys(a.gigabytes) as Traffic[]
  const gigabytes = Object.fromEntries(names.map((name) => [name, Math.max(a.gigabytes[name], b.gigabytes[name])]))
  return { gigabytes: gigabytes as Ceilings['gigabytes'], gigaflops: Math.max(a.gigaflops, b.gigaflops) }
}

/** These, with the one that some work comes up against measured once more, beside that work: machines that others use have good moments. */
export async function measureAgain(gpu: Gpu, ceilings: Ceilings, traffic: Traffic): Promise<Ceilings> {
  const cached = traffic.startsWith('cached ')
  const pattern = traffic.replace('cached ', '') as Pattern
  const variants = record((one) => (one === pattern ? memoryKernels[one] : []))
  const [best] = (await bestOf(gpu, variants, cached ? sizes(gpu).cached : sizes(gpu).memory, 1))[pattern]
  // What comes from memory at some pace does so from a cache.
  const names: readonly Traffic[] = cached ? [traffic] : [traffic, `cached ${pattern}`]
  const paces = names.map((name) => [name, Math.max(ceilings.gigabytes[name], best!.pace)])
  return { ...ceilings, gigabytes: { ...ceilings.gigabytes, ...Object.fromEntries(paces) } }
}

/** Which ceiling is the nearer one, and the least time that such work can take under it here, in milliseconds. */
export function floorOf({ flops, bytes, traffic }: Work, { gigabytes, gigaflops }: Ceilings): { ceiling: string; ms: number } {
  const [moving, counting] = [bytes / gigabytes[traffic] / 1e6, flops / gigaflops / 1e6]
  return moving >= counting ? { ceiling: traffic, ms: moving } : { ceiling: 'multiply-add', ms: counting }
}

/** The ceilings in a line. */
export function formatCeilings({ gigabytes, gigaflops }: Ceilings): string {
  const memory = PATTERNS.map(
    (pattern) => `${pattern} ${gigabytes[pattern].toFixed(1)} (cached ${gigabytes[`cached ${pattern}`].toFixed(1)})`,
  )
  return `${memory.join(', ')} GB/s; multiply-add ${gigaflops.toFixed(1)} GFLOP/s`
}

interface Measured {
  readonly kernel: CeilingKernel
  /** GB a second. */
  readonly pace: number
}

/** Each pattern's variants, the fastest first. In rounds over all of them, so that the machine's moods fall on all patterns alike. */
async function bestOf(
  gpu: Gpu,
  variants: Record<Pattern, readonly CeilingKernel[]>,
  size: number,
  rounds: number,
): Promise<Record<Pattern, Measured[]>> {
  const paces = new Map<CeilingKernel, number>()
  for (let round = 0; round < rounds; round++) {
    for (const kernel of PATTERNS.flatMap((pattern) => variants[pattern])) {
      const { bytes, ms } = await measure(gpu, kernel, arrayBytes(gpu, kernel, size), SAMPLES)
      paces.set(kernel, Math.max(paces.get(kernel) ?? 0, bytes / ms / 1e6))
    }
  }
  return record((pattern) => variants[pattern].map((kernel) => ({ kernel, pace: paces.get(kernel)! })).sort((a, b) => b.pace - a.pace))
}

const record = <T>(of: (pattern: Pattern) => T) =>
  Object.fromEntries(PATTERNS.map((pattern) => [pattern, of(pattern)])) as Record<Pattern, T>

/** What each array takes, where all that a kernel goes through come to `size`; a reader's output is next to nothing. */
function arrayBytes({ device }: Gpu, { name, buffers }: CeilingKernel, size: number): number {
  const arrays = name === 'ceilings/read' ? 1 : Object.keys(buffers).length
  return Math.floor(Math.min(size / arrays, device.limits.maxStorageBufferBindingSize) / WHOLE) * WHOLE
}

async function measure(gpu: Gpu, kernel: CeilingKernel, bytes: number, samples: number): Promise<Cost & { ms: number }> {
  const recorder = new Recorder()
  const tensors = Object.fromEntries(Object.keys(kernel.buffers).map((name) => [name, recorder.feed(name, [bytes / 4])]))
  recorder.run(kernel, tensors, { n: bytes / 4 })
  const program = await Program.build(gpu, recorder)
  try {
    const { best } = await sampleSubmissions(gpu, (times) => program.run({ times }), { samples, milliseconds: milliseconds(gpu) })
    return { ...kernel.cost({ n: bytes / 4 }), ms: best }
  } finally {
    program.destroy()
  }
}
