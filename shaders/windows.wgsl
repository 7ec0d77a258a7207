// windows: a row of numbers for every place where a convolution's kernel lies, so that the convolution is one product with the rows of its
// flattened weight. Of signing [clips, 1, frames, channels] as of images [images, lines, columns, channels].
//
//   y[b, r, c, (i·kernelWidth + j)·channels + k] = x[b, r·step - edge + i, c·step - edge + j, k],     0 outside of x
//
// x       : [batch, height, width, stride] f32, stride a multiple of 4, read as vec4; its columns from `channels` on are not taken
// lengths : [batch] u32, columns of x that count; those past them are outside, never read
// y       : [batch, down, across, columns] f32, read as vec4; columns a multiple of 4, 0 from kernelHeight·kernelWidth·channels on
// With `filled` 1 all of x has windows, and columns past a length hold 1 in every channel, as in the released GFSLT-VLP.
// down = ⌊(height + 2·edge - kernelHeight) / step⌋ + 1; a sample has as many windows across as its own length gives, the others are 0.
// One lane writes four neighbours of a row.

// use: window_places

const WG = 64u;

struct Params {
  batch: u32, height: u32, width: u32, channels: u32, stride: u32, down: u32, across: u32, columns: u32,
  kernelHeight: u32, kernelWidth: u32, step: u32, edge: u32, filled: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.columns / 4u;
  let window = at / quads;
  let b = window / (params.down * params.across);
  if (b < params.batch) {
    let width = min(lengths[b], params.width);
    let r = window / params.across % params.down;
    let c = window % params.across;
    let first = 4u * (at % quads);
    var quad = vec4f(0.0);
    let room = select(width, params.width, params.filled == 1u);
    if (c < windowsIn(room, params.edge, params.kernelWidth, params.step)) {
      if (params.channels % 4u == 0u) {
        quad = taken(b, width, r, c, first);
      } else {
        for (var n = 0u; n < 4u; n++) { quad[n] = taken(b, width, r, c, first + n)[(first + n) % params.channels % 4u]; }
      }
    }
    y[at] = quad;
  }
}

// The four channels in x that a column of a window stands among.
fn taken(b: u32, width: u32, r: u32, c: u32, column: u32) -> vec4f {
  let tap = column / params.channels;
  let line = r * params.step + tap / params.kernelWidth;
  let place = c * params.step + tap % params.kernelWidth;
  let there = tap < params.kernelHeight * params.kernelWidth
    && line >= params.edge && line - params.edge < params.height && place >= params.edge && place - params.edge < params.width;
  if (!there) { return vec4f(0.0); }
  if (place - params.edge >= width) { return vec4f(f32(params.filled)); }
  let row = (b * params.height + line - params.edge) * params.width + place - params.edge;
  return x[(row * params.stride + column % params.channels) / 4u];
}
