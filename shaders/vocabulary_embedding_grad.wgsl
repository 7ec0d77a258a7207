// vocabulary_embedding_grad: every token's gradient, scaled and added onto the row it was read from, of a table or a shard of one.
//
//   dTable[uniqueIds[s] - first,:] += scale · Σ dy[order[k],:]   over k in starts[s] … starts[s+1] - 1, where first ≤ uniqueIds[s] < first + count
//
// dy        : [rows, width] f32, width a multiple of 4, read as vec4
// uniqueIds : [rows] u32, the ids that occur, each once; slots past the last one are empty
// starts    : [rows + 1] u32, where each slot's rows begin in `order`; an empty slot has starts[s] = starts[s+1]
// order     : [rows] u32, the rows of dy by id, rising within a slot
// dTable    : [count or more, width] f32, read as vec4, added onto; rows whose id does not occur stay as they are
// One lane owns four columns of one slot, hence of one row of the table: an id that occurs often is summed by its one owner, in
// row order, with no atomics and so with the same bits every time. The host makes the three lists (invertIds).

const WG = 256u;

struct Params { rows: u32, width: u32, first: u32, count: u32, scale: f32 }

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
  if (slot >= params.rows) { return; }
  let own = uniqueIds[slot] - params.first;
  let begin = starts[slot];
  let end = starts[slot + 1u];
  if (own >= params.count || begin >= end) { return; }
  let c = i % columns;
  var sum = vec4f(0.0);
  for (var k = begin; k < end; k++) { sum += dy[order[k] * columns + c]; }
  dTable[own * columns + c] += params.scale * sum;
}
