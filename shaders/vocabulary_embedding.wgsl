// vocabulary_embedding: scaled rows of a table for token ids, plus each token's position, where the table may be a shard of a larger one.
//
//   y[r,:] = start[r,:] + (scale · table[ids[r] - first,:] where first ≤ ids[r] < first + count, else 0)
//   start[r,:] = y[r,:] with accumulate 1, else positions[at[r],:]
//
// ids       : [rows] u32; those that are not of this shard read nothing of it
// table     : [count or more, width] f32, width a multiple of 4, read as vec4; the rows of ids `first` to `first + count`
// positions : [above all of at, width] f32, read as vec4      at : [rows] u32
// y         : [rows, width] f32, read as vec4
// One lane owns four neighbours of y. Every id is in one shard, so a sum over the shards, the first of which does not accumulate, is what the
// whole table would give, bit for bit: to the others' rows a shard adds nothing, not 0.

// use: operand_f32

const WG = 256u;

struct Params { rows: u32, width: u32, first: u32, count: u32, scale: f32, accumulate: u32 }

@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<Operand>;
@group(0) @binding(2) var<storage, read> positions: array<vec4f>;
@group(0) @binding(3) var<storage, read> at: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (i >= params.rows * columns) { return; }
  let row = i / columns;
  let c = i % columns;
  var value = vec4f(0.0);
  if (params.accumulate == 1u) { value = y[i]; } else { value = positions[at[row] * columns + c]; }
  // Ids below the first one wrap to numbers above every count.
  let own = ids[row] - params.first;
  if (own < params.count) { value += params.scale * widened(table[own * columns + c]); }
  y[i] = value;
}
