// score_columns: of rows in which some columns are logits, those as the probabilities that they stand for.
//
//   y[r,c] = 1 / (1 + exp(-x[r,c])) where marked[c] is 1, else x[r,c]
//
// x, y : [rows, stride] f32, marked : [stride] u32, stride a multiple of 4, all read as vec4
// One lane owns four neighbouring columns. Taken of exp(-|x|), which is at most 1: nothing overflows.

const WG = 256u;

struct Params { rows: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> marked: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let wide = params.stride / 4u;
  if (i >= params.rows * wide) {
    return;
  }
  let e = exp(-abs(x[i]));
  let share = select(vec4f(1.0), e, x[i] < vec4f(0.0)) / (1.0 + e);
  y[i] = select(x[i], share, marked[i % wide] == vec4u(1u));
}
