// similarity_gap_grad: the gradient of the squared gaps of similarity_gap at the rows, each pair counted once.
//
//   du[i,c] = 2 · share[0] · Σ_j gap[i,j] · u[j,c]        (+ what was there, if accumulate is 1)
//
// u, du : [rows, width] f32, width a multiple of 4, read as vec4
// gap   : [rows, rows] f32, from similarity_gap, with zeros on its diagonal
// share : [1] f32, a pair's share of the loss, times the loss scale if there is one
// One lane owns four columns of one row and takes the other rows in order.

const WG = 64u;

struct Params { rows: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> u: array<vec4f>;
@group(0) @binding(1) var<storage, read> gap: array<f32>;
@group(0) @binding(2) var<storage, read> share: array<f32>;
@group(0) @binding(3) var<storage, read_write> du: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (own < params.rows * cols) {
    let i = own / cols;
    let c = own % cols;
    var sum = vec4f(0.0);
    for (var j = 0u; j < params.rows; j++) { sum += gap[i * params.rows + j] * u[j * cols + c]; }
    sum *= 2.0 * share[0];
    if (params.accumulate == 1u) { sum += du[own]; }
    du[own] = sum;
  }
}
