// lora_up: what low-rank adapters (LoRA, Hu et al. 2021) add to the output of a layer: from the few numbers of lora_down back to the width, several
// adapters of one input, the parts, each to columns of its own.
//
//   y[m,p,n] = residual[m,p,n] + drop( base[m,p,n] + sum_j h[m,p,j] * b[p,n,j] )
//
// h : [rows, parts * rank] f32, the scale in it      b : [parts * width, rank] f32      base, residual, y : [rows, parts * width] f32
// residual is read when hasResidual; drop as in dropout.wgsl, nothing at rate 0; width and rank are multiples of 4
// One lane owns four columns of ROWS neighbouring rows: what it loads of b serves all of them. Rows past the last read the last and are not
// stored. With b 0 the sum is 0, and what is added to base leaves its bits.

// use: dropped

const WG = 64u;
const ROWS = 4u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32, hasResidual: u32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> h: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read> base: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<vec4f>;
@group(0) @binding(4) var<storage, read> seed: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.parts * params.width / 4u;
  let firstRow = i / columns * ROWS;
  if (firstRow >= params.rows) { return; }
  let c = i % columns;
  let quads = params.rank / 4u;
  let first = 4u * c / params.width * quads;

  var sum: array<vec4f, ROWS>;
  for (var quad = 0u; quad < quads; quad++) {
    let at = 4u * c * quads + quad;
    let weights = mat4x4f(b[at], b[at + quads], b[at + 2u * quads], b[at + 3u * quads]);
    for (var m = 0u; m < ROWS; m++) { // unroll
      sum[m] += h[min(firstRow + m, params.rows - 1u) * params.parts * quads + first + quad] * weights;
    }
  }
  for (var m = 0u; m < min(ROWS, params.rows - firstRow); m++) {
    let to = (firstRow + m) * columns + c;
    var out = base[to] + sum[m];
    if (params.rate > 0.0) { out = dropped(out, to, params.stream); }
    if (params.hasResidual == 1u) { out += residual[to]; }
    y[to] = out;
  }
}
