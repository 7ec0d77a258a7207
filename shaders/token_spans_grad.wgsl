// token_spans_grad: the gradient at x of what token_spans says of spans.
//
//   g[u]      = dspans[b,u].y + Σ dspans[b,j].x over u < j < lengths[b]        a token that lasts longer moves all after it
//   dx[b,u,0] = share[u] · (g[u] - Σ share[j]·g[j])                            (+ what was there, if accumulate is 1)
//   the other columns and padding: 0
//
// spans, dspans : [batch, tokens, 2] f32
// lengths       : [batch] u32, each at most `tokens`; more counts as `tokens`
// dx            : [batch, tokens, stride] f32
// One lane owns one sentence: it walks from the last token to the first twice, for the mean and then for the differences from it.

const WG = 64u;

struct Params { batch: u32, tokens: u32, stride: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> spans: array<vec2f>;
@group(0) @binding(1) var<storage, read> dspans: array<vec2f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let b = (group.y * groups.x + group.x) * WG + lane;
  if (b >= params.batch) {
    return;
  }
  let row = b * params.tokens;
  let count = min(lengths[b], params.tokens);
  var later = 0.0;
  var mean = 0.0;
  for (var k = count; k > 0u; k--) {
    let u = row + k - 1u;
    mean += spans[u].y * (dspans[u].y + later);
    later += dspans[u].x;
  }
  if (params.accumulate == 0u) {
    for (var i = row * params.stride; i < (row + params.tokens) * params.stride; i++) { dx[i] = 0.0; }
  }
  later = 0.0;
  for (var k = count; k > 0u; k--) {
    let u = row + k - 1u;
    dx[u * params.stride] += spans[u].y * (dspans[u].y + later - mean);
    later += dspans[u].x;
  }
}
