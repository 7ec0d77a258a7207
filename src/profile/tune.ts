// Which variant of each kernel is fastest on this adapter: every variant that runs, at every shape a run uses, measured by turns.
// A variant must give what the untuned one gives before its time counts: a driver may have a bug that only one of them meets.

import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import type { Gpu } from '../device/gpu.js'
import { type AnyKernel, type Choice, candidatesOf, pinned } from '../device/kernel.js'
import type { Region, Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import type { TaskRun } from '../train/task.js'
import { type Sampling, timed } from './timing.js'
import { runPrograms, type Use, usesOf } from './uses.js'

/** How one variant did. */
export interface Trial {
  readonly choice: Choice
  /** Milliseconds of a dispatch at its best; undefined where it failed. */
  readonly ms: number | undefined
  /** Why it was not measured. */
  readonly problem?: string
}

/** A kernel at one shape, with every variant of it tried. */
export interface TunedUse {
  readonly kernel: AnyKernel
  readonly params: Readonly<Record<string, number>>
  /** Dispatches of this shape in the step. */
  readonly uses: number
  readonly untuned: Trial
  /** The fastest; the untuned one where none is clearly faster. */
  readonly best: Trial
  /** All that were tried, the untuned one first. */
  readonly trials: readonly Trial[]
}

export interface TuneOptions {
  /** Beginnings of kernels' names; default all that have more than one variant. */
  readonly only?: readonly string[]
  /** How often each variant is timed, by turns, and how long a turn is. Default 5 times 30 ms: what disturbs one turn is not in all. */
  readonly sampling?: Sampling
  readonly signal?: AbortSignal
}

const usual: Sampling = { samples: 5, milliseconds: 30 }
/** A variant this much slower than the best of its first turn is not timed again. */
const HOPELESS = 1.5
/** What is less faster than this stays as it is untuned: a choice should not change with the weather. */
const GAIN = 0.97
/** Largest difference from the untuned variant's numbers, of the largest of them: variants differ in the order of their sums. */
const AGREEMENT = 1e-3

/**
 * Tries every variant of the kernels that a run dispatches, shape by shape. The Gpu must be opened untuned.
 * Throws ERR_USAGE where `only` names no kernel with a choice, and the signal's reason once it aborts.
 */
export async function* tune(gpu: Gpu, run: TaskRun, { only = [''], sampling = usual, signal }: TuneOptions = {}): AsyncGenerator<TunedUse> {
  const work = await runPrograms(gpu, run)
  try {
    const uses = usesOf(work.programs, only).filter((use) => candidatesOf(stepOf(use).kernel, gpu.traits).length > 1)
    if (uses.length === 0) {
      const problem = `wanted a kernel with several variants on ${gpu.label}, got '${only.join(', ')}'`
      throw new SignError('ERR_USAGE', 'tune', problem, 'Leave --only out to tune all kernels')
    }
    for (const use of uses) {
      signal?.throwIfAborted()
      yield await tuneUse(gpu, use, sampling)
    }
  } finally {
    await work.destroy()
  }
}

const stepOf = ({ program, step }: Use) => program.steps[step]!

/** Tries every variant of the kernel of one use. */
export async function tuneUse(gpu: Gpu, use: Use, { samples, milliseconds }: Sampling = usual): Promise<TunedUse> {
  const { kernel, params } = stepOf(use)
  const bench = new Bench(gpu, use, milliseconds)
  const { shader, constants } = gpu.variant(kernel, params)
  const isUntuned = (choice: Choice) =>
    choice.shader === shader && Object.entries(choice.constants).every(([name, value]) => constants[name] === value)
  const candidates = candidatesOf(kernel, gpu.traits)
  // The untuned variant first: what the others must agree with.
  const runs = await bench.prepare([...candidates.filter(isUntuned), ...candidates.filter((choice) => !isUntuned(choice))])
  try {
    for (let turn = 0; turn < samples; turn++) {
      const fastest = Math.min(...runs.map(({ ms = Infinity }) => ms))
      for (const [i, run] of runs.entries()) if (i === 0 || (run.ms ?? Infinity) < HOPELESS * fastest) await bench.time(run)
    }
  } finally {
    for (const { program } of runs) program?.destroy()
  }
  const trials = runs.map(({ choice, ms, problem }): Trial => ({ choice, ms, ...(problem === undefined ? {} : { problem }) }))
  const untuned = trials[0]!
  const fastest = trials.reduce((best, trial) => ((trial.ms ?? Infinity) < (best.ms ?? Infinity) ? trial : best))
  const best = fastest.ms! < GAIN * untuned.ms! ? fastest : untuned
  return { kernel, params, uses: use.uses, untuned, best, trials }
}

/** A variant being tried. */
interface Run {
  readonly choice: Choice
  readonly program: Program | undefined
  readonly problem: string | undefined
  /** Dispatches a submission. */
  times: number
  ms: number | undefined
}

/** One dispatch of a program, on its own buffers with noise in them. */
class Bench {
  readonly #gpu: Gpu
  readonly #kernel: AnyKernel
  readonly #params: Readonly<Record<string, number>>
  readonly #tensors: Readonly<Record<string, Tensor & { readonly region: Region }>>
  /** What is put into the buffers before each dispatch that is looked at: it may read even what it fills, to add to it. */
  readonly #contents: readonly { readonly region: Region; readonly data: Float32Array<ArrayBuffer> }[]
  readonly #milliseconds: number
  #want: readonly Float32Array[] | undefined

  constructor(gpu: Gpu, use: Use, milliseconds: number) {
    this.#milliseconds = milliseconds
    const { kernel, params, tensors } = stepOf(use)
    this.#gpu = gpu
    this.#kernel = kernel
    this.#params = params
    this.#tensors = Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, region: use.program.region(tensor) }]),
    )
    // Not negative, or the square root of a second moment were none. Ids and lengths stay as they are.
    this.#contents = Object.entries(kernel.buffers).flatMap(([name, access], i) => {
      const { region, dtype } = this.#tensors[name]!
      const random = new Random(i + 1)
      const numbers = region.bytes / 4
      const data = dtype === 'f32' ? Float32Array.from({ length: numbers }, () => random.uniform()) : new Float32Array(numbers)
      return dtype === 'f32' || access !== 'read' ? [{ region, data }] : []
    })
  }

  /** Compiles all variants, and runs each once for its result. */
  async prepare(choices: readonly Choice[]): Promise<Run[]> {
    const runs: Run[] = []
    for (const choice of choices) runs.push(await this.#prepare(choice))
    return runs
  }

  /** One more turn of a variant. */
  async time(run: Run): Promise<void> {
    const ms = (await timed(() => run.program!.run({ times: run.times }))) / run.times
    run.ms = Math.min(run.ms ?? Infinity, ms)
  }

  async #prepare(choice: Choice): Promise<Run> {
    let program: Program
    try {
      const recorder = new Recorder()
      recorder.run(pinned(this.#kernel, choice), this.#tensors, this.#params)
      program = await Program.build(this.#gpu, recorder)
    } catch (error) {
      if (!(error instanceof SignError) || !this.#want) throw error
      return { choice, program: undefined, problem: error.message, times: 0, ms: undefined }
    }
    for (const { region, data } of this.#contents) this.#gpu.device.queue.writeBuffer(region.buffer, region.offset, data)
    await program.run()
    const got = await this.#outputs()
    this.#want ??= got
    const problem = disagreement(this.#want, got)
    if (problem !== undefined) {
      program.destroy()
      return { choice, program: undefined, problem, times: 0, ms: undefined }
    }
    const once = await timed(() => program.run())
    return { choice, program, problem: undefined, times: Math.max(1, Math.min(256, Math.round(this.#milliseconds / once))), ms: once }
  }

  async #outputs(): Promise<Float32Array[]> {
    const out: Float32Array[] = []
    for (const [name, access] of Object.entries(this.#kernel.buffers)) {
      const { region, dtype } = this.#tensors[name]!
      if (access !== 'read' && dtype === 'f32') out.push(new Float32Array(await this.#gpu.read(region.buffer, region.bytes, region.offset)))
    }
    return out
  }
}

function disagreement(want: readonly Float32Array[], got: readonly Float32Array[]): string | undefined {
  for (const [i, numbers] of want.entries()) {
    const size = numbers.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0)
    const at = numbers.findIndex((value, j) => !Object.is(value, got[i]![j]) && !(Math.abs(value - got[i]![j]!) <= AGREEMENT * size))
    if (at >= 0) return `output ${i} has ${got[i]![at]} at ${at}, the default variant ${numbers[at]}`
  }
  return undefined
}
