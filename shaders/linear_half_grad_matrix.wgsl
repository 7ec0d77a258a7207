// linear_half_grad_matrix: linear_half_grad for GPUs that multiply matrices of halves by subgroups, as linear_half_matrix.
//
//   dx[m,k] = finish(sum_n half(dy[m,n]) * w[n,k])        with buffers and finish as in parts/linear_backward, w in f16, two to a u32
//
// Tiles, subgroups, rounding and the way out as in linear_half_matrix. For 32 columns of dy at a time the workgroup copies 32·ROWS rows of
// dy and 32 rows of w, 64·COLS halves long, to its memory. Those of w have 16 bytes of padding too, for the same reason.
// Rows and columns past the edge read the last real one and are not stored; columns of dy past the end count as 0, in w too.

// use: linear_backward, sums_of_subgroup

enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sum = subgroup_matrix_result<f32, 16, 16>;

const ROWS = 4u; // tune: 1 2 4
const COLS = 4u; // tune: 1 2 4
const STEPS = 8u; // vectors of 4 columns of dy a round
const PITCH = 10u; // from row to row of dy's tile
const W_PITCH = 16u * COLS + 2u;

// Rows of dy [PITCH], then of w [W_PITCH]; at last [8][16][16] sums, for which the smallest tile alone would lack 128 elements.
const W_TILE = 32u * ROWS * PITCH;
var<workgroup> tile: array<vec2u, W_TILE + 32u * W_PITCH + 128u>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * 32u * ROWS;
  let firstCol = group.x * 64u * COLS;
  let steps = params.cols / 4u;
  // What the lane copies of dy: its vector of 8, in every 32nd row. Of w: every 16th vector, in two rows.
  let step = lane % STEPS;
  let line = lane / STEPS;
  let wCol = firstCol / 4u + lane % 16u;
  let wLine = lane / 16u;
  // The corner of its subgroup's sums in the tile.
  let top = lane / 128u * 16u * ROWS;
  let left = lane / 32u % 4u * 16u * COLS;

  var sum: array<array<Sum, COLS>, ROWS>;
  var dyNext: array<vec4f, ROWS>;
  var wNext: array<array<vec2u, 2>, COLS>;
  for (var r = 0u; r < ROWS; r++) { // unroll
    dyNext[r] = grads(firstRow + line + 32u * r, step);
  }
  for (var c = 0u; c < COLS; c++) { // unroll
    wNext[c][0] = weights(wLine, wCol + 16u * c);
    wNext[c][1] = weights(wLine + 16u, wCol + 16u * c);
  }
  for (var first = 0u; first < steps; first += STEPS) {
    for (var r = 0u; r < ROWS; r++) { // unroll
      tile[(line + 32u * r) * PITCH + step] = bitcast<vec2u>(vec4<f16>(dyNext[r]));
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      tile[W_TILE + wLine * W_PITCH + lane % 16u + 16u * c] = wNext[c][0];
      tile[W_TILE + (wLine + 16u) * W_PITCH + lane % 16u + 16u * c] = wNext[c][1];
    }
    workgroupBarrier();

    let next = first + STEPS;
    for (var r = 0u; r < ROWS; r++) { // unroll
      dyNext[r] = grads(firstRow + line + 32u * r, next + step);
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      wNext[c][0] = weights(4u * next + wLine, wCol + 16u * c);
      wNext[c][1] = weights(4u * next + wLine + 16u, wCol + 16u * c);
    }
    for (var n = 0u; n < 2u; n++) { // unroll
      var rows = array<Left, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        rows[r] = subgroupMatrixLoad<Left, row_major>(&tile, (top + 16u * r) * PITCH + 4u * n, PITCH);
      }
      for (var c = 0u; c < COLS; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, row_major>(&tile, W_TILE + 16u * n * W_PITCH + left / 4u + 4u * c, W_PITCH);
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

fn grads(row: u32, step: u32) -> vec4f {
  let steps = params.cols / 4u;
  return select(vec4f(0.0), dy[min(row, params.rows - 1u) * steps + min(step, steps - 1u)], step < steps);
}

fn weights(row: u32, col: u32) -> vec2u {
  let width = params.inner / 4u;
  return select(vec2u(0u), w[min(row, params.cols - 1u) * width + min(col, width - 1u)], row < params.cols);
}
