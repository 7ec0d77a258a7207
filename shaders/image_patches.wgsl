// image_patches: cuts images into squares, a row of numbers for each, so that a convolution whose steps are as long as its kernel is one
// product with the rows of its flattened weight.
//
//   y[b, r·across + c, (k·side + i)·side + j] = x[b, k, r·side + i, c·side + j],       across = width / side
//
// x : [images, channels, height, width] f32; height and width multiples of side
// y : [images, (height / side) · across, stride] f32, read as vec4; stride a multiple of 4, its columns from channels·side² on are 0
// One lane writes four neighbours of a row. Patches do not overlap: every number of x goes to one place.

const WG = 64u;

struct Params { images: u32, channels: u32, height: u32, width: u32, side: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let quads = params.stride / 4u;
  let across = params.width / params.side;
  let patches = across * (params.height / params.side);
  if (at < params.images * patches * quads) {
    let row = at / quads;
    let square = row % patches;
    let area = params.side * params.side;
    // Where the patch begins in the first channel of its image.
    let first = (row / patches) * params.channels * params.height * params.width
      + (square / across) * params.side * params.width + (square % across) * params.side;
    var quad = vec4f(0.0);
    for (var n = 0u; n < 4u; n++) {
      let column = 4u * (at % quads) + n;
      if (column < params.channels * area) {
        let within = column % area;
        let line = (column / area) * params.height + within / params.side;
        quad[n] = x[first + line * params.width + within % params.side];
      }
    }
    y[at] = quad;
  }
}
