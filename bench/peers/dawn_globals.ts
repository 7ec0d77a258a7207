// Gives libraries made for browsers what they look for there: `navigator.gpu` and WebGPU's constants, on the adapter our engine chose.

import { globals } from 'webgpu'
import { type AdapterReport, openGpu } from '../../src/platform/node/open.js'

/** Opens the adapter as the engine does, so that rules of choice and the embedded driver hold for all; frees the engine's own device. */
export async function provideWebGpu(): Promise<AdapterReport> {
  const { gpu, report } = await openGpu()
  await gpu.destroy()
  Object.assign(globalThis, globals)
  // Node 20 has no navigator; later ones have one without `gpu`. It keeps Dawn's instance reachable, which must outlive every device.
  Object.defineProperty(globalThis, 'navigator', {
    value: { gpu: gpu.keepAlive, userAgent: `Node ${process.version}` },
    configurable: true,
  })
  return report
}
