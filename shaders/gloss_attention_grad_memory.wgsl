// gloss_attention_grad_memory: the gradient of the loss at the keys and values of a gloss_attention, from all samples of the clip that lie beside them.
//
//   dk[j] = Σ share · pulls.y · q[i],   dv[j] = Σ share · pulls.x · dy[i]      over the samples of rows i whose ⌊p⌋ is j, at factor · (1 - part),
//                                                                              or j - 1, at factor · part
//
// q, dy  : [B, T, D] f32, D = heads·headWidth, read as vec4; headWidth a multiple of 4; rows that take no samples may hold anything
// places : [B, H, T, samples] of (⌊p⌋, part, keep, slope), from gloss_attention_places
// pulls  : [B, H, T, samples] of vec2f, from gloss_attention_grad
// dkv    : [B, T, 2D] f32, keys and values side by side; 0 in rows that no sample lies beside
// One lane owns one row of one head and goes through all samples of its clip in order, for offsets may reach anywhere: no two lanes meet, and a sum has
// one fixed order. Lanes of a workgroup are neighbouring rows, which read the same places at a time.

const WG = 64u;

struct Params { batch: u32, length: u32, heads: u32, headWidth: u32, samples: u32, factor: f32 }

@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> places: array<vec4f>;
@group(0) @binding(3) var<storage, read> pulls: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> dkv: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = (group.y * groups.x + group.x) * WG + lane;
  if (own >= params.batch * params.heads * params.length) { return; }
  let j = own % params.length;
  let head = own / params.length % params.heads;
  let b = own / params.length / params.heads;
  let cols = params.headWidth / 4u;
  let width = params.heads * cols;
  let clip = b * params.length * width + head * cols; // of the clip's first row in q and dy
  let to = 2u * (b * params.length + j) * width + head * cols;
  for (var c = 0u; c < cols; c++) {
    dkv[to + c] = vec4f(0.0);
    dkv[to + width + c] = vec4f(0.0);
  }

  let line = own / params.length * params.length * params.samples;
  for (var s = 0u; s < params.length * params.samples; s++) {
    let place = places[line + s];
    let isLow = place.x == f32(j);
    if (!isLow && (place.x + 1.0 != f32(j) || place.y == 0.0)) { continue; }
    let share = params.factor * select(place.y, 1.0 - place.y, isLow);
    let pull = share * pulls[line + s];
    let at = clip + s / params.samples * width;
    for (var c = 0u; c < cols; c++) {
      dkv[to + c] += pull.y * q[at + c];
      dkv[to + width + c] += pull.x * dy[at + c];
    }
  }
}
