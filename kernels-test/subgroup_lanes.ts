// Subgroups spelled out in plain WGSL, so that shaders can be run with subgroups of sizes that the adapter does not have.

import { once } from '../src/base/once.js'
import { Gpu } from '../src/device/gpu.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { lentGpu } from './harness.js'

const made = new Map<string, Promise<Gpu>>()

/**
 * The lent GPU as if its subgroups had `lanes` lanes. Shaders may pass f32 by subgroupShuffleXor, where the whole workgroup goes along: its
 * subgroups are the rows of workgroup_size(LANES, ROWS), and main knows its place there as `id`.
 */
export function withLanes(lanes: number): Promise<Gpu> {
  return once(made, `${lanes}`, async () => {
    const gpu = await lentGpu()
    const shaders = async (name: string) => withoutSubgroups(name, await shaderFromPackage(name))
    return new Gpu(gpu.device, { software: gpu.software, wait: (work) => gpu.wait(work), subgroupSize: lanes, shaders })
  })
}

function withoutSubgroups(name: string, source: string): string {
  const plain = source
    .replace(/^enable subgroups;\n/m, '')
    .replaceAll('subgroupShuffleXor(', 'passed(')
    .replace(/(fn main\([^{]*\{\n)/, '$1  place = id.xy;\n')
  return name.startsWith('parts/') ? plain : plain + functions
}

const functions = `
var<private> place: vec2u;
var<workgroup> shown: array<f32, LANES * ROWS>;

fn passed(own: f32, step: u32) -> f32 {
  shown[place.y * LANES + place.x] = own;
  workgroupBarrier();
  let other = shown[place.y * LANES + (place.x ^ step)];
  workgroupBarrier();
  return other;
}
`
