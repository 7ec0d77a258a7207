// nearest_code_weight_grad: the gradient of the loss at the codes of a nearest_code: each is drawn to the rows that took it.
//
//   dcodes[m] += 2 · share[0] · Σ_r (codes[m] - z[r])        over the rows r with index[r] = m
//
// z      : [rows, width] f32, width a multiple of 4, read as vec4; rows of no code may hold anything
// codes, dcodes : [at least count, width] f32, read as vec4
// index  : [rows] u32, from nearest_code
// share  : [1] f32, a row's share of the loss, times the loss scale if there is one
// One lane owns four columns of one code and goes through all rows in order: no two lanes meet, and a sum has one fixed order.

const WG = 64u;

struct Params { rows: u32, width: u32, count: u32 }

@group(0) @binding(0) var<storage, read> z: array<vec4f>;
@group(0) @binding(1) var<storage, read> codes: array<vec4f>;
@group(0) @binding(2) var<storage, read> index: array<u32>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read_write> dcodes: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (i < params.count * cols) {
    let code = codes[i];
    var sum = vec4f(0.0);
    for (var r = 0u; r < params.rows; r++) {
      if (index[r] == i / cols) { sum += code - z[r * cols + i % cols]; }
    }
    dcodes[i] += 2.0 * share[0] * sum;
  }
}
