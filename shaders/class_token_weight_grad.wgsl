// class_token_weight_grad: the gradients of the loss at the learned rows of class_token, added onto what is there.
//
//   dpositions[t,:] += Σ_b dy[b,t,:]
//   dtoken[:]       += Σ_b dy[b,0,:]
//
// dy         : [images, tokens, width] f32, width a multiple of 4, read as vec4
// dtoken     : [width] f32
// dpositions : [at least tokens, width] f32
// One lane owns four columns of a position and walks the images in order.

const WG = 64u;

struct Params { images: u32, tokens: u32, width: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> dtoken: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> dpositions: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (at < params.tokens * columns) {
    var sum = vec4f(0.0);
    for (var b = 0u; b < params.images; b++) { sum += dy[b * params.tokens * columns + at]; }
    dpositions[at] += sum;
    if (at < columns) { dtoken[at] += sum; }
  }
}
