// Whose a buffer is, and whether it lives: WebGPU tells of neither until work that uses it is submitted, and then Dawn prints and the Gpu
// is lost for good. So both are written down beside every buffer a Gpu makes.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import type { Gpu } from './gpu.js'

interface Owned {
  readonly gpu: Gpu
  readonly lifetime: Lifetime
}

const owned = new WeakMap<GPUBuffer, Owned>()

/** Writes down that `buffer` is this Gpu's, and from now on when it is destroyed, whoever does that. */
export function own(gpu: Gpu, buffer: GPUBuffer): GPUBuffer {
  const lifetime = new Lifetime(`${buffer.label} on ${gpu.label}`)
  const destroy = buffer.destroy.bind(buffer)
  buffer.destroy = () => {
    lifetime.end()
    return destroy()
  }
  owned.set(buffer, { gpu, lifetime })
  return buffer
}

/** Throws ERR_USAGE for a buffer of another Gpu, ERR_DISPOSED for one that was destroyed. Of buffers no Gpu made nothing is known. */
export function checkBuffers(gpu: Gpu, buffers: Iterable<GPUBuffer>): void {
  for (const buffer of buffers) {
    const known = owned.get(buffer)
    if (!known) continue
    known.lifetime.check()
    checkSameGpu(buffer.label, gpu, known.gpu)
  }
}

/** Throws ERR_USAGE, naming both, where `who`, made on `got`, is to be used on `wanted`. */
export function checkSameGpu(who: string, wanted: Gpu, got: Gpu): void {
  if (wanted.device === got.device) return
  throw new SignError('ERR_USAGE', who, `wanted it on ${wanted.name}, got it on ${got.name}`, 'Use together what was made on one Gpu')
}
