// binary_cross_entropy: how surprised predictions of yes or no, one for each class, are by what holds.
//
//   loss[r] = Σ_v -goal[r,v]·log q - (1 - goal[r,v])·log(1 - q)     q = p[r,v], at least 1e-8 and at most 1; over v < classes
//   where each surprise is 100 at most, as PyTorch has it
//
// p, goal : [rows, stride] f32, stride a multiple of 4, read as vec4; columns from `classes` on may hold anything. Goals are from 0 to 1
// loss    : [rows] f32
// A row belongs to LANES lanes, which walk neighbouring vectors of four; their sums are added pair by pair, in one fixed order. As it stands
// here a row belongs to one lane; as binary_cross_entropy_subgroup to a subgroup. Rows past the last read the last one and are not stored: all
// lanes must stay for the sum.

// use: row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const LEAST = 1e-8;

struct Params { rows: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> p: array<vec4f>;
@group(0) @binding(1) var<storage, read> goal: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let start = min(row, params.rows - 1u) * (params.stride / 4u);

  var sum = vec4f(0.0);
  for (var c = lane; c < (params.classes + 3u) / 4u; c += LANES) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes);
    let yes = clamp(p[start + c], vec4f(LEAST), vec4f(1.0));
    let no = 1.0 - yes;
    let wanted = goal[start + c];
    sum += select(vec4f(0.0), wanted * surprise(yes, no) + (1.0 - wanted) * surprise(no, yes), real);
  }
  let all = rowTotal(total(sum));
  if (lane == 0u && row < params.rows) { loss[row] = all; }
}

// -log q, where rest is 1 - q; exact to a few roundings of itself also near q = 1, where WGSL's log may be off by 2^-21: there it is
// 2·artanh(rest / (2 - rest)), a series in at most (1/3)². Above one half 1 - q is exact, below it is not read.
fn surprise(q: vec4f, rest: vec4f) -> vec4f {
  let z = rest / (2.0 - rest);
  let z2 = z * z;
  var series = vec4f(1.0 / 15.0);
  series = series * z2 + 1.0 / 13.0;
  series = series * z2 + 1.0 / 11.0;
  series = series * z2 + 1.0 / 9.0;
  series = series * z2 + 1.0 / 7.0;
  series = series * z2 + 1.0 / 5.0;
  series = series * z2 + 1.0 / 3.0;
  series = series * z2 + 1.0;
  let far = select(vec4f(100.0), -log(max(q, vec4f(1e-30))), q > vec4f(0.0));
  return select(2.0 * z * series, far, q < vec4f(0.5));
}
