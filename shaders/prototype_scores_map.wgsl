// prototype_scores_map: where in time each class was found: the map of what prototype_scores sums.
//
//   E[b,t,v] = C[b,t,v]·T[b,t,v]        Σ_t E[b,t,v] = p[b,v]
//   and exactly 0 at padding, of tokens and of columns
//
// s            : [batch, length, stride] f32, stride a multiple of 4, read as vec4; padding may hold anything
// temperatures : [4] f32, as in prototype_scores
// overClasses  : [batch, length, 2] f32, from prototype_scores_classes
// overTime     : [batch, 2, stride] f32, from prototype_scores
// map          : [batch, length, stride] f32, read as vec4
// One lane owns four neighbouring classes of one token.

// use: held_temperatures, class_time_shares

const WG = 256u;

struct Params { batch: u32, length: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<vec4f>;
@group(0) @binding(1) var<storage, read> temperatures: array<f32>;
@group(0) @binding(2) var<storage, read> overClasses: array<vec2f>;
@group(0) @binding(3) var<storage, read> overTime: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> map: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.stride / 4u;
  if (i >= params.batch * params.length * columns) {
    return;
  }
  let row = i / columns;
  let c = i % columns;
  var found = vec4f(0.0);
  if (isSigned(row)) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes);
    found = select(vec4f(0.0), classShare(s[i], row) * timeShare(s[i], row / params.length, c, columns), real);
  }
  map[i] = found;
}
