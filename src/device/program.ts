// A flat list of dispatches, recorded once and encoded again and again: buffers, bind groups and params are all made in advance.

import { bug, SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import { GPU_BUFFER, type Gpu, type Pipeline } from './gpu.js'
import { type Access, type AnyKernel, type Cost, type Grid, type Kernel, type ParamType, type ParamValues, packParams } from './kernel.js'
import { bytesOf, planSlots, type Region, type SlotPlan, SlotPool, type Tensor } from './memory.js'
import { checkBuffers, checkSameGpu } from './owned_buffers.js'
import { type PendingReports, Readback } from './readback.js'
import type { StepRange } from './timer.js'

/** One recorded dispatch. */
export interface Step {
  readonly label: string
  readonly kernel: AnyKernel
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly params: Readonly<Record<string, number>>
  readonly cost: Cost
}

/** Collects dispatches. Labels are paths, `decoder.1/cross/scores`, made by nested `scope`s. */
export class Recorder {
  readonly steps: Step[] = []
  readonly fed: Tensor[] = []
  readonly reported: Tensor[] = []
  readonly kept: Tensor[] = []
  /** Names of places between dispatches, with the index of the dispatch that follows. */
  readonly marks = new Map<string, number>()
  readonly #path: string[] = []

  /** A tensor some dispatch of this program fills. */
  tensor(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    return { name: this.label(name), shape, dtype }
  }

  /** A tensor the host writes before each run. */
  feed(name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32'): Tensor {
    const tensor = { name, shape, dtype }
    this.fed.push(tensor)
    return tensor
  }

  /** Asks for a tensor's contents after each run. */
  report(tensor: Tensor): void {
    this.reported.push(tensor)
  }

  /** Gives a tensor memory of its own that keeps its contents from run to run, and that other programs may be pointed at. */
  keep(tensor: Tensor): Tensor {
    this.kept.push(tensor)
    return tensor
  }

  /** Names the place between the dispatch before and the next one: a run may end there, and another go on from there. */
  mark(name: string): void {
    if (this.marks.has(name)) throw bug(name, 'a mark that is there already')
    this.marks.set(name, this.steps.length)
  }

  /** Runs `body` with `name` on the label path. */
  scope<T>(name: string, body: () => T): T {
    this.#path.push(name)
    try {
      return body()
    } finally {
      this.#path.pop()
    }
  }

  label(name: string): string {
    return [...this.#path, name].join('/')
  }

  /** The path as it stands, to be entered again with `scope` later. */
  get path(): string {
    return this.#path.join('/')
  }

  /** Appends a dispatch. Buffers and params are typed from the kernel's declaration. */
  run<B extends Record<string, Access>, P extends Record<string, ParamType>>(
    kernel: Kernel<B, P>,
    tensors: { readonly [K in keyof B]: Tensor },
    params: ParamValues<P>,
  ): void {
    this.steps.push({
      label: this.label(kernel.name),
      kernel: kernel as unknown as AnyKernel,
      tensors,
      params,
      cost: kernel.cost(params),
    })
  }
}

export interface RunOptions {
  /** Runs the program so often in one submission; only the last run's reports are read. */
  readonly times?: number
  /** Marks to run from and up to; default all of it. Reports of what was not run are those of the run before. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** Buffers set to 0 first. */
  readonly clear?: readonly GPUBuffer[]
}

export interface EncodeOptions extends Partial<StepRange> {
  readonly timestampWrites?: GPUComputePassTimestampWrites
}

interface Dispatch {
  readonly pipeline: GPUComputePipeline
  readonly bindGroup: GPUBindGroup
  readonly grid: readonly [number, number, number]
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
    let uniforms: GPUBuffer | undefined
    try {
      const regionOf = placeTensors(plan, (pool ?? ownPool)!)
      const params = uploadParams(gpu, steps, pipelines)
      uniforms = params.uniforms
      const dispatches = await validated(gpu, () =>
        steps.map((step, i) => {
          const { grid } = gpu.form(step.kernel, step.params)
          checkLimits(gpu, step, grid)
          return makeDispatch(gpu, step, grid, pipelines[i]!, regionOf, { buffer: params.uniforms, ...params.places[i]! })
        }),
      )
      return new Program(gpu, recorder, { plan, regionOf, uniforms, dispatches, ownPool })
    } catch (error) {
      uniforms?.destroy()
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
    const range = { from: this.#at(from, 0), to: this.#at(to, this.steps.length) }
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

  #at(mark: string | undefined, otherwise: number): number {
    if (mark === undefined) return otherwise
    const at = this.#marks.get(mark)
    if (at === undefined) throw bug(mark, `wanted a mark of this program, one of ${[...this.#marks.keys()].join(', ')}`)
    return at
  }

  #check(): void {
    this.#gpu.check()
    this.#lifetime.check()
    checkBuffers(this.#gpu, this.#buffers)
  }
}

/** What `make` gives. What Dawn finds wrong with it is thrown: uncaught, it would be printed and the Gpu lost. */
async function validated<T>(gpu: Gpu, make: () => T): Promise<T> {
  let made: T
  let scope: Promise<GPUError | null>
  gpu.device.pushErrorScope('validation')
  try {
    made = make()
  } finally {
    // It rejects with the device only, which the check tells.
    scope = gpu.device.popErrorScope().catch(() => null)
  }
  const error = await gpu.wait(scope)
  gpu.check()
  if (!error) return made
  throw new SignError('ERR_USAGE', 'program', `wanted buffers its kernels can bind, got ${error.message.trim()}`, 'Check its tensors')
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

function tensorNamed(step: Step, name: string): Tensor {
  const tensor = step.tensors[name]
  if (!tensor) throw bug(step.label, `no tensor for buffer ${name}`)
  return tensor
}

function placeTensors(plan: SlotPlan, pool: SlotPool): Map<Tensor, Region> {
  const buffers = pool.claim(plan.slots)
  return new Map([...plan.slotOf].map(([tensor, slot]) => [tensor, { buffer: buffers[slot]!, offset: 0, bytes: bytesOf(tensor) }]))
}

function uploadParams(gpu: Gpu, steps: readonly Step[], pipelines: readonly Pipeline[]) {
  const align = gpu.device.limits.minUniformBufferOffsetAlignment
  const packed = steps.map((step, i) => packParams(step.kernel, pipelines[i]!.facts, step.params))
  let size = 0
  // Bound by its size: all of them together may be more than one uniform binding holds.
  const places = packed.map((bytes) => {
    const place = { offset: size, size: bytes.length }
    size += Math.ceil(bytes.length / align) * align
    return place
  })
  const all = new Uint8Array(Math.max(align, size))
  packed.forEach((bytes, i) => {
    all.set(bytes, places[i]!.offset)
  })
  const uniforms = gpu.device.createBuffer({ label: 'params', size: all.length, usage: GPU_BUFFER.UNIFORM | GPU_BUFFER.COPY_DST })
  gpu.device.queue.writeBuffer(uniforms, 0, all)
  return { uniforms, places }
}

/** A dispatch must not be able to fail: what could is refused here, by name. */
function checkLimits(gpu: Gpu, step: Step, grid: Grid): void {
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = gpu.device.limits
  for (const [name, tensor] of Object.entries(step.tensors)) {
    if (bytesOf(tensor) > maxStorageBufferBindingSize) {
      throw new SignError(
        'ERR_DEVICE',
        step.label,
        `wanted ${name} [${tensor.shape.join(', ')}] of ${bytesOf(tensor)} bytes in one binding, got a limit of ${maxStorageBufferBindingSize} on ${gpu.label}`,
        'Use a smaller batch or model',
      )
    }
  }
  if (grid.some((n) => n !== undefined && n > maxComputeWorkgroupsPerDimension)) {
    throw new SignError(
      'ERR_DEVICE',
      step.label,
      `wanted [${grid.join(', ')}] workgroups, got a limit of ${maxComputeWorkgroupsPerDimension} a dimension`,
      'Use a smaller batch or model',
    )
  }
}

function makeDispatch(
  gpu: Gpu,
  step: Step,
  grid: Grid,
  { pipeline, layout }: Pipeline,
  regionOf: ReadonlyMap<Tensor, Region>,
  params: GPUBufferBinding,
): Dispatch {
  const names = Object.keys(step.kernel.buffers)
  const entries: GPUBindGroupEntry[] = names.map((name, binding) => {
    const tensor = tensorNamed(step, name)
    const { buffer, offset } = tensor.region ?? regionOf.get(tensor)!
    return { binding, resource: { buffer, offset, size: Math.max(4, bytesOf(tensor)) } }
  })
  if (Object.keys(step.kernel.params).length > 0) entries.push({ binding: names.length, resource: params })
  return {
    pipeline,
    bindGroup: gpu.device.createBindGroup({ label: step.label, layout, entries }),
    grid: [grid[0], grid[1] ?? 1, grid[2] ?? 1],
  }
}
