// average_pool: half as many rows, each the mean of three neighbours; a missing one counts as a row of zeros.
//
//   y[b,i,:] = (x[b,2i-1,:] + x[b,2i,:] + x[b,2i+1,:]) / 3   for i < tokens, else 0
//
// x       : [batch, length, width] f32, width a multiple of 4, read as vec4
// lengths : [batch] u32, each at most `length`; more counts as `length`
// y       : [batch, tokens, width] f32, read as vec4, tokens = ⌈length/2⌉
// Each clip ends at its own length: rows past it are missing as those outside the tensor are, never read, and it has ⌈lengths[b]/2⌉ rows of y.
// With `padded` 1 lengths mean nothing and only rows outside the tensor are missing, as in the released Sign2GPT: padding is mixed into the
// rows by a clip's end.
// One lane owns EACH fours of neighbours in y, WG fours apart.

const WG = 256u; // tune: 8 256
const EACH = 1u; // tune: 1 4 16 128, vectors of four a lane takes in turn

struct Params { n: u32, length: u32, width: u32, padded: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let start = (group.y * groups.x + group.x) * WG * EACH + lane;
  let end = min(start + WG * EACH, params.n / 4u);
  let columns = params.width / 4u;
  let tokens = (params.length + 1u) / 2u;
  for (var i = start; i < end; i += WG) {
    let row = i / columns;
    let b = row / tokens;
    let t = 2u * (row % tokens);
    let rows = select(min(lengths[b], params.length), params.length, params.padded == 1u);
    var sum = vec4f(0.0);
    if (t < rows) {
      let at = (b * params.length + t) * columns + i % columns;
      if (t > 0u) { sum = x[at - columns]; }
      sum += x[at];
      if (t + 1u < rows) { sum += x[at + columns]; }
    }
    y[i] = sum / 3.0;
  }
}
