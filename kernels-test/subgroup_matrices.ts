// Subgroup matrices spelled out in plain WGSL, so that shaders which want tensor cores can be run, slowly, on adapters without: what is
// left unproven is only that the hardware's loads, products and stores are what their specification says.

/**
 * The shader with its types Left, Right and Sum of 16 by 16 as arrays and the matrix functions over its workgroup array `tile` (of vec2u:
 * four halves or two floats an element) as functions of our own. A subgroup is 32 neighbours; lanes n and n + 16 hold row n of a left
 * matrix and of a sum, and each lane a whole right one.
 */
export function withoutMatrixUnits(source: string): string {
  const plain = source
    .replace(/^enable chromium_experimental_subgroup_matrix;\n/m, '')
    .replace(/^diagnostic\(off, chromium\.subgroup_matrix_uniformity\);\n/m, '')
    .replace(/^alias (Left|Sum) = .*$/gm, 'alias $1 = array<f32, 16>;')
    .replace(/^alias Right = .*$/m, 'alias Right = array<f32, 256>;')
    .replace(/subgroupMatrixLoad<(\w+), (\w+)>\(&tile, /g, 'load$1_$2(')
    .replace(/subgroupMatrixStore<row_major>\(&tile, /g, 'storeSum(')
    .replaceAll('subgroupMatrixMultiplyAccumulate', 'multiplyAccumulate')
    .replace(/(fn main\([^{]*\{\n)/, '$1  ownRow = lane % 16u;\n  storesRow = lane % 32u < 16u;\n')
  return plain + functions
}

const functions = `
var<private> ownRow: u32;
var<private> storesRow: bool;

// Half n after the beginning of an element.
fn halfAt(element: u32, n: u32) -> f32 { return unpack2x16float(tile[element + n / 4u][n % 4u / 2u])[n % 2u]; }

fn loadLeft_row_major(offset: u32, stride: u32) -> Left {
  var row = Left();
  for (var k = 0u; k < 16u; k++) { row[k] = halfAt(offset + ownRow * stride, k); }
  return row;
}

fn loadLeft_col_major(offset: u32, stride: u32) -> Left {
  var row = Left();
  for (var k = 0u; k < 16u; k++) { row[k] = halfAt(offset + k * stride, ownRow); }
  return row;
}

fn loadRight_row_major(offset: u32, stride: u32) -> Right {
  var all = Right();
  for (var i = 0u; i < 256u; i++) { all[i] = halfAt(offset + i / 16u * stride, i % 16u); }
  return all;
}

fn loadRight_col_major(offset: u32, stride: u32) -> Right {
  var all = Right();
  for (var i = 0u; i < 256u; i++) { all[i] = halfAt(offset + i % 16u * stride, i / 16u); }
  return all;
}

fn multiplyAccumulate(left: Left, right: Right, sum: Sum) -> Sum {
  var total = sum;
  for (var i = 0u; i < 256u; i++) { total[i % 16u] += left[i / 16u] * right[i]; }
  return total;
}

fn storeSum(offset: u32, sum: Sum, stride: u32) {
  if (storesRow) {
    for (var i = 0u; i < 8u; i++) { tile[offset + ownRow * stride + i] = bitcast<vec2u>(vec2f(sum[2u * i], sum[2u * i + 1u])); }
  }
}
`
