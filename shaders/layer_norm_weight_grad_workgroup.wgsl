// layer_norm_weight_grad_workgroup: layer_norm_weight_grad for GPUs, where the few lanes that columns are would leave most of it idle.
//
//   dGamma[c] += Σ_r dy[r,c] · (x[r,c] - mean) · scale       (mean, scale = stats[r], from the forward)
//   dBeta[c]  += Σ_r dy[r,c]
//
// x, dy         : [rows, width] f32, width a multiple of 4, read as vec4
// stats         : [rows, 2] f32, mean and 1/√(variance + epsilon)
// dGamma, dBeta : [width] f32, read as vec4, added onto
// One workgroup owns 4·ACROSS neighbouring columns, as in column_sum_workgroup: slice s of its lanes sums rows s, s + SLICES and so on,
// AHEAD of them at a time in sums of their own; then the first lanes add the slices up in order. Rows past the last read the
// last one and count as 0.

const WG = 256u;
const ACROSS = 8u; // tune: 8 16 32
const SLICES = WG / ACROSS;
const AHEAD = 4u;

struct Params { rows: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> stats: array<vec2f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dGamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dBeta: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> gammaSums: array<vec4f, WG>;
var<workgroup> betaSums: array<vec4f, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let columns = params.width / 4u;
  let c = (group.y * groups.x + group.x) * ACROSS + lane % ACROSS;
  let column = min(c, columns - 1u);

  var gammaAhead: array<vec4f, AHEAD>;
  var betaAhead: array<vec4f, AHEAD>;
  for (var first = 0u; first < params.rows; first += SLICES * AHEAD) {
    for (var n = 0u; n < AHEAD; n++) { // unroll
      let here = first + n * SLICES + lane / ACROSS;
      let row = min(here, params.rows - 1u);
      let at = row * columns + column;
      let grad = select(vec4f(0.0), dy[at], here < params.rows);
      gammaAhead[n] += grad * ((x[at] - stats[row].x) * stats[row].y);
      betaAhead[n] += grad;
    }
  }
  gammaSums[lane] = (gammaAhead[0] + gammaAhead[1]) + (gammaAhead[2] + gammaAhead[3]);
  betaSums[lane] = (betaAhead[0] + betaAhead[1]) + (betaAhead[2] + betaAhead[3]);
  workgroupBarrier();

  if (lane < ACROSS && c < columns) {
    var gammaTotal = vec4f(0.0);
    var betaTotal = vec4f(0.0);
    for (var slice = 0u; slice < SLICES; slice++) {
      gammaTotal += gammaSums[slice * ACROSS + lane];
      betaTotal += betaSums[slice * ACROSS + lane];
    }
    dGamma[c] += gammaTotal;
    dBeta[c] += betaTotal;
  }
}
