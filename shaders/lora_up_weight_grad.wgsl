// lora_up_weight_grad: what the wide factors of low-rank adapters (lora_up) gain, added onto their gradient.
//
//   db[p,n,j] += sum_m dy[m,p,n] * h[m,p,j]
//
// dy : [rows, parts * width] f32      h : [rows, parts * rank] f32, the scale in it      db : [parts * width, rank] f32, added onto
// One lane owns four columns by four numbers of the rank and walks all rows, so the order of every sum is fixed.

const WG = 16u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> h: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.parts * params.width / 4u;
  let quads = params.rank / 4u;
  let quad = i / columns;
  if (quad >= quads) { return; }
  let c = i % columns;
  let part = 4u * c / params.width;

  var sum = mat4x4f();
  for (var row = 0u; row < params.rows; row++) {
    let left = dy[row * columns + c];
    let right = h[(row * params.parts + part) * quads + quad];
    sum += mat4x4f(left.x * right, left.y * right, left.z * right, left.w * right);
  }
  for (var n = 0u; n < 4u; n++) {
    db[(4u * c + n) * quads + quad] += sum[n];
  }
}
