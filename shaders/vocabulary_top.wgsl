// vocabulary_top: the most likely classes of each row of a vocabulary whose logits come a shard at a time: those found so far and those of one more
// shard become those of both, in order.
//
//   top[r,:], token[r,:] = the `k` highest logits, and their classes, among the first `held` of top[r,:] and the shard's best found[r,:], the lower
//                       class of two alike first; fewer where held + some is less
//   sums[r]           = (highest, Σ e^(x - highest)) over the row's logits in this shard and, with held above 0, those before it
//   value[r,n]        = top[r,n] - logSumExp: log-probabilities, once the last shard was taken
//
// logits : [rows, stride] f32, stride a multiple of 4, read as vec4: of classes `first` to `first + classes`; columns behind may hold anything
// found  : [rows, some] u32: the shard's best, as columns, from the highest: what top_log_probs has for id
// top, value : [rows, k] f32      token : [rows, k] u32      sums : [rows, 2] f32
// The first shard has held 0; each next one min(k, classes before it). Places that nothing has filled yet hold LOWEST.
// A row belongs to LANES lanes, for its sums as in vocabulary_cross_entropy; one of them merges the two lists, from the last place to the first,
// so that what is overwritten has been moved. Classes of shards before are lower, so of two alike the held one is first. NaN or
// +infinity among its logits makes the values of a row NaN, so that whoever reads them sees it.
// As it stands here a row belongs to one lane; as vocabulary_top_subgroup to a subgroup.

// use: row_lane

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups
const LOWEST = -3.4e38;
const BROKEN = 3.4e38; // the highest logit of a row that has NaN or +infinity
const INFINITE = 0x7f800000u; // the bits of +infinity
const NO_NUMBER = 0x7fc00000u; // those of a NaN

struct Params { rows: u32, classes: u32, stride: u32, first: u32, k: u32, some: u32, held: u32 }

@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
@group(0) @binding(1) var<storage, read> found: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> top: array<f32>;
@group(0) @binding(4) var<storage, read_write> token: array<u32>;
@group(0) @binding(5) var<storage, read_write> value: array<f32>;
@group(0) @binding(6) var<uniform> params: Params;

fn logitAt(start: u32, column: u32) -> f32 { return logits[start + (column >> 2u)][column & 3u]; }

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let start = min(row, params.rows - 1u) * (params.stride / 4u);

  var high = LOWEST;
  var powers = 0.0;
  var broken = 0.0;
  for (var v = lane; v < (params.classes + 3u) / 4u; v += LANES) {
    let real = vec4u(0u, 1u, 2u, 3u) + 4u * v < vec4u(params.classes);
    let seen = select(vec4f(LOWEST), logits[start + v], real);
    let higher = max(max(high, max(seen.x, seen.y)), max(seen.z, seen.w));
    let each = select(vec4f(0.0), exp(seen - higher), real);
    powers = powers * exp(high - higher) + ((each.x + each.y) + (each.z + each.w));
    high = higher;
    // NaN and +infinity, by their bits: drivers may take it that there are none.
    let stored = bitcast<vec4u>(seen);
    if (any((stored == vec4u(INFINITE)) | ((stored & vec4u(0x7fffffffu)) > vec4u(INFINITE)))) { broken = 1.0; }
  }
  let shardHigh = rowHighest(high);
  let shardPowers = rowTotal(powers * exp(high - shardHigh));
  let shardBroken = rowHighest(broken);
  if (lane != 0u || row >= params.rows) { return; }
  var before = vec2f(LOWEST, 0.0);
  if (params.held > 0u) { before = sums[row]; }
  let highest = max(before.x, shardHigh);
  let all = before.y * exp(before.x - highest) + shardPowers * exp(shardHigh - highest);
  let finite = shardBroken == 0.0 && before.x < BROKEN;
  sums[row] = vec2f(select(BROKEN, highest, finite), all);

  // How many of each list stay.
  let own = row * params.k;
  let mine = row * params.some;
  let filled = min(params.k, params.held + params.some);
  var held = 0u;
  var fresh = 0u;
  for (var n = 0u; n < filled; n++) {
    var older = fresh == params.some;
    if (!older && held < params.held) { older = top[own + held] >= logitAt(start, found[mine + fresh]); }
    held += select(0u, 1u, older);
    fresh += select(1u, 0u, older);
  }
  for (var n = filled; n > 0u; n--) {
    var older = fresh == 0u;
    if (!older && held > 0u) { older = top[own + held - 1u] < logitAt(start, found[mine + fresh - 1u]); }
    var logit = 0.0;
    var chosen = 0u;
    if (older) {
      held--;
      logit = top[own + held];
      chosen = token[own + held];
    } else {
      fresh--;
      logit = logitAt(start, found[mine + fresh]);
      chosen = params.first + found[mine + fresh];
    }
    top[own + n - 1u] = logit;
    token[own + n - 1u] = chosen;
    value[own + n - 1u] = bitcast<f32>(select(NO_NUMBER, bitcast<u32>((logit - highest) - log(all)), finite));
  }
  for (var n = filled; n < params.k; n++) {
    top[own + n] = LOWEST;
    token[own + n] = 0u;
    value[own + n] = LOWEST;
  }
}
