// linear_half_matrix: linear_half for GPUs that multiply matrices of halves by subgroups: tensor cores.
//
//   y[m,n] = finish(sum_k half(x[m,k]) * w[n,k])        with buffers and finish as in parts/linear_forward, w in f16, two to a u32
//
// A workgroup of 8 subgroups of 32 owns a tile of 32·ROWS rows by 64·COLS columns; the subgroups are 2 down and 4 across, each with ROWS by
// COLS sums of 16 by 16 in registers. For 32 inner numbers at a time the workgroup copies its rows of x, rounded to halves, and of w to
// its memory; each subgroup loads ROWS + COLS matrices of 16 by 16 from there for ROWS·COLS products, twice. At 4 by 4 a number that
// crosses from the caches is used by 128 rows or 256 columns: 32 products a byte, as x crosses in f32.
// The next 32 numbers are on their way into registers while these are multiplied: WGSL has no copy that does not wait.
// A row of either tile is 64 bytes and 16 of padding: eight rows' 16 bytes then fall on different banks, which is what the loads of
// matrices read at once.
// Matrices show no elements, so the sums go out through the workgroup's memory, where the tiles no longer are.
// Rows and columns past the edge read the last real one and are not stored; inner numbers past the end count as 0 in x and in w.
// The hardware rounds x, to nearest even; numbers below 2^-14 it may round to multiples of 2^-24, or take for 0. Sums are f32, in an order
// of the hardware's own that does not change from run to run.
//
// Offsets and strides of matrices count elements of the array they are in: 4 halves or 2 floats. Which lanes are a subgroup WGSL does not
// say; that it is 32 neighbours by local_invocation_index holds wherever the variant is taken.

// use: linear_forward, sums_of_subgroup

enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sum = subgroup_matrix_result<f32, 16, 16>;

const ROWS = 4u; // tune: 1 2 4
const COLS = 4u; // tune: 1 2 4
const STEPS = 8u; // vectors of 4 inner numbers a round
const PITCH = 10u; // from row to row of a tile

// Rows of x, then of w, each [PITCH]; at last [8][16][16] sums, for which the smallest tile alone would lack 64 elements.
const W_TILE = 32u * ROWS * PITCH;
var<workgroup> tile: array<vec2u, W_TILE + 64u * COLS * PITCH + 64u>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * 32u * ROWS;
  let firstCol = group.x * 64u * COLS;
  let steps = params.inner / 4u;
  // What the lane copies: its vector of 8, in every 32nd row.
  let step = lane % STEPS;
  let line = lane / STEPS;
  // The corner of its subgroup's sums in the tile.
  let top = lane / 128u * 16u * ROWS;
  let left = lane / 32u % 4u * 16u * COLS;

  var sum: array<array<Sum, COLS>, ROWS>;
  var xNext: array<vec4f, ROWS>;
  var wNext: array<array<vec2u, 2>, COLS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    xNext[r] = inputs(firstRow + line + 32u * r, step);
  }
  for (var c = 0u; c < COLS; c++) { // unroll
    wNext[c][0] = weights(firstCol + line + 64u * c, step);
    wNext[c][1] = weights(firstCol + line + 64u * c + 32u, step);
  }
  for (var first = 0u; first < steps; first += STEPS) {
    for (var r = 0u; r < ROWS; r++) { // unroll
      tile[(line + 32u * r) * PITCH + step] = bitcast<vec2u>(vec4<f16>(xNext[r]));
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      tile[W_TILE + (line + 64u * c) * PITCH + step] = wNext[c][0];
      tile[W_TILE + (line + 64u * c + 32u) * PITCH + step] = wNext[c][1];
    }
    workgroupBarrier();

    let next = first + STEPS + step;
    for (var r = 0u; r < ROWS; r++) { // unroll
      xNext[r] = inputs(firstRow + line + 32u * r, next);
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      wNext[c][0] = weights(firstCol + line + 64u * c, next);
      wNext[c][1] = weights(firstCol + line + 64u * c + 32u, next);
    }
    for (var k = 0u; k < 2u; k++) { // unroll
      var rows = array<Left, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        rows[r] = subgroupMatrixLoad<Left, row_major>(&tile, (top + 16u * r) * PITCH + 4u * k, PITCH);
      }
      for (var c = 0u; c < COLS; c++) { // unroll
        // w's rows are the columns of what x is multiplied with.
        let columns = subgroupMatrixLoad<Right, col_major>(&tile, W_TILE + (left + 16u * c) * PITCH + 4u * k, PITCH);
        for (var r = 0u; r < ROWS; r++) { // unroll
          sum[r][c] = subgroupMatrixMultiplyAccumulate(rows[r], columns, sum[r][c]);
        }
      }
    }
    workgroupBarrier();
  }

  // 16 by 16 sums a subgroup at a time.
  let own = lane / 32u * 128u;
  for (var c = 0u; c < COLS; c++) { // unroll
    let to = (firstCol + left) / 4u + 4u * c + lane % 4u;
    for (var r = 0u; r < ROWS; r++) { // unroll
      subgroupMatrixStore<row_major>(&tile, own, sum[r][c], 8u);
      workgroupBarrier();
      storeSums(own, lane, firstRow + top + 16u * r, to);
      workgroupBarrier();
    }
  }
}

fn inputs(row: u32, step: u32) -> vec4f {
  let steps = params.inner / 4u;
  return select(vec4f(0.0), x[min(row, params.rows - 1u) * steps + min(step, steps - 1u)], step < steps);
}

fn weights(col: u32, step: u32) -> vec2u {
  let steps = params.inner / 4u;
  return select(vec2u(0u), w[min(col, params.cols - 1u) * steps + min(step, steps - 1u)], step < steps);
}
