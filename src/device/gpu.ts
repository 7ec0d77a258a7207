// An open GPU: the device, its pipelines, and the one place where its troubles surface.

import { SignError } from '../base/errors.js'
import { once } from '../base/once.js'
import { adapterName, infoOf, isSoftware, traitsOf } from './adapter_facts.js'
import type { DispatchTimer } from './dispatch_timer.js'
import type { FromOptions, GpuOptions } from './gpu_options.js'
import { type AdapterTraits, type AnyKernel, type ChosenVariant, checkDeclaration, chosenVariant } from './kernel.js'
import { checkBuffers, own } from './owned_buffers.js'
import { bundledShader } from './shader/bundled.js'
import type { ShaderFacts } from './shader/reflect.js'
import type { ShaderSource } from './shader/source.js'
import { specialisedShader } from './shader/text.js'
import { type Trouble, troubleOf } from './trouble.js'
import { choiceOf, type Tuning } from './tuning.js'
import { GPU_BUFFER, GPU_COMPUTE_STAGE, GPU_MAP_READ } from './usage.js'

export interface Pipeline {
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
  readonly facts: ShaderFacts
}

let made = 0

/** What is one for all Gpus over one that was opened. */
interface Shared {
  readonly trouble: Trouble
  /** Ends the listening for trouble. */
  readonly ignore: () => void
  disposing?: Promise<void>
  timer?: DispatchTimer | undefined
  readonly pipelines: Map<string, Promise<Pipeline>>
  /** Buffers on a device that is not ours, to be destroyed with the Gpu: one of ours takes them along itself. */
  readonly lent: Set<GPUBuffer> | undefined
}

/** A GPUDevice, its own or one that others use too. Everything made from it lives only as long as it does. */
export class Gpu implements AsyncDisposable {
  readonly device: GPUDevice
  readonly software: boolean
  /** What kernels' variants are chosen by. */
  readonly traits: AdapterTraits
  readonly label: string
  /** The label, and which of this process's Gpus it is: two may be on one adapter. */
  readonly name: string
  readonly identity: string
  /**
   * Dawn frees its instance, and every buffer with it, when the object `create()` returned is collected: keep it reachable.
   * @internal
   */
  readonly keepAlive: unknown
  /** What kernels' variants are chosen by where it knows them. What was made before it is set keeps its variants. */
  tuning: Tuning | undefined
  readonly #options: GpuOptions
  readonly #shaders: ShaderSource
  readonly #shared: Shared

  /**
   * Others call {@link Gpu.from} or `openGpu`.
   * @param over for `tunedAs`: the Gpu that this one shares everything with
   * @internal
   */
  constructor(device: GPUDevice, options: GpuOptions = {}, over?: Gpu) {
    this.device = device
    this.software = options.software ?? false
    const { subgroupSize, subgroupMatrices } = options
    const features = device.features as ReadonlySet<string>
    this.traits = { software: this.software, features, subgroupSize, ...(subgroupMatrices && { subgroupMatrices }) }
    this.tuning = options.tuning
    this.label = options.label ?? 'a GPUDevice handed over'
    this.name = over?.name ?? `${this.label} (number ${++made})`
    this.identity = options.identity ?? this.label
    this.keepAlive = options.keepAlive
    this.#options = options
    this.#shaders = options.shaders ?? bundledShader
    this.#shared = over ? over.#shared : sharedOf(device, this.label, options.owns ?? true)
  }

  /**
   * A Gpu over a device that is there already, with the kernels that are right for its adapter and features. Unless `owns` is true, the
   * device is the caller's: `destroy` frees what was made on it, and not the device itself. Errors that nobody caught on it, the
   * caller's too, end this Gpu: it cannot tell whose they are. Keep the device's GPU reachable, or hand it over as `keepAlive`. In Node,
   * `openGpu({ device })` takes measured kernels too, and spares software drivers. Throws ERR_USAGE where neither device nor caller tells
   * of the adapter.
   *
   * @example
   * await using gpu = Gpu.from(device)
   */
  static from(device: GPUDevice, { info = infoOf(device), owns = false, ...options }: FromOptions = {}): Gpu {
    const { subgroupSize, subgroupMatrices } = traitsOf(info, device.features)
    const label = adapterName(info)
    const traits = { ...(subgroupSize !== undefined && { subgroupSize }), ...(subgroupMatrices && { subgroupMatrices }) }
    return new Gpu(device, { owns, label, software: isSoftware(info), ...traits, ...options })
  }

  /**
   * The same Gpu, its end and its troubles too, with kernels' variants chosen by these measurements from now on: variants differ in rounding, and
   * what is to give the same bits each time must not depend on what others set meanwhile.
   */
  tunedAs(tuning: Tuning | undefined): Gpu {
    return new Gpu(this.device, { ...this.#options, tuning }, this)
  }

  /**
   * Times the dispatches of every program that runs while it is set.
   * @internal
   */
  get timer(): DispatchTimer | undefined {
    return this.#shared.timer
  }

  /** @internal */
  set timer(timer: DispatchTimer | undefined) {
    this.#shared.timer = timer
  }

  /** Throws what went wrong since the last call, if anything. Every public operation calls it first. */
  check(): void {
    const { disposing, trouble } = this.#shared
    if (disposing) throw new SignError('ERR_DISPOSED', this.label, 'wanted an open GPU, got a disposed one', 'Open another')
    if (trouble.error) throw trouble.error
  }

  /**
   * Which file a kernel is taken from on this adapter, with which constants and workgroups.
   * @internal
   */
  variant(kernel: AnyKernel, params: Readonly<Record<string, number>>): ChosenVariant {
    return chosenVariant(kernel, params, this.traits, this.tuning && choiceOf(this.tuning, kernel, params))
  }

  /**
   * The pipeline of a kernel with the constants its params ask for; compiled once. Throws ERR_SHADER or ERR_KERNEL.
   * @internal
   */
  pipeline(kernel: AnyKernel, params: Readonly<Record<string, number>>): Promise<Pipeline> {
    this.check()
    const variant = this.variant(kernel, params)
    const key = `${variant.shader} ${JSON.stringify(variant.constants)}`
    return once(this.#shared.pipelines, key, () => this.#compile(kernel, variant, key))
  }

  async #compile(kernel: AnyKernel, { shader, text, constants }: ChosenVariant, label: string): Promise<Pipeline> {
    const { code, located } = await specialisedShader(text, this.#shaders, constants)
    const facts = checkDeclaration(kernel, code, text.file)
    // What is wrong is told here, with its line, and not once more as an uncaptured error.
    this.device.pushErrorScope('validation')
    const layout = this.device.createBindGroupLayout({ label, entries: facts.bindings.map(layoutEntry) })
    const module = this.device.createShaderModule({ label, code })
    const compiled = this.device.createComputePipelineAsync({
      label,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    })
    // Dawn may still resolve to a pipeline that is none; the scope knows.
    const [created, scoped] = await this.wait(Promise.allSettled([compiled, this.device.popErrorScope()]))
    this.check()
    const error = (scoped.status === 'fulfilled' && scoped.value) || (created.status === 'rejected' && (created.reason as Error))
    if (created.status === 'fulfilled' && !error) return { pipeline: created.value, layout, facts }
    const reason = error ? located(error.message.trim()).replace(/\.$/, '') : 'no reason'
    const problem = `wanted shaders/${text.file}.wgsl to compile, got ${reason}`
    throw new SignError('ERR_SHADER', shader, problem, 'If the shader is unchanged, please report it with the adapter and its driver')
  }

  /** Awaits GPU work without burning a core under a software driver. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return this.#options.wait ? this.#options.wait(promise) : promise
  }

  /**
   * A buffer that lives no longer than the Gpu.
   * @internal
   */
  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    const { lent } = this.#shared
    const buffer = own(this, this.device.createBuffer(descriptor), () => lent?.delete(buffer))
    lent?.add(buffer)
    return buffer
  }

  /** A storage buffer of at least `bytes`, readable and writable by copies. */
  buffer(bytes: number, label: string): GPUBuffer {
    this.check()
    const { maxBufferSize } = this.device.limits
    if (bytes > maxBufferSize) {
      throw new SignError(
        'ERR_DEVICE',
        label,
        `wanted a buffer of ${bytes} bytes, got a limit of ${maxBufferSize} on ${this.label}`,
        'Use a smaller batch or model',
      )
    }
    const size = Math.max(16, Math.ceil(bytes / 4) * 4)
    return this.createBuffer({ label, size, usage: GPU_BUFFER.STORAGE | GPU_BUFFER.COPY_SRC | GPU_BUFFER.COPY_DST })
  }

  /** Copies `bytes` of a buffer to the host. One round trip. Throws as `checkBuffers`. */
  async read(buffer: GPUBuffer, bytes = buffer.size, offset = 0): Promise<ArrayBuffer> {
    this.check()
    checkBuffers(this, [buffer])
    const staging = this.createBuffer({ size: bytes, usage: GPU_BUFFER.MAP_READ | GPU_BUFFER.COPY_DST })
    const encoder = this.device.createCommandEncoder()
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes)
    this.device.queue.submit([encoder.finish()])
    try {
      return await this.map(staging, bytes)
    } finally {
      staging.destroy()
    }
  }

  /**
   * Maps a MAP_READ buffer, copies it out and unmaps it.
   * @internal
   */
  async map(staging: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    try {
      await this.wait(staging.mapAsync(GPU_MAP_READ, 0, bytes))
      const data = staging.getMappedRange(0, bytes).slice(0)
      staging.unmap()
      this.check()
      return data
    } catch (cause) {
      this.check()
      throw new SignError('ERR_DEVICE', this.label, `wanted results back, got ${(cause as Error).message}`, 'Please report it', { cause })
    }
  }

  /** Takes no more work, waits for what was submitted, then frees the device, or what was made on one that is not its own. Idempotent. */
  destroy(): Promise<void> {
    const { trouble, ignore, pipelines, lent } = this.#shared
    this.#shared.disposing ??= this.wait(this.device.queue.onSubmittedWorkDone())
      .catch(() => undefined)
      .then(() => {
        ignore()
        pipelines.clear()
        if (!lent) this.device.destroy()
        else for (const buffer of lent) buffer.destroy()
      })
    trouble.over = true
    return this.#shared.disposing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.destroy()
  }

  /** @deprecated Every owner has `destroy`. */
  dispose(): Promise<void> {
    return this.destroy()
  }
}

const sharedOf = (device: GPUDevice, label: string, owns: boolean): Shared => ({
  ...troubleOf(device, label, owns),
  pipelines: new Map(),
  lent: owns ? undefined : new Set(),
})

function layoutEntry({ binding, access }: ShaderFacts['bindings'][number]): GPUBindGroupLayoutEntry {
  const type = access === 'uniform' ? 'uniform' : access === 'read' ? 'read-only-storage' : 'storage'
  return { binding, visibility: GPU_COMPUTE_STAGE, buffer: { type } }
}
