// class_token_grad: the gradient of the loss at the rows of the patches, from that behind class_token: without the row before them.
//
//   dx[b,p,:] = dy[b,1+p,:]       (+ what was there, if accumulate is 1)
//
// dy : [images, 1 + patches, width] f32, width a multiple of 4, read as vec4
// dx : [images, patches, width] f32
// One lane owns four neighbours of dx.

const WG = 64u;

struct Params { images: u32, patches: u32, width: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let size = params.patches * params.width / 4u;
  if (at < params.images * size) {
    var grad = dy[at + (at / size + 1u) * (params.width / 4u)];
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
