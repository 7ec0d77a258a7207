// linear_tiled: linear for GPUs, which have memory of their own for a workgroup and cheap barriers. As linear_grad_tiled it is linear_grad's.
//
//   result[m,n] = finish(sum_k left[m,k] * weights[k,n])
//
// A workgroup of 8 by 8 lanes owns a tile of SIDE by SIDE. For 16 numbers of the sum at a time it copies SIDE rows of the left factor and the
// weights of SIDE columns to its memory, so that each is loaded once a tile; a lane then takes SIDE / 8 rows and columns of them, at 64
// 16 loads for 64 dot products. Its rows are 8 apart and its columns vectors of 4, 32 apart, so that neighbouring lanes read neighbouring
// memory. How the weights lie there is of a part: parts/linear_tile_forward, or for linear_grad parts/linear_tile_backward.
// A small result is few tiles, too few for a GPU of many cores. The smaller side makes four times as many; and a tile may have SLICES times
// the lanes: the numbers of a sum are dealt to that many slices of 8 by 8, STEPS vectors of 4 at a time, and at last the first slice adds the
// others' sums to its own.
// Rows and columns past the edge read the last real one and are not stored; numbers past the end of a sum count as 0 in both factors.
// Each number is a chain over its slice's part of the sum in order, four numbers at a time, then one over the slices.
// With operands in f16 it is linear_half_tiled and linear_half_grad_tiled. Both tiles hold f32 even so: a weight is widened once a workgroup
// instead of once a lane.

// use: linear_forward, linear_tile_forward

const SIDE = 64u; // tune: 32 64
const SLICES = 1u; // tune: 1 2 4
const STEPS = 8u / max(SLICES, 2u); // vectors of 4 numbers of the sum that a slice copies: 16 KiB for all of them, at most

var<workgroup> lefts: array<vec4f, SLICES * STEPS * SIDE>; // [SLICES][STEPS][SIDE]; at last a slice's sums at one c, [SIDE / 8][64]
var<workgroup> weights: array<vec4f, SLICES * STEPS * SIDE>;

@compute @workgroup_size(8, 8, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = 8u * id.y + id.x; // of the slice
  let own = id.z * STEPS; // the slice's first step in memory, and of a round
  let firstRow = group.y * SIDE;
  let firstCol = group.x * SIDE;
  let steps = stepsOfSum();
  let quads = quadsOfRow();
  let row = min(firstRow + lane % SIDE, params.rows - 1u) * steps;

  var sum: array<array<vec4f, SIDE / 32u>, SIDE / 8u>;
  for (var first = 0u; first < steps; first += SLICES * STEPS) {
    for (var k = 0u; k < STEPS; k += 64u / SIDE) {
      let step = first + own + k + lane / SIDE;
      lefts[(own + k) * SIDE + lane] = select(vec4f(0.0), leftAt(row + min(step, steps - 1u)), step < steps);
      weights[(own + k) * SIDE + lane] = copiedWeight(firstCol, first + own + k, lane, steps, quads);
    }
    workgroupBarrier();
    for (var k = 0u; k < STEPS; k++) {
      let at = (own + k) * SIDE;
      var columns = array<mat4x4f, SIDE / 32u>();
      for (var c = 0u; c < SIDE / 32u; c++) { // unroll
        columns[c] = columnsAt(at, id.x + 8u * c);
      }
      for (var m = 0u; m < SIDE / 8u; m++) { // unroll
        let left = lefts[at + id.y + 8u * m];
        for (var c = 0u; c < SIDE / 32u; c++) { // unroll
          sum[m][c] += left * columns[c]; // four dot products
        }
      }
    }
    workgroupBarrier();
  }

  // The slices' sums, one slice after another, into the first's.
  for (var slice = 1u; slice < SLICES; slice++) {
    for (var c = 0u; c < SIDE / 32u; c++) { // unroll
      if (id.z == slice) {
        for (var m = 0u; m < SIDE / 8u; m++) { // unroll
          lefts[m * 64u + lane] = sum[m][c];
        }
      }
      workgroupBarrier();
      if (id.z == 0u) {
        for (var m = 0u; m < SIDE / 8u; m++) { // unroll
          sum[m][c] += lefts[m * 64u + lane];
        }
      }
      workgroupBarrier();
    }
  }

  var sums = sum; // a copy to walk through: written out, store() would be compiled for each
  for (var c = 0u; c < SIDE / 32u; c++) {
    let to = firstCol / 4u + id.x + 8u * c;
    if (id.z == 0u && to < quads) {
      let bias = biasAt(to);
      for (var m = 0u; m < SIDE / 8u; m++) {
        let row = firstRow + id.y + 8u * m;
        if (row < params.rows) { store(sums[m][c], bias, row * quads + to); }
      }
    }
  }
}
