// class_token: puts a learned row before the rows of every image, and adds a learned position to each.
//
//   y[b,0,:]   = token + positions[0,:]
//   y[b,1+p,:] = x[b,p,:] + positions[1+p,:]
//
// x         : [images, patches, width] f32, width a multiple of 4, read as vec4
// token     : [width] f32
// positions : [at least 1 + patches, width] f32
// y         : [images, 1 + patches, width] f32
// One lane owns four neighbours of y.

const WG = 64u;

struct Params { images: u32, patches: u32, width: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> token: array<vec4f>;
@group(0) @binding(2) var<storage, read> positions: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let tokens = params.patches + 1u;
  if (at < params.images * tokens * columns) {
    let column = at % columns;
    let row = at / columns;
    let place = row % tokens;
    var value = token[column];
    if (place > 0u) { value = x[((row / tokens) * params.patches + place - 1u) * columns + column]; }
    y[at] = value + positions[place * columns + column];
  }
}
