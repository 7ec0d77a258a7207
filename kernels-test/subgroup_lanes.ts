// Subgroups spelled out in plain WGSL, so that shaders can be run with subgroups of sizes that the adapter does not have.

import { once } from '../src/base/once.js'
import { Gpu } from '../src/device/gpu.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { hasSubgroups, lentGpu } from './harness.js'

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

/** A variant of a kernel of rows, and the lanes of its subgroups where they are spelled out. */
export interface RowVariant {
  readonly variant: string
  readonly lanes?: number
}

/** The GPU to run a variant on; none where this adapter has no such subgroups. */
export async function gpuForRows({ variant, lanes }: RowVariant): Promise<Gpu | undefined> {
  if (lanes) return withLanes(lanes)
  return variant === 'portable' || (await hasSubgroups(ROW_LANES)) ? lentGpu() : undefined
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
