// place_rows_grad: the gradient of the loss at images of which place_rows took the first rows: that of the row's place, and 0 in all other rows.
//
//   dx[i,0,:] = dy[places[first + i], :]   where places[first + i] < room, else 0
//   dx[i,t,:] = 0                          for t > 0                                   (+ what was there, if accumulate is 1)
//
// dy     : [room, width] f32, width a multiple of 4, read as vec4
// places : [at least first + images] u32
// dx     : [images, tokens, width] f32
// One lane owns four neighbours of dx.

const WG = 256u;

struct Params { images: u32, tokens: u32, width: u32, first: u32, room: u32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> places: array<u32>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (at < params.images * params.tokens * columns) {
    let row = at / columns;
    var grad = vec4f(0.0);
    if (row % params.tokens == 0u) {
      let place = places[params.first + row / params.tokens];
      if (place < params.room) { grad = dy[place * columns + at % columns]; }
    }
    if (params.accumulate == 1u) { grad += dx[at]; }
    dx[at] = grad;
  }
}
