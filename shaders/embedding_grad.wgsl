// embedding_grad: every token's gradient, added onto the row of the table it was read from.
//
//   dTable[uniqueIds[s],:] += scale · Σ dy[order[k],:]   over k in starts[s] … starts[s+1] - 1
//
// dy        : [rows, width] f32, width a multiple of 4, read as vec4
// uniqueIds : [rows] u32, the ids that occur, each once; slots past the last one are empty
// starts    : [rows + 1] u32, where each slot's rows begin in `order`; an empty slot has starts[s] = starts[s+1]
// order     : [rows] u32, the rows of dy by id, rising within a slot
// dTable    : [vocabulary, width] f32, read as vec4, added onto; rows whose id does not occur stay as they are
// One lane owns four columns of one slot, hence of one row of the table: an id that occurs often is summed by its one owner, in
// row order, with no atomics and so with the same bits every time. The host makes the three lists (invertIds).

const WG = 256u;

struct Params { rows: u32, width: u32, scale: f32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> uniqueIds: array<u32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> dTable: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  let slot = i / columns;
  if (slot < params.rows) {
    let c = i % columns;
    let begin = starts[slot];
    let end = starts[slot + 1u];
    if (begin < end) {
      var sum = vec4f(0.0);
      for (var k = begin; k < end; k++) { sum += dy[order[k] * columns + c]; }
      dTable[uniqueIds[slot] * columns + c] += params.scale * sum;
    }
  }
}
