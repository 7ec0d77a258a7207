// linear_subgroup: linear for adapters whose lanes can pass numbers to each other, and for whom loads are dear: software drivers. As
// linear_grad_subgroup it is linear_grad's.
//
//   result[m,n] = finish(sum_k left[m,k] * weights[k,n])
//
// One subgroup owns a tile of TILE_ROWS rows by 4·COL_QUADS columns a lane. Each lane loads the weights of its own columns, and one vector
// of the left factor in LANES rows, which the subgroup passes around. Four numbers of a sum cost a lane 4·COL_QUADS + TILE_ROWS/LANES vector
// loads for 4·TILE_ROWS·COL_QUADS dot products: at 16 by 4 on 8 lanes 6 for 64, where the tile of linear needs 16. All loads come before all
// products, or compilers carry half-made products across the branches of the loads; the ones that are passed around come first.
// Rows and columns past the edge read the last real one and are not stored: no lane leaves early, or it could not pass.
// Each number is one chain over the sum in order, four numbers at a time.
// With operands in f16 it is linear_half_subgroup and linear_half_grad_subgroup: loads of weights are of two words each instead of four, and a
// number of the left factor is rounded once, by the lane that loads it, before it is passed around.

// use: linear_forward

enable subgroups;

const LANES = 8u; // tune: 4 8, the adapter's subgroup size
const TILE_ROWS = 16u; // tune: 16 32
const COL_QUADS = 1u; // tune: 1 2

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * TILE_ROWS;
  let steps = stepsOfSum();
  let quads = quadsOfRow();
  let quad = group.x * LANES * COL_QUADS + lane; // the lane's next is LANES further

  var sum: array<array<vec4f, COL_QUADS>, TILE_ROWS>;
  for (var k = 0u; k < steps; k++) {
    var held = array<vec4f, TILE_ROWS / LANES>();
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      held[h] = leftAt(min(firstRow + h * LANES + lane, params.rows - 1u) * steps + k);
    }
    var columns = array<mat4x4f, COL_QUADS>();
    for (var c = 0u; c < COL_QUADS; c++) { // unroll
      columns[c] = byColumns(weightsAt(min(quad + c * LANES, quads - 1u), k, steps, quads));
    }
    for (var h = 0u; h < TILE_ROWS / LANES; h++) { // unroll
      for (var m = 0u; m < LANES; m++) { // unroll
        let left = subgroupShuffle(held[h], m);
        for (var c = 0u; c < COL_QUADS; c++) { // unroll
          sum[h * LANES + m][c] += left * columns[c]; // four dot products
        }
      }
    }
  }

  for (var c = 0u; c < COL_QUADS; c++) { // unroll
    let to = quad + c * LANES;
    if (to < quads) {
      let bias = biasAt(to);
      for (var m = 0u; m < min(TILE_ROWS, params.rows - firstRow); m++) {
        store(sum[m][c], bias, (firstRow + m) * quads + to);
      }
    }
  }
}
