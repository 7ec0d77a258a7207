// Whose a buffer is, and whether it lives: WebGPU tells of neither until work that uses it is submitted, and then Dawn prints and the Gpu
// is lost for good. So both are written down beside every buffer a Gpu makes.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'

/** What is to be known of a Gpu to tell it from another. */
export interface BufferOwner {
  readonly device: GPUDevice
  readonly label: string
  /** The label, and which of this process's Gpus it is. */
  readonly name: string
}

interface Owned {
  readonly gpu: BufferOwner
  readonly lifetime: Lifetime
}

const owned = new WeakMap<GPUBuffer, Owned>()

/** Writes down that `buffer` is this Gpu's, and from now on when it is destroyed, whoever does that; `destroyed` is then told. */
export function own(gpu: BufferOwner, buffer: GPUBuffer, destroyed = () => {}): GPUBuffer {
  const lifetime = new Lifetime(`${buffer.label} on ${gpu.label}`)
  const destroy = buffer.destroy.bind(buffer)
  buffer.destroy = () => {
    lifetime.end()
    destroyed()
    return destroy()
  }
  owned.set(buffer, { gpu, lifetime })
  return buffer
}

/** Throws ERR_USAGE for a buffer of another Gpu, ERR_DISPOSED for one that was destroyed. Of buffers no Gpu made nothing is known. */
export function checkBuffers(gpu: BufferOwner, buffers: Iterable<GPUBuffer>): void {
  for (const buffer of buffers) {
    const known = owned.get(buffer)
    if (!known) continue
    known.lifetime.check()
    checkSameGpu(buffer.label, gpu, known.gpu)
  }
}

/** Throws ERR_USAGE, naming both, where `who`, made on `got`, is to be used on `wanted`. */
export function checkSameGpu(who: string, wanted: BufferOwner, got: BufferOwner): void {
  if (wanted.device === got.device) return
  throw new SignError('ERR_USAGE', who, `wanted it on ${wanted.name}, got it on ${got.name}`, 'Only combine objects of one Gpu')
}
