// max_pool: the largest number of each window, after a ReLU: of frames side by side, or of squares of an image.
//
//   y[b, r, c, k]      = max(0, x[b, r·step - edge + i, c·step - edge + j, k] over the window's taps (i, j) that lie inside)
//   places[b, r, c, k] = i·kernelWidth + j of the first tap that is the largest, NONE where nothing is above 0
//
// x       : [batch, height, width, channels] f32, channels a multiple of 4, read as vec4
// lengths : [batch] u32, columns of x that count; those past them are outside, never read
// y       : [batch, down, across, channels] f32, read as vec4; 0 where a sample has no window
// places  : [batch, down, across, channels] u32, read as vec4
// Which windows there are, as in windows. A ReLU before the pool and one behind it are the same; so it has no pass of its own.
// One lane owns four channels of a window.

// use: window_places

const WG = 64u;
const NONE = 0xffffffffu;

struct Params {
  batch: u32, height: u32, width: u32, channels: u32, down: u32, across: u32,
  kernelHeight: u32, kernelWidth: u32, step: u32, edge: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> places: array<vec4u>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.channels / 4u;
  let window = at / quads;
  let b = window / (params.down * params.across);
  if (b < params.batch) {
    let width = min(lengths[b], params.width);
    let r = window / params.across % params.down;
    let c = window % params.across;
    var most = vec4f(0.0);
    var place = vec4u(NONE);
    if (c < windowsIn(width, params.edge, params.kernelWidth, params.step)) {
      for (var i = 0u; i < params.kernelHeight; i++) {
        for (var j = 0u; j < params.kernelWidth; j++) {
          let line = r * params.step + i;
          let column = c * params.step + j;
          let inside = line >= params.edge && line - params.edge < params.height
            && column >= params.edge && column - params.edge < width;
          if (!inside) { continue; }
          let value = x[((b * params.height + line - params.edge) * params.width + column - params.edge) * quads + at % quads];
          // Turned round, so that what is no number comes through instead of vanishing.
          let larger = !(value <= most);
          most = select(most, value, larger);
          place = select(place, vec4u(i * params.kernelWidth + j), larger);
        }
      }
    }
    y[at] = most;
    places[at] = place;
  }
}
