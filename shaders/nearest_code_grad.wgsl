// nearest_code_grad: the gradient of the loss at the rows of a nearest_code: that at their codes goes straight through, and rows are drawn to their code.
//
//   dz[r] = through · dy[r] + 2 · commitment · share[0] · (z[r] - y[r]),   0 past a clip's length        (+ what was there, if accumulate is 1)
//
// z, y, dy, dz : [batch, length, width] f32, width a multiple of 4, read as vec4; rows past a clip's length may hold anything
// index        : [batch, length] u32, from nearest_code: `count` and more are past a clip's length
// share        : [1] f32, a row's share of the loss, times the loss scale if there is one
// One lane owns four columns of one row. With `through` 0 nothing of dy counts.

const WG = 64u;

struct Params { rows: u32, width: u32, count: u32, through: u32, commitment: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> index: array<u32>;
@group(0) @binding(4) var<storage, read> share: array<f32>;
@group(0) @binding(5) var<storage, read_write> dz: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (i < params.rows * cols) {
    var grad = vec4f(0.0);
    if (index[i / cols] < params.count) { grad = select(vec4f(0.0), dy[i], params.through == 1u) + 2.0 * params.commitment * share[0] * (z[i] - y[i]); }
    if (params.accumulate == 1u) { grad += dz[i]; }
    dz[i] = grad;
  }
}
