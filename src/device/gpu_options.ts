// What a Gpu is made with.

import type { ShaderSource } from './shader/source.js'
import type { Tuning } from './tuning.js'

export interface GpuOptions {
  /** Whether the device is destroyed with the Gpu. Default true; false leaves a device that others use as it is, and takes away what we made on it. */
  readonly owns?: boolean
  /** Where WGSL comes from; default the package's shaders. */
  readonly shaders?: ShaderSource
  /** How GPU work is awaited; default as any promise. Node has a way that leaves a software driver its cores. */
  readonly wait?: Waiter
  /** A software driver: kernels are chosen for it, figures are labelled. */
  readonly software?: boolean
  /** Lanes of a subgroup, where every subgroup has as many. */
  readonly subgroupSize?: number
  /** What was measured to be fastest here; default nothing. */
  readonly tuning?: Tuning | undefined
  /** As in AdapterTraits. */
  readonly subgroupMatrices?: ReadonlySet<string>
  /** What must stay reachable as long as the device lives. */
  readonly keepAlive?: unknown
  /** Name for messages, e.g. the adapter's. */
  readonly label?: string
  /** What tuning results are kept by: the adapter, its driver and Dawn's version; default the label. */
  readonly identity?: string
}

/** Awaits GPU work. */
export type Waiter = <T>(work: Promise<T>) => Promise<T>

/** What `Gpu.from` finds out by itself is left to it. */
export interface FromOptions extends Pick<GpuOptions, 'owns' | 'shaders' | 'wait' | 'tuning' | 'keepAlive' | 'identity'> {
  /** What the device's adapter says of itself; default what the device knows of it. */
  readonly info?: GPUAdapterInfo
}
