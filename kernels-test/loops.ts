// Shaders whose loops stay loops. Written out, with barriers between, lavapipe compiles some for a minute and a half; as loops for seconds.
// Text, arithmetic and order are the same: only the writing out is left unproven, and that the other drivers run.

import { once } from '../src/base/once.js'
import { Gpu } from '../src/device/gpu.js'
import type { Constants } from '../src/device/kernel.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { lentGpu } from './harness.js'

const made = new Map<string, Promise<Gpu>>()

/** The lent GPU with loops left as loops. */
function withLoops(): Promise<Gpu> {
  return once(made, 'lent', async () => {
    const gpu = await lentGpu()
    const shaders = async (name: string) => asLoops(await shaderFromPackage(name))
    return new Gpu(gpu.device, { software: gpu.software, wait: (work) => gpu.wait(work), shaders })
  })
}

/** How attention's tiled variant is run here: as GPUs take it, but on lavapipe with loops left as loops and the one size of tile that this serves. */
export async function tiledRun<Kernels>(
  variantOf: (variant: string, constants: Constants) => Kernels,
): Promise<{ readonly by: Kernels; readonly on?: Gpu }> {
  const { software, subgroupSize } = (await lentGpu()).traits
  if (!software || subgroupSize !== 8) return { by: variantOf('tiled', {}) }
  return { by: variantOf('tiled', { ROWS: 32 }), on: await withLoops() }
}

/** The source with its loops for `unroll` left as loops, to a bound the driver does not know: it would write them out itself. */
export function asLoops(source: string): string {
  if (!/^fn main\(/m.test(source)) return source // a part: none has loops to be written out
  // The Params of attention, and of linear products, stand in parts: one begins with the batch, the other with the rows.
  const size = /^\/\/ use: attention_/m.test(source) ? 'batch' : 'rows'
  return source.replace(/ < ([^;<]+); (\w+\+\+\) \{) \/\/ unroll\n/g, ` < $1 + (params.${size} >> 31u); $2\n`)
}
