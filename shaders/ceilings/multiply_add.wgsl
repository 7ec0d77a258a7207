// ceilings/multiply_add: the adapter's arithmetic ceiling. Each lane runs two independent chains of vec4 multiply-adds, few enough to
// stay in a CPU's registers under a software driver, and touches memory once at either end. 16 flops a turn, 1024 turns.

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * 64u + lane;
  if (i >= params.n / 4u) { return; }
  let m = x[i];
  var a = m;
  var b = m + 1.0;
  for (var turn = 0u; turn < 256u; turn++) {
    a = a * m + m;
    b = b * m + m;
    a = a * m + m;
    b = b * m + m;
    a = a * m + m;
    b = b * m + m;
    a = a * m + m;
    b = b * m + m;
  }
  y[i] = a + b;
}
