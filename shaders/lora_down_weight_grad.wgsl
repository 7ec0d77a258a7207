// lora_down_weight_grad: what the narrow factors of low-rank adapters (lora_down) gain, added onto their gradient.
//
//   da[p,j,k] += sum_m dh[m,p,j] * drop_p(x)[m,k]
//
// dh : [rows, parts * rank] f32, the scale in it      x : [rows, width] f32      da : [parts * rank, width] f32, added onto
// drop_p : drops and enlarges what lora_down does
// One lane owns four numbers of the rank by four of the width and walks all rows, so the order of every sum is fixed.

// use: dropped

const WG = 16u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> dh: array<vec4f>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> da: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let quads = params.parts * params.rank / 4u;
  let quad = i / columns;
  if (quad >= quads) { return; }
  let c = i % columns;
  let stream = params.stream + 4u * quad / params.rank;

  var sum = mat4x4f();
  for (var row = 0u; row < params.rows; row++) {
    let source = row * columns + c;
    var right = x[source];
    if (params.rate > 0.0) { right = dropped(right, source, stream); }
    let left = dh[row * quads + quad];
    sum += mat4x4f(left.x * right, left.y * right, left.z * right, left.w * right);
  }
  for (var j = 0u; j < 4u; j++) {
    da[(4u * quad + j) * columns + c] += sum[j];
  }
}
