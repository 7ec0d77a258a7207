// linear: a matrix product with the weights' rows, and a bias; as linear_grad the gradient at what goes in. The formulas, factors and what
// becomes of the sums are of a part: parts/linear_forward as it stands here, parts/linear_backward as linear_grad.
//
//   result[m,n] = finish(sum_k left[m,k] * weights[k,n])
//
// One lane owns a tile of 8 rows by 8 columns of the result in registers and walks the sum four numbers at a time: 16 vector loads feed 64
// dot products. No workgroup memory and no barrier, which is what software drivers want. Rows and columns past the edge read the last
// real one and are not stored.
// Each number is one chain of sums in order, so a run repeats bit for bit; its error grows as so many roundings of sum |left*weights|.
// With operands in f16 it is linear_half and linear_half_grad: w is what to_half makes, half the bytes to load, and the left factor is rounded
// as it is loaded. The product of two such numbers is exact in f32, so only the sums round, as in f32; what rounding the operands costs, up
// to 2^-11 of each, is the meaning of the kernel. A number from 65520 on is infinite there, and makes the sums it enters infinite or no number.

// use: linear_forward

const TILE_ROWS = 8u;
const TILE_QUADS = 2u; // vectors of 4 columns
const LANE_ROWS = 8u; // tune: 1 8

@compute @workgroup_size(8, LANE_ROWS)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let firstRow = id.y * TILE_ROWS;
  let firstQuad = id.x * TILE_QUADS;
  let steps = stepsOfSum();
  let quads = quadsOfRow();
  if (firstRow >= params.rows || firstQuad >= quads) { return; }

  var sum: array<array<vec4f, TILE_QUADS>, TILE_ROWS>;
  var weights: array<mat4x4f, TILE_QUADS>;
  for (var k = 0u; k < steps; k++) {
    for (var c = 0u; c < TILE_QUADS; c++) { // unroll
      weights[c] = weightsAt(min(firstQuad + c, quads - 1u), k, steps, quads);
    }
    for (var m = 0u; m < TILE_ROWS; m++) { // unroll
      let left = leftAt(min(firstRow + m, params.rows - 1u) * steps + k);
      for (var c = 0u; c < TILE_QUADS; c++) { // unroll
        sum[m][c] += product(left, weights[c]);
      }
    }
  }

  var sums = sum; // a copy to walk through: written out, store() would be compiled for each
  for (var quad = firstQuad; quad < min(firstQuad + TILE_QUADS, quads); quad++) {
    let bias = biasAt(quad);
    for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
      store(sums[m][quad - firstQuad], bias, (firstRow + m) * quads + quad);
    }
  }
}
