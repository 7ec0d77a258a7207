// windows_grad: the gradient of the loss at what windows were taken of, from that at the windows: the sum over all that a number is part of.
//
//   dx[b, h, w, k] = Σ dy[b, r, c, (i·kernelWidth + j)·channels + k]   over r·step - edge + i = h, c·step - edge + j = w
//   (+ what was there, if accumulate is 1; 0 in columns of x past lengths[b] and in channels that are not taken)
//
// dy      : [batch, down, across, columns] f32; windows that a sample does not have are not read
// lengths : [batch] u32
// dx      : [batch, height, width, stride] f32, read as vec4
// One lane owns four neighbours of dx and goes through the windows in order.

// use: window_places

const WG = 64u;

struct Params {
  batch: u32, height: u32, width: u32, channels: u32, stride: u32, down: u32, across: u32, columns: u32,
  kernelHeight: u32, kernelWidth: u32, step: u32, edge: u32, filled: u32, accumulate: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.stride / 4u;
  let row = at / quads;
  let b = row / (params.height * params.width);
  if (b < params.batch) {
    let width = min(lengths[b], params.width);
    let place = row % params.width;
    let channel = 4u * (at % quads);
    var grad = vec4f(0.0);
    if (place < width) {
      let across = windowsIn(select(width, params.width, params.filled == 1u), params.edge, params.kernelWidth, params.step);
      let h = row / params.width % params.height + params.edge;
      let w = place + params.edge;
      for (var i = 0u; i < params.kernelHeight; i++) {
        if (i > h || (h - i) % params.step != 0u || (h - i) / params.step >= params.down) { continue; }
        for (var j = 0u; j < params.kernelWidth; j++) {
          if (j > w || (w - j) % params.step != 0u || (w - j) / params.step >= across) { continue; }
          let window = (b * params.down + (h - i) / params.step) * params.across + (w - j) / params.step;
          let start = window * params.columns + (i * params.kernelWidth + j) * params.channels + channel;
          for (var n = 0u; n < min(4u, params.channels - min(channel, params.channels)); n++) { grad[n] += dy[start + n]; }
        }
      }
    }
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
