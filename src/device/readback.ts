// The way back from the GPU: what a run reports is copied aside in its own submission, and brought to the host when somebody asks for it.
// Runs that come after it may be submitted in between; they find another place to leave theirs.

import { disposed } from '../base/lifetime.js'
import type { Gpu } from './gpu.js'
import type { Region } from './memory.js'
import { GPU_BUFFER } from './usage.js'

/** What a submitted run reports. */
export interface PendingReports {
  /**
   * The reported tensors, once the run is done; asking again gives the same. Nothing waits for them before the first call: an open wait
   * keeps Dawn busy polling.
   */
  read(): Promise<ArrayBuffer[]>
  /** Says that nobody will read them. Says nothing new where somebody has, a timer for one. */
  drop(): void
}

const REPORTS = 'the reports of a run'

/** Copies the same regions aside after each run. Holds as many staging buffers as there were ever runs with unread reports at once. */
export class Readback {
  readonly #gpu: Gpu
  readonly #regions: readonly Region[]
  readonly #bytes: number
  readonly #all: GPUBuffer[] = []
  /** Those nobody waits for. */
  readonly #free: GPUBuffer[] = []
  #destroyed = false

  constructor(gpu: Gpu, regions: readonly Region[]) {
    this.#gpu = gpu
    this.#regions = regions
    this.#bytes = regions.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Adds the copies to what `encoder` holds. Read the result only after the encoder's commands were submitted. */
  copy(encoder: GPUCommandEncoder): PendingReports {
    const staging = this.#bytes > 0 ? (this.#free.pop() ?? this.#open()) : undefined
    let at = 0
    for (const { buffer, offset, bytes } of this.#regions) {
      encoder.copyBufferToBuffer(buffer, offset, staging!, at, bytes)
      at += bytes
    }
    let reports: Promise<ArrayBuffer[]> | undefined
    return {
      read: () => (reports ??= staging ? this.#read(staging) : this.#finished()),
      // The queue keeps order: a later copy to the same place comes after this one.
      drop: () => {
        if (staging && !reports) this.#free.push(staging)
      },
    }
  }

  /** Reports nobody has read yet are lost: reading them throws ERR_DISPOSED. */
  destroy(): void {
    this.#destroyed = true
    for (const staging of this.#all.splice(0)) staging.destroy()
    this.#free.length = 0
  }

  #open(): GPUBuffer {
    const staging = this.#gpu.createBuffer({ size: this.#bytes, usage: GPU_BUFFER.MAP_READ | GPU_BUFFER.COPY_DST })
    this.#all.push(staging)
    return staging
  }

  async #read(staging: GPUBuffer): Promise<ArrayBuffer[]> {
    const all = await this.#map(staging)
    this.#free.push(staging)
    let from = 0
    return this.#regions.map(({ bytes }) => {
      const report = all.slice(from, from + bytes)
      from += bytes
      return report
    })
  }

  async #map(staging: GPUBuffer): Promise<ArrayBuffer> {
    if (this.#destroyed) throw disposed(REPORTS)
    try {
      return await this.#gpu.map(staging, this.#bytes)
    } catch (cause) {
      // Destroyed while it was awaited: no fault of the device.
      throw this.#destroyed ? disposed(REPORTS, { cause }) : cause
    }
  }

  /** A run without reports is only waited for. */
  async #finished(): Promise<ArrayBuffer[]> {
    await this.#gpu.wait(this.#gpu.device.queue.onSubmittedWorkDone())
    this.#gpu.check()
    return []
  }
}
