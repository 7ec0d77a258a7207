// cache_append: puts this step's row behind the rows each sample has kept so far.
//
//   cache[b, lengths[b], :] = x[b, column … column + width - 1]          where lengths[b] < capacity, else nothing
//
// x       : [B, stride] f32, read as vec4; stride, column and width multiples of 4
// lengths : [B] u32, not changed here
// cache   : [B, capacity, width] f32; all other rows stay
// One lane owns four neighbouring columns of one sample.

const WG = 64u;

struct Params { batch: u32, capacity: u32, width: u32, stride: u32, column: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> cache: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let cols = params.width / 4u;
  if (i < params.batch * cols) {
    let b = i / cols;
    let row = lengths[b];
    if (row < params.capacity) {
      cache[(b * params.capacity + row) * cols + i % cols] = x[b * (params.stride / 4u) + params.column / 4u + i % cols];
    }
  }
}
