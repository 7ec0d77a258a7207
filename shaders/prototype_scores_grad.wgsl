// prototype_scores_grad: the gradient of the loss at the cosines, and each token's part of that at both temperatures, from that at the scores.
//
//   dClass[b,t,v] = C[b,t,v]·(dp[b,v]·T[b,t,v] - Σ_u dp[b,u]·T[b,t,u]·C[b,t,u])          (through the softmax over classes)
//   dTime[b,t,v]  = T[b,t,v]·dp[b,v]·(C[b,t,v] - p[b,v])                                  (through the softmax over time)
//   ds            = dClass / τ of the classes + dTime / τ of time
//   dTemperature[b,t] = (-Σ_v dClass·S / τ² of the classes, -Σ_v dTime·S / τ² of time, 0, 0)
//   and exactly 0 at padding, of tokens and of columns; at a temperature outside 0.01 to 1, which is held there, exactly 0
//
// s            : [batch, length, stride] f32, stride a multiple of 4, read as vec4; padding may hold anything
// temperatures : [4] f32, as in prototype_scores
// overClasses  : [batch, length, 2] f32, from prototype_scores_classes
// overTime     : [batch, 2, stride] f32, from prototype_scores
// p, dp        : [batch, stride] f32, read as vec4
// ds           : [batch, length, stride] f32, read as vec4
// dTemperature : [batch · length, 4] f32: the gradient at the temperatures is the sum of its rows
// A row belongs to LANES lanes, which walk neighbouring vectors of four twice: for the row's sum, then for its elements. Their sums are added
// pair by pair, in one fixed order. As it stands here a row belongs to one lane; as prototype_scores_grad_subgroup to a subgroup. Rows past the
// last read the last one and are not stored, padding reads nothing: all lanes must stay for the sums.

// use: held_temperatures, class_time_shares, row_lane, total

const LANES = 1u; // tune: 4 8 16 32 64, the adapter's subgroup size
const ROWS = 64u; // tune: 1 2 4, of subgroups

struct Params { batch: u32, length: u32, classes: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> s: array<vec4f>;
@group(0) @binding(1) var<storage, read> temperatures: array<f32>;
@group(0) @binding(2) var<storage, read> overClasses: array<vec2f>;
@group(0) @binding(3) var<storage, read> overTime: array<vec4f>;
@group(0) @binding(4) var<storage, read> p: array<vec4f>;
@group(0) @binding(5) var<storage, read> dp: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> ds: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> dTemperature: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(LANES, ROWS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = id.x;
  let row = (group.y * groups.x + group.x) * ROWS + id.y;
  let rows = params.batch * params.length;
  let known = min(row, rows - 1u);
  let b = known / params.length;
  let columns = params.stride / 4u;
  let signed = isSigned(known);
  let end = select(0u, columns, signed);

  var products = vec4f(0.0);
  for (var c = lane; c < end; c += LANES) {
    let cosine = s[known * columns + c];
    let found = classShare(cosine, known) * timeShare(cosine, b, c, columns);
    products += select(vec4f(0.0), dp[b * columns + c] * found, isClass(c));
  }
  let ofRow = rowTotal(total(products));

  var ofClasses = vec4f(0.0);
  var ofTime = vec4f(0.0);
  for (var c = lane; c < end; c += LANES) {
    let cosine = s[known * columns + c];
    let share = classShare(cosine, known);
    let weight = timeShare(cosine, b, c, columns);
    let grad = dp[b * columns + c];
    let dClass = select(vec4f(0.0), share * (grad * weight - ofRow), isClass(c));
    let dTime = select(vec4f(0.0), weight * grad * (share - p[b * columns + c]), isClass(c));
    if (row < rows) { ds[row * columns + c] = dClass / classTemperature() + dTime / timeTemperature(); }
    ofClasses += select(vec4f(0.0), dClass * cosine, isClass(c));
    ofTime += select(vec4f(0.0), dTime * cosine, isClass(c));
  }
  let moved = vec2f(rowTotal(total(ofClasses)), rowTotal(total(ofTime)));

  if (row < rows) {
    if (!signed) {
      for (var c = lane; c < columns; c += LANES) { ds[row * columns + c] = vec4f(0.0); }
    }
    if (lane == 0u) {
      let held = vec2f(classTemperature(), timeTemperature());
      let free = vec2f(temperatures[0], temperatures[1]) == held;
      dTemperature[row] = vec4f(select(vec2f(0.0), -moved / (held * held), free), 0.0, 0.0);
    }
  }
}

// Which of columns 4c to 4c + 3 are classes.
fn isClass(c: u32) -> vec4<bool> { return vec4u(0u, 1u, 2u, 3u) + 4u * c < vec4u(params.classes); }
