// max_pool_grad: the gradient of the loss before max_pool, from that after it: it goes to the tap that was the largest of its window.
//
//   dx[b, h, w, k] = Σ dy[b, r, c, k]   over the windows in which (h, w) is the tap places[b, r, c, k]
//   (+ what was there, if accumulate is 1; 0 in columns of x past lengths[b])
//
// dy      : [batch, down, across, channels] f32, channels a multiple of 4, read as vec4
// places  : [batch, down, across, channels] u32, from max_pool
// lengths : [batch] u32
// dx      : [batch, height, width, channels] f32, read as vec4
// One lane owns four neighbours of dx and goes through the windows in order. Windows that a sample does not have are not read.

// use: window_places

const WG = 64u;

struct Params {
  batch: u32, height: u32, width: u32, channels: u32, down: u32, across: u32,
  kernelHeight: u32, kernelWidth: u32, step: u32, edge: u32, accumulate: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> places: array<vec4u>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.channels / 4u;
  let row = at / quads;
  let b = row / (params.height * params.width);
  if (b < params.batch) {
    let width = min(lengths[b], params.width);
    let place = row % params.width;
    var grad = vec4f(0.0);
    if (place < width) {
      let across = windowsIn(width, params.edge, params.kernelWidth, params.step);
      let h = row / params.width % params.height + params.edge;
      let w = place + params.edge;
      for (var i = 0u; i < params.kernelHeight; i++) {
        if (i > h || (h - i) % params.step != 0u || (h - i) / params.step >= params.down) { continue; }
        for (var j = 0u; j < params.kernelWidth; j++) {
          if (j > w || (w - j) % params.step != 0u || (w - j) / params.step >= across) { continue; }
          let window = (b * params.down + (h - i) / params.step) * params.across + (w - j) / params.step;
          let start = window * quads + at % quads;
          grad += select(vec4f(0.0), dy[start], places[start] == vec4u(i * params.kernelWidth + j));
        }
      }
    }
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
