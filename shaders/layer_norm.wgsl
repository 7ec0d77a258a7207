// layer_norm: every row brought to mean 0 and variance 1, then scaled and shifted column by column.
//
//   mean = Σ x[r,:] / width      variance = Σ (x[r,:] - mean)² / width      (biased, as the field does)
//   y[r,c] = (x[r,c] - mean) / √(variance + epsilon) · gamma[c] + beta[c]
//   stats[r] = (mean, 1 / √(variance + epsilon))                            (kept for the gradients)
//
// x, y        : [rows, width] f32, width a multiple of 4, read as vec4
// gamma, beta : [width] f32, read as vec4
// stats       : [rows, 2] f32
// One lane owns one row, start to end: no barrier, and x is read three times rather than held.
// The variance is summed from differences, never as E[x²] - mean², which loses every digit when |mean| ≫ std.
// epsilon > 0 keeps a constant row finite: its y is beta.

const WG = 64u;

struct Params { rows: u32, width: u32, epsilon: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> beta: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(5) var<uniform> params: Params;

fn total(v: vec4f) -> f32 { return (v.x + v.y) + (v.z + v.w); }

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row < params.rows) {
    let columns = params.width / 4u;
    let first = row * columns;

    var sum = vec4f(0.0);
    for (var c = 0u; c < columns; c++) { sum += x[first + c]; }
    let mean = total(sum) / f32(params.width);

    var squares = vec4f(0.0);
    for (var c = 0u; c < columns; c++) {
      let off = x[first + c] - mean;
      squares += off * off;
    }
    let scale = inverseSqrt(total(squares) / f32(params.width) + params.epsilon);

    for (var c = 0u; c < columns; c++) {
      y[first + c] = (x[first + c] - mean) * scale * gamma[c] + beta[c];
    }
    stats[row] = vec2f(mean, scale);
  }
}
