// place_rows: puts the first row of every image where its frame stands in a batch of clips.
//
//   y[places[first + i], :] = x[i, 0, :]       where places[first + i] < room, else nothing
//
// x      : [images, tokens, width] f32, width a multiple of 4, read as vec4
// places : [at least first + images] u32, a row of y for each image, no two alike; from room on it is of padding
// y      : [room, width] f32; all other rows stay
// One lane owns four neighbouring columns of one image's row.

const WG = 64u;

struct Params { images: u32, tokens: u32, width: u32, first: u32, room: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> places: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (at < params.images * columns) {
    let image = at / columns;
    let place = places[params.first + image];
    if (place < params.room) { y[place * columns + at % columns] = x[image * params.tokens * columns + at % columns]; }
  }
}
