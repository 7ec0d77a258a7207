// upsampling_grad_phase: the gradient of upsampling at the phase of every frame in every token.
//
//   dweight[u] = Σ dy[r,c]·x[b,u,c] + Σ dy[r,width+k]·max(0, 1 - |place[u] - k|)
//   dphase[r,u] = weight[r,u] · ((dweight[u] - Σ weight[r,j]·dweight[j]) · -9·(phase[u] - ½)
//                 + 15 · (dy[r,width+k+1] - dy[r,width+k]) where 0 < phase[u] < 1, k the place below)
//   0 at padding
//
// x, frames, spans, lengths, weight : as upsampling has them
// dy     : [batch · length, width + 16] f32, read as vec4
// dphase : [batch · length, tokens] f32
// A workgroup owns one frame, each of its lanes every 64th token; the mean of dweight over the tokens is summed in a tree of fixed order.

// use: token_phase

const WG = 64u;

struct Params { batch: u32, length: u32, tokens: u32, width: u32, stride: u32, column: u32, unit: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> frames: array<f32>;
@group(0) @binding(2) var<storage, read> spans: array<vec2f>;
@group(0) @binding(3) var<storage, read> lengths: array<u32>;
@group(0) @binding(4) var<storage, read> weight: array<f32>;
@group(0) @binding(5) var<storage, read> dy: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> dphase: array<f32>;
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> means: array<f32, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  let real = row < params.batch * params.length;
  let b = min(row / params.length, params.batch - 1u);
  let token = b * params.tokens;
  let count = select(0u, min(lengths[b], params.tokens), real);
  let own = select(0u, row * params.tokens, real);
  let moment = params.unit * frames[select(0u, row, real) * params.stride + params.column];

  var mean = 0.0;
  for (var u = lane; u < count; u += WG) {
    let d = gradAtWeight(row, token + u, placeOf(phaseOf(moment, spans[token + u])));
    mean += weight[own + u] * d;
    dphase[own + u] = d;
  }
  means[lane] = mean;
  workgroupBarrier();
  for (var half = WG / 2u; half > 0u; half /= 2u) {
    if (lane < half) { means[lane] += means[lane + half]; }
    workgroupBarrier();
  }
  mean = means[0];

  for (var u = lane; u < count; u += WG) {
    let phase = phaseOf(moment, spans[token + u]);
    var grad = (dphase[own + u] - mean) * (-2.0 * SHARPNESS) * (phase - 0.5);
    if (phase > 0.0 && phase < 1.0) {
      let below = min(u32(placeOf(phase)), PLACES - 2u);
      grad += f32(PLACES - 1u) * (gradAtPlace(row, below + 1u) - gradAtPlace(row, below));
    }
    dphase[own + u] = weight[own + u] * grad;
  }
  for (var u = count + lane; u < params.tokens; u += WG) {
    if (real) { dphase[own + u] = 0.0; }
  }
}

fn gradAtPlace(row: u32, k: u32) -> f32 {
  let column = params.width + k;
  return dy[row * (params.width + PLACES) / 4u + column / 4u][column % 4u];
}

fn gradAtWeight(row: u32, token: u32, place: f32) -> f32 {
  let features = params.width / 4u;
  let start = row * (features + PLACES / 4u);
  var sum = 0.0;
  for (var c = 0u; c < features; c++) { sum += dot(dy[start + c], x[token * features + c]); }
  let below = min(u32(place), PLACES - 2u);
  let share = place - f32(below);
  return sum + (1.0 - share) * gradAtPlace(row, below) + share * gradAtPlace(row, below + 1u);
}
