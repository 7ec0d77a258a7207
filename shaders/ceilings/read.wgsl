// ceilings/read: the memory ceiling of what reads much and writes little, such as a sum. Each lane adds up EACH vectors of four and writes
// one. Four sums at once: one alone would wait for itself. Lanes take neighbours in turn, or, where OWN is 1, each walks a stretch of its own,
// as the lanes of a software driver do well.

const WG = 64u; // tune: 8 64 256
const EACH = 64u; // tune: 16 64 256, multiples of 4
const OWN = 0u; // tune: 0 1

struct Params { n: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = (group.y * groups.x + group.x) * WG + lane;
  // Whole stretches only: what is left of the array is not read, and y has no place for it.
  if ((own - lane + WG) * EACH > params.n / 4u) { return; }
  let step = select(WG, 1u, OWN == 1u);
  var at = select((own - lane) * EACH + lane, own * EACH, OWN == 1u);
  var s0 = vec4f(0.0);
  var s1 = vec4f(0.0);
  var s2 = vec4f(0.0);
  var s3 = vec4f(0.0);
  for (var turn = 0u; turn < EACH; turn += 4u) {
    s0 += x[at];
    s1 += x[at + step];
    s2 += x[at + 2u * step];
    s3 += x[at + 3u * step];
    at += 4u * step;
  }
  y[own] = (s0 + s1) + (s2 + s3);
}
