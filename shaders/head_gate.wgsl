// head_gate: a second attention added to a first through a gate for each head, as Sign2GPT (Wong et al. 2024) and LLaMA-Adapter (Zhang et al.
// 2023) have it.
//
//   y[r,h,c] = a[r,h,c] + open(gate[h]) * b[r,h,c]
//
// a, b, y : [rows, heads * headWidth] f32, read as vec4; headWidth is a multiple of 4      gate : [heads] f32      open : in parts/gate
// One lane owns EACH fours of neighbours, WG fours apart.
// A gate at 0 leaves the bits of a, whatever finite numbers b has.

// use: gate

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, heads: u32, headWidth: u32, kind: u32 }

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(first + WG * EACH, params.n / 4u);
  let quads = params.headWidth / 4u;
  for (var i = first; i < end; i += WG) { y[i] = a[i] + openTo(gate[i / quads % params.heads], params.kind) * b[i]; }
}
