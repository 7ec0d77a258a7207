// prototype_scores_classes: what the softmax over classes of every token is made with.
//
//   overClasses[b,t] = (highest, Σ_v e^((S[b,t,v] - highest) / τ))     highest = max_v S[b,t,v], over v < classes, t < lengths[b]
//   overClasses[b,t] = (0, 0)                                          at padding, which is how later kernels know it
//
// s            : [batch, length, stride] f32, stride a multiple of 4, read as vec4; padding in rows and columns may hold anything
// temperatures : [4] f32: τ of the classes (0) and of time (1), each taken as the nearest number from 0.01 to 1
// lengths      : [batch] u32; more than `length` counts as `length`
// overClasses  : [batch, length, 2] f32
// The highest cosine is kept apart from the sum: a logarithm of both, divided by a temperature of 0.01, would have a hundredfold rounding.
// A row belongs to LANES lanes, which walk neighbouring vectors of four; their sums are added pair by pair, in one fixed order. As it stands
// here a row belongs to one lane; as prototype_scores_classes_subgroup to a subgroup. Rows past the last stand in for the last one and are not
// stored, padding reads nothing: all lanes must stay for the sums.

// use: held_temperatures, row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const LOWEST = -3.4e38;

struct Params { batch: u32, length: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<vec4f>;
@group(0) @binding(1) var<storage, read> temperatures: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> overClasses: array<vec2f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let rows = params.batch * params.length;
  let known = min(row, rows - 1u);
  let signed = known % params.length < lengths[known / params.length];
  let end = select(0u, (params.classes + 3u) / 4u, signed);
  let start = known * (params.stride / 4u);
  let temperature = classTemperature();

  var high = LOWEST;
  for (var c = lane; c < end; c += LANES) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes);
    let seen = select(vec4f(LOWEST), s[start + c], real);
    high = max(high, max(max(seen.x, seen.y), max(seen.z, seen.w)));
  }
  let highest = rowHighest(high);

  var powers = vec4f(0.0);
  for (var c = lane; c < end; c += LANES) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes);
    powers += select(vec4f(0.0), exp((s[start + c] - highest) / temperature), real);
  }
  let sum = rowTotal(total(powers));
  if (lane == 0u && row < rows) { overClasses[row] = select(vec2f(0.0), vec2f(highest, sum), signed); }
}
