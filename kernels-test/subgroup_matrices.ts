// Subgroup matrices spelled out in plain WGSL, so that shaders which want tensor cores can be run, slowly, on adapters without: what is
// left unproven is only that the hardware's loads, products and stores are what their specification says.

import { once } from '../src/base/once.js'
import { Gpu } from '../src/device/gpu.js'
import { shaderFromPackage } from '../src/platform/node/shader_files.js'
import { lentGpu } from './harness.js'
import { asLoops } from './loops.js'

const made = new Map<string, Promise<Gpu>>()

/** The lent GPU, with matrix units spelled out in the shaders that want them. */
export function withMatrixUnits(): Promise<Gpu> {
  return once(made, 'lent', async () => {
    const gpu = await lentGpu()
    const shaders = async (name: string) => {
      const source = await shaderFromPackage(name)
      return name.endsWith('_matrix') ? withoutMatrixUnits(source) : source
    }
    return new Gpu(gpu.device, { software: gpu.software, wait: (work) => gpu.wait(work), shaders })
  })
}

/**
 * The shader with its types Left, Right and Sum of 16 by 16 and the matrix functions over its workgroup array `tile` (of vec2u: four halves
 * or two floats an element) in plain WGSL. A subgroup is 32 neighbours, whose lanes n and n + 16 each hold row n of left factors and sums;
 * a right factor is remembered by its place in the tile, which must stay as it is until the product is made.
 */
function withoutMatrixUnits(source: string): string {
  const plain = asLoops(source)
    .replace(/^enable chromium_experimental_subgroup_matrix;\n/m, '')
    .replace(/^diagnostic\(off, chromium\.subgroup_matrix_uniformity\);\n/m, '')
    .replace(/^alias Right = .*$/m, 'alias Right = Placed;')
    .replace(/^alias (Left|Sum) = .*$/gm, 'alias $1 = mat4x4f;')
    .replace(/subgroupMatrixLoad<Left, row_major>\(&tile, /g, 'loadRow(false, ')
    .replace(/subgroupMatrixLoad<Left, col_major>\(&tile, /g, 'loadRow(true, ')
    .replace(/subgroupMatrixLoad<Right, row_major>\(&tile, /g, 'Placed(false, ')
    .replace(/subgroupMatrixLoad<Right, col_major>\(&tile, /g, 'Placed(true, ')
    .replace(/subgroupMatrixStore<row_major>\(&tile, /g, 'storeSum(')
    .replaceAll('subgroupMatrixMultiplyAccumulate', 'multiplyAccumulate')
    .replace(/(fn main\([^{]*\{\n)/, '$1  ownRow = lane % 16u;\n  storesRow = lane % 32u < 16u;\n')
  return plain + functions
}

const functions = `
struct Placed { transposed: bool, offset: u32, stride: u32 }

var<private> ownRow: u32;
var<private> storesRow: bool;

fn numberAt(m: Placed, row: u32, col: u32) -> f32 {
  let line = select(row, col, m.transposed);
  let n = select(col, row, m.transposed);
  return unpack2x16float(tile[m.offset + line * m.stride + n / 4u][n % 4u / 2u])[n % 2u];
}

fn fourAt(m: Placed, row: u32, col: u32) -> vec4f {
  return vec4f(numberAt(m, row, col), numberAt(m, row, col + 1u), numberAt(m, row, col + 2u), numberAt(m, row, col + 3u));
}

fn loadRow(transposed: bool, offset: u32, stride: u32) -> Left {
  let m = Placed(transposed, offset, stride);
  return Left(fourAt(m, ownRow, 0u), fourAt(m, ownRow, 4u), fourAt(m, ownRow, 8u), fourAt(m, ownRow, 12u));
}

fn multiplyAccumulate(left: Left, right: Right, sum: Sum) -> Sum {
  var row = left;
  var total = sum;
  for (var k = 0u; k < 16u; k++) {
    let factor = row[k / 4u][k % 4u];
    total += mat4x4f(factor * fourAt(right, k, 0u), factor * fourAt(right, k, 4u), factor * fourAt(right, k, 8u), factor * fourAt(right, k, 12u));
  }
  return total;
}

fn storeSum(offset: u32, sum: Sum, stride: u32) {
  if (storesRow) {
    let at = offset + ownRow * stride;
    tile[at] = bitcast<vec2u>(sum[0].xy);
    tile[at + 1u] = bitcast<vec2u>(sum[0].zw);
    tile[at + 2u] = bitcast<vec2u>(sum[1].xy);
    tile[at + 3u] = bitcast<vec2u>(sum[1].zw);
    tile[at + 4u] = bitcast<vec2u>(sum[2].xy);
    tile[at + 5u] = bitcast<vec2u>(sum[2].zw);
    tile[at + 6u] = bitcast<vec2u>(sum[3].xy);
    tile[at + 7u] = bitcast<vec2u>(sum[3].zw);
  }
}
`
