// layer_norm_grad: the gradient of the loss before layer_norm, from the gradient after it.
//
//   n[c] = (x[r,c] - mean) · scale         g[c] = dy[r,c] · gamma[c]        (mean, scale = stats[r], from the forward)
//   dx[r,c] = scale · (g[c] - Σ g / width - n[c] · Σ g·n / width)           (+ what was there, if accumulate is 1)
//
// x, dy, dx : [rows, width] f32, width a multiple of 4, read as vec4
// gamma     : [width] f32, read as vec4
// stats     : [rows, 2] f32, mean and 1/√(variance + epsilon)
// One lane owns one row: first its two sums, then its elements. No barrier.
// n is of size 1 whatever the size of x, so the sums hold numbers the size of dy·gamma.

// use: total

const WG = 64u;

struct Params { rows: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dy: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * WG + lane;
  if (row < params.rows) {
    let columns = params.width / 4u;
    let first = row * columns;
    let mean = stats[row].x;
    let scale = stats[row].y;

    var sum = vec4f(0.0);
    var along = vec4f(0.0);
    for (var c = 0u; c < columns; c++) {
      let g = dy[first + c] * gamma[c];
      sum += g;
      along += g * ((x[first + c] - mean) * scale);
    }
    let sumShare = total(sum) / f32(params.width);
    let alongShare = total(along) / f32(params.width);

    for (var c = 0u; c < columns; c++) {
      let n = (x[first + c] - mean) * scale;
      var grad = scale * (dy[first + c] * gamma[c] - sumShare - n * alongShare);
      if (params.accumulate == 1u) { grad += dx[first + c]; }
      dx[first + c] = grad;
    }
  }
}
