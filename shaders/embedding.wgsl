// embedding: a row of the table for every token id, plus the encoding of the token's place in its sentence.
//
//   y[r,:] = scale · table[ids[r],:] + positions[r mod length,:]
//
// ids       : [rows] u32, each below the table's height; rows are sentences of `length` tokens, one after the other
// table     : [vocabulary, width] f32, width a multiple of 4, read as vec4
// positions : [at least length, width] f32, read as vec4
// y         : [rows, width] f32, read as vec4
// One lane owns four neighbours of y. With scale 1 the product is exact, and there is one rounding.

const WG = 256u;

struct Params { rows: u32, length: u32, width: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;
@group(0) @binding(2) var<storage, read> positions: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i < params.rows * columns) {
    let row = i / columns;
    let c = i % columns;
    y[i] = params.scale * table[ids[row] * columns + c] + positions[(row % params.length) * columns + c];
  }
}
