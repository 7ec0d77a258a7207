// image_patches_grad: the gradient of the loss at images, from that at the rows image_patches made of them: each number goes back to its pixel.
//
//   dx[b, k, r·side + i, c·side + j] = dy[b, r·across + c, (k·side + i)·side + j]       (+ what was there, if accumulate is 1)
//
// dy : [images, (height / side) · across, stride] f32, across = width / side; its columns from channels·side² on are not read
// dx : [images, channels, height, width] f32; height and width multiples of side
// One lane owns one pixel of one channel.

const WG = 256u;

struct Params { images: u32, channels: u32, height: u32, width: u32, side: u32, stride: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<f32>;
@group(0) @binding(1) var<storage, read_write> dx: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  if (at < params.images * params.channels * params.height * params.width) {
    let column = at % params.width;
    let line = at / params.width;
    let row = line % params.height;
    let plane = line / params.height;
    let down = params.height / params.side;
    let across = params.width / params.side;
    let square = ((plane / params.channels) * down + row / params.side) * across + column / params.side;
    let within = ((plane % params.channels) * params.side + row % params.side) * params.side + column % params.side;
    var grad = dy[square * params.stride + within];
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
