// linear_half_weight_grad_matrix: linear_half_weight_grad for GPUs that multiply matrices of halves by subgroups, as linear_half_matrix.
//
//   dw[n,k] += sum_m half(dy[m,n]) * half(x[m,k])        db[n] += sum_m dy[m,n]        (db when hasBias is 1)
//
// x : [rows, inner] f32      dy : [rows, cols] f32      dw : [cols, inner] f32      db : [cols] f32; inner and cols multiples of 4
//
// Tiles, subgroups, rounding and the way out as in linear_half_matrix: here 32·ROWS rows by 64·COLS columns of dw. For 32 rows of the
// batch at a time the workgroup copies 32·ROWS numbers of each row of dy and 64·COLS of each row of x to its memory. A column of dy's
// tile is a row of the left matrix. Rows of either tile have 16 bytes of padding, for the reason given there.
// With SLICES above 1, for a small dw over a long batch, the tile is 64·COLS / SLICES columns wide and the subgroups are as many slices of
// 2 down and 4 / SLICES across: of 32·SLICES rows of the batch at a time each multiplies 32. On their way out the slices' sums are added,
// one slice after another.
// Rows and columns past the edge read the last real one and are not stored; rows of the batch past the last count as 0, in x too.
// The workgroups of the first columns sum the bias too, before a gradient is rounded: each lane every 32nd row of the batch, then 8 lanes
// the 32 sums of each column in order.

// use: tile_floats

enable f16;
enable chromium_experimental_subgroup_matrix;
diagnostic(off, chromium.subgroup_matrix_uniformity);

alias Left = subgroup_matrix_left<f16, 16, 16>;
alias Right = subgroup_matrix_right<f16, 16, 16>;
alias Sum = subgroup_matrix_result<f32, 16, 16>;

const ROWS = 4u; // tune: 1 2 4
const COLS = 2u; // tune: 1 2
const SLICES = 1u; // tune: 1 2 4
const ROUND = 32u * SLICES; // rows of the batch
const MEMBERS = 8u / SLICES; // subgroups of a slice
const ACROSS = 4u / SLICES;
const WIDE = 16u / SLICES; // lanes that copy a row of x
const PITCH = 8u * ROWS + 2u; // from row to row of dy's tile
const X_PITCH = WIDE * COLS + 2u;

struct Params { rows: u32, inner: u32, cols: u32, hasBias: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dw: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

// Rows of dy [PITCH], then of x [X_PITCH]; at last [8][16][16] sums, for which the smallest tile alone would lack 128 elements.
const X_TILE = ROUND * PITCH;
var<workgroup> tile: array<vec2u, X_TILE + ROUND * X_PITCH + 128u>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let firstRow = group.y * 32u * ROWS;
  let firstCol = group.x * 4u * WIDE * COLS;
  let height = params.cols / 4u;
  let width = params.inner / 4u;
  // What the lane copies of dy: every 8th vector, in every 32nd row. Of x: every vector WIDE apart, in two rows.
  let line = lane / 8u;
  let quad = firstRow / 4u + lane % 8u;
  let xLine = lane / WIDE;
  let xQuad = firstCol / 4u + lane % WIDE;
  // Its subgroup's place in the slice, and the corner of its sums in the tile.
  let slice = lane / 32u / MEMBERS;
  let member = lane / 32u % MEMBERS;
  let top = member / ACROSS * 16u * ROWS;
  let left = member % ACROSS * 16u * COLS;

  var sum: array<array<Sum, COLS>, ROWS>;
  var bias: array<vec4f, ROWS>;
  var dyNext: array<array<vec4f, ROWS>, SLICES>;
  var xNext: array<array<vec4f, 2>, COLS>;
  for (var s = 0u; s < SLICES; s++) { // unroll
    for (var r = 0u; r < ROWS; r++) { // unroll
      dyNext[s][r] = grads(line + 32u * s, quad + 8u * r);
    }
  }
  for (var c = 0u; c < COLS; c++) { // unroll
    xNext[c][0] = inputs(xLine, xQuad + WIDE * c);
    xNext[c][1] = inputs(xLine + ROUND / 2u, xQuad + WIDE * c);
  }
  for (var first = 0u; first < params.rows; first += ROUND) {
    for (var s = 0u; s < SLICES; s++) { // unroll
      for (var r = 0u; r < ROWS; r++) { // unroll
        bias[r] += dyNext[s][r];
        tile[(line + 32u * s) * PITCH + lane % 8u + 8u * r] = bitcast<vec2u>(vec4<f16>(dyNext[s][r]));
      }
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      tile[X_TILE + xLine * X_PITCH + lane % WIDE + WIDE * c] = bitcast<vec2u>(vec4<f16>(xNext[c][0]));
      tile[X_TILE + (xLine + ROUND / 2u) * X_PITCH + lane % WIDE + WIDE * c] = bitcast<vec2u>(vec4<f16>(xNext[c][1]));
    }
    workgroupBarrier();

    let next = first + ROUND;
    for (var s = 0u; s < SLICES; s++) { // unroll
      for (var r = 0u; r < ROWS; r++) { // unroll
        dyNext[s][r] = grads(next + line + 32u * s, quad + 8u * r);
      }
    }
    for (var c = 0u; c < COLS; c++) { // unroll
      xNext[c][0] = inputs(next + xLine, xQuad + WIDE * c);
      xNext[c][1] = inputs(next + xLine + ROUND / 2u, xQuad + WIDE * c);
    }
    for (var m = 0u; m < 2u; m++) { // unroll
      let at = 32u * slice + 16u * m;
      var rows = array<Left, ROWS>();
      for (var r = 0u; r < ROWS; r++) { // unroll
        rows[r] = subgroupMatrixLoad<Left, col_major>(&tile, at * PITCH + top / 4u + 4u * r, PITCH);
      }
      for (var c = 0u; c < COLS; c++) { // unroll
        let columns = subgroupMatrixLoad<Right, row_major>(&tile, X_TILE + at * X_PITCH + left / 4u + 4u * c, X_PITCH);
        for (var r = 0u; r < ROWS; r++) { // unroll
          sum[r][c] = subgroupMatrixMultiplyAccumulate(rows[r], columns, sum[r][c]);
        }
      }
    }
    workgroupBarrier();
  }

  // 16 by 16 sums a subgroup at a time; a lane takes a vector of 4 in rows 8 apart, or two slices' lanes one of the rows each.
  for (var c = 0u; c < COLS; c++) { // unroll
    let to = (firstCol + left) / 4u + 4u * c + lane % 4u;
    for (var r = 0u; r < ROWS; r++) { // unroll
      subgroupMatrixStore<row_major>(&tile, lane / 32u * 128u, sum[r][c], 8u);
      workgroupBarrier();
      for (var h = slice; h < 2u; h += SLICES) {
        let row = lane % 32u / 4u + 8u * h;
        var total = vec4f(0.0);
        for (var s = 0u; s < SLICES; s++) {
          let place = 128u * (s * MEMBERS + member) + 8u * row + 2u * (lane % 4u);
          total += floatsAt(place);
        }
        let at = firstRow + top + 16u * r + row;
        if (at < params.cols && to < width) { dw[at * width + to] += total; }
      }
      workgroupBarrier();
    }
  }

  if (params.hasBias == 1u && group.x == 0u) {
    for (var r = 0u; r < ROWS; r++) { // unroll
      let bits = bitcast<vec4u>(bias[r]);
      tile[2u * lane] = bits.xy;
      tile[2u * lane + 1u] = bits.zw;
      workgroupBarrier();
      if (lane < 8u && quad + 8u * r < height) {
        var total = vec4f(0.0);
        for (var i = 2u * lane; i < 512u; i += 16u) { total += floatsAt(i); }
        db[quad + 8u * r] += total;
      }
      workgroupBarrier();
    }
  }
}

fn grads(row: u32, quad: u32) -> vec4f {
  let height = params.cols / 4u;
  return select(vec4f(0.0), dy[min(row, params.rows - 1u) * height + min(quad, height - 1u)], row < params.rows);
}

fn inputs(row: u32, quad: u32) -> vec4f {
  let width = params.inner / 4u;
  return select(vec4f(0.0), x[min(row, params.rows - 1u) * width + min(quad, width - 1u)], row < params.rows);
}
