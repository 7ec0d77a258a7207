// lora_down: the narrow product of low-rank adapters (LoRA, Hu et al. 2021), a wide row to a few numbers: of several adapters of one input, the
// parts, side by side.
//
//   h[m,p,j] = scale * sum_k drop_p(x)[m,k] * a[p,j,k]
//
// x : [rows, width] f32      a : [parts * rank, width] f32      h : [rows, parts * rank] f32; width and rank are multiples of 4
// drop_p : as in dropout.wgsl, of stream + p, so that each adapter drops for itself; nothing at rate 0. Nothing dropped is stored.
// One lane owns four numbers of ROWS neighbouring rows and walks the width: as many vectors of x as of a are loaded for 16 dot products.
// Products for tiles of 64 columns would mostly compute columns that are not there. Rows past the last read the last and are not stored.
// Each number is one chain of sums in order.

// use: dropped

const WG = 8u;
const ROWS = 4u;

struct Params { rows: u32, width: u32, rank: u32, parts: u32, scale: f32, stream: u32, rate: f32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> seed: array<u32>;
@group(0) @binding(3) var<storage, read_write> h: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.parts * params.rank / 4u;
  let firstRow = i / quads * ROWS;
  if (firstRow >= params.rows) { return; }
  let quad = i % quads;
  let stream = params.stream + 4u * quad / params.rank;
  let steps = params.width / 4u;

  var sum: array<vec4f, ROWS>;
  for (var k = 0u; k < steps; k++) {
    let at = 4u * quad * steps + k;
    let weights = mat4x4f(a[at], a[at + steps], a[at + 2u * steps], a[at + 3u * steps]);
    for (var m = 0u; m < ROWS; m++) { // unroll
      let source = min(firstRow + m, params.rows - 1u) * steps + k;
      var left = x[source];
      if (params.rate > 0.0) { left = dropped(left, source, stream); }
      sum[m] += left * weights;
    }
  }
  for (var m = 0u; m < min(ROWS, params.rows - firstRow); m++) {
    h[(firstRow + m) * quads + quad] = params.scale * sum[m];
  }
}
