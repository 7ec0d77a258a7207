// A flat list of dispatches, recorded once and encoded again and again: buffers, bind groups and params are all made in advance.

import { bug } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import type { StepRange } from './dispatch_timer.js'
import { type Dispatch, makeDispatches } from './dispatches.js'
import type { Gpu } from './gpu.js'
import { bytesOf, planSlots, type Region, type SlotPlan, SlotPool, type Tensor } from './memory.js'
import { checkBuffers, checkSameGpu } from './owned_buffers.js'
import { type PendingReports, Readback } from './readback.js'
import { type Recorder, type Step, tensorNamed } from './recorder.js'

export { Recorder, type Step } from './recorder.js'

export interface RunOptions {
  /** Runs the program so often in one submission; only the last run's reports are read. */
  readonly times?: number
  /** Marks, or places among the dispatches, to run from and up to; default all of it. Reports of what was not run are those of the run before. */
  readonly from?: string | number | undefined
  readonly to?: string | number | undefined
  /** Buffers set to 0 first. */
  readonly clear?: readonly GPUBuffer[]
}

export interface EncodeOptions extends Partial<StepRange> {
  readonly timestampWrites?: GPUComputePassTimestampWrites
}

/** What a program is put together from. */
interface Parts {
  readonly plan: SlotPlan
  readonly regionOf: ReadonlyMap<Tensor, Region>
  readonly uniforms: GPUBuffer
  readonly dispatches: readonly Dispatch[]
  readonly ownPool: SlotPool | undefined
}

/** A recorded program, ready to run on one Gpu. */
export class Program implements AsyncDisposable {
  readonly steps: readonly Step[]
  readonly plan: SlotPlan
  readonly #marks: ReadonlyMap<string, number>
  readonly #gpu: Gpu
  readonly #dispatches: readonly Dispatch[]
  readonly #regionOf: ReadonlyMap<Tensor, Region>
  readonly #uniforms: GPUBuffer
  readonly #readback: Readback
  readonly #ownPool: SlotPool | undefined
  /** All that its dispatches touch. */
  readonly #buffers: ReadonlySet<GPUBuffer>
  readonly #lifetime = new Lifetime('a recorded program')

  private constructor(gpu: Gpu, recorder: Recorder, { plan, regionOf, uniforms, dispatches, ownPool }: Parts) {
    this.#gpu = gpu
    this.steps = recorder.steps
    this.#marks = recorder.marks
    this.plan = plan
    this.#dispatches = dispatches
    this.#regionOf = regionOf
    this.#uniforms = uniforms
    this.#ownPool = ownPool
    this.#buffers = new Set([...givenBuffers(recorder), ...[...regionOf.values()].map(({ buffer }) => buffer)])
    this.#readback = new Readback(
      gpu,
      recorder.reported.map((tensor) => ({ ...this.region(tensor), bytes: bytesOf(tensor) })),
    )
  }

  /**
   * Plans memory, compiles every pipeline (all at once) and makes every bind group. Slots come from `pool` where several programs share one.
   * Throws ERR_USAGE for tensors of another Gpu, ERR_DISPOSED for destroyed ones.
   */
  static async build(gpu: Gpu, recorder: Recorder, pool?: SlotPool): Promise<Program> {
    const given = givenBuffers(recorder)
    const check = () => {
      gpu.check()
      checkBuffers(gpu, given)
    }
    check()
    if (pool) checkSameGpu('shared slots', gpu, pool.gpu)
    const { steps } = recorder
    const pipelines = await Promise.all(steps.map((step) => gpu.pipeline(step.kernel, step.params)))
    check()
    const pinned = new Set([...recorder.fed, ...recorder.reported, ...recorder.kept].filter((tensor) => !tensor.region))
    const plan = planSlots(steps.map(plannedStep), pinned)
    const ownPool = pool ? undefined : new SlotPool(gpu)
    let made: Awaited<ReturnType<typeof makeDispatches>> | undefined
    try {
      const regionOf = placeTensors(plan, (pool ?? ownPool)!)
      made = await makeDispatches(gpu, steps, pipelines, regionOf)
      return new Program(gpu, recorder, { plan, regionOf, ...made, ownPool })
    } catch (error) {
      made?.uniforms.destroy()
      ownPool?.destroy()
      throw error
    }
  }

  /** Where a tensor of this program lives. */
  region(tensor: Tensor): Region {
    const region = tensor.region ?? this.#regionOf.get(tensor)
    if (!region) throw bug(tensor.name, 'this tensor is not part of the program')
    return region
  }

  /** Writes a fed tensor. */
  write(tensor: Tensor, data: Float32Array | Uint32Array): void {
    const { buffer, offset } = this.region(tensor)
    if (data.byteLength !== bytesOf(tensor)) throw bug(tensor.name, `wanted ${bytesOf(tensor)} bytes, got ${data.byteLength}`)
    this.#check()
    this.#gpu.device.queue.writeBuffer(buffer, offset, data as Float32Array<ArrayBuffer>)
  }

  /** Encodes dispatches into one compute pass. */
  encode(encoder: GPUCommandEncoder, { from = 0, to = this.steps.length, timestampWrites }: EncodeOptions = {}): void {
    this.#check()
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {})
    for (let i = from; i < to; i++) {
      const { pipeline, bindGroup, grid } = this.#dispatches[i]!
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, bindGroup)
      pass.dispatchWorkgroups(...grid)
    }
    pass.end()
  }

  /** Runs the program `times` over in one submission, without reading anything back. */
  submit(times = 1): void {
    this.#check()
    const encoder = this.#gpu.device.createCommandEncoder()
    for (let i = 0; i < times; i++) this.encode(encoder)
    this.#gpu.device.queue.submit([encoder.finish()])
  }

  /** Runs the program and returns its reported tensors, in the order they were asked for: one submission, one read-back. */
  async run(options: RunOptions = {}): Promise<ArrayBuffer[]> {
    return (await this.start(options)).read()
  }

  /**
   * Submits a run without waiting for it; its reports are read when asked for. The queue keeps order: what is written, started or read
   * later finds this run done. With a timer set, the run is waited for, so that it is timed alone. Throws ERR_DISPOSED, before anything is
   * submitted, where it or what it works on was destroyed.
   */
  async start({ times = 1, from, to, clear = [] }: RunOptions = {}): Promise<PendingReports> {
    const range = { from: from === undefined ? 0 : this.at(from), to: to === undefined ? this.steps.length : this.at(to) }
    const check = () => {
      this.#check()
      checkBuffers(this.#gpu, clear)
    }
    check()
    const { timer } = this.#gpu
    const began = performance.now()
    let encoder = this.#gpu.device.createCommandEncoder()
    for (const buffer of clear) encoder.clearBuffer(buffer)
    if (timer) {
      encoder = await timer.encode(this, encoder, times, range)
      check()
    } else for (let i = 0; i < times; i++) this.encode(encoder, range)
    const reports = this.#readback.copy(encoder)
    const commands = encoder.finish()
    const encoded = performance.now()
    this.#gpu.device.queue.submit([commands])
    const submitted = performance.now()
    if (timer) {
      await reports.read()
      await timer.finish(this, range, { began, encoded, submitted, read: performance.now() })
    }
    return reports
  }

  /** How many dispatches come before a mark. */
  at(mark: string | number): number {
    if (typeof mark === 'number') return mark
    const at = this.#marks.get(mark)
    if (at === undefined) throw bug(mark, `wanted a mark of this program, one of ${[...this.#marks.keys()].join(', ')}`)
    return at
  }

  /** Frees what only this program uses. Idempotent. */
  destroy(): void {
    this.#lifetime.end()
    this.#uniforms.destroy()
    this.#readback.destroy()
    this.#ownPool?.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
    checkBuffers(this.#gpu, this.#buffers)
  }
}

/** The buffers of tensors that have a place of their own already. */
function givenBuffers({ steps, fed, reported, kept }: Recorder): ReadonlySet<GPUBuffer> {
  const tensors = [...steps.flatMap((step) => Object.values(step.tensors)), ...fed, ...reported, ...kept]
  return new Set(tensors.flatMap(({ region }) => region?.buffer ?? []))
}

function plannedStep(step: Step) {
  const tensors = Object.keys(step.kernel.buffers).map((name) => tensorNamed(step, name))
  const fills = Object.entries(step.kernel.buffers).flatMap(([name, access]) => (access === 'write' ? [tensorNamed(step, name)] : []))
  return { label: step.label, tensors, fills }
}

function placeTensors(plan: SlotPlan, pool: SlotPool): Map<Tensor, Region> {
  const buffers = pool.claim(plan.slots)
  return new Map([...plan.slotOf].map(([tensor, slot]) => [tensor, { buffer: buffers[slot]!, offset: 0, bytes: bytesOf(tensor) }]))
}
