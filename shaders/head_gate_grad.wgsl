// head_gate_grad: the gradients of the loss at what head_gate lets through, and each row's share of those at its gates.
//
//   db[r,h,c]  = open(gate[h]) * dy[r,h,c]
//   share[r,h] = slope(gate[h]) * sum_c dy[r,h,c] * b[r,h,c]         (0 from heads on)
//   slope      = 1 with kind 0, also where the gate is clamped: a straight-through estimate; 1 - open² with kind 1
//
// dy, b, db : [rows, heads * headWidth] f32, read as vec4; headWidth is a multiple of 4      gate : [heads] f32      open : in parts/gate
// share : [rows, shares] f32, shares the next multiple of 4 of heads, for column_sum
// One lane owns one head of one row, and sums it in order; lanes from `heads` on fill the row of shares with 0.

// use: gate

const WG = 64u;

struct Params { rows: u32, heads: u32, headWidth: u32, shares: u32, kind: u32 }

@group(0) @binding(0) var<storage, read> dy: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read> gate: array<f32>;
@group(0) @binding(3) var<storage, read_write> db: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> share: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * WG + lane;
  let row = i / params.shares;
  let head = i % params.shares;
  if (row >= params.rows) { return; }
  if (head >= params.heads) {
    share[i] = 0.0;
    return;
  }
  let opened = openTo(gate[head], params.kind);
  let quads = params.headWidth / 4u;
  let start = (row * params.heads + head) * quads;
  var sum = vec4f(0.0);
  for (var at = start; at < start + quads; at++) {
    let gradient = dy[at];
    sum += gradient * b[at];
    db[at] = opened * gradient;
  }
  let slope = select(1.0, 1.0 - opened * opened, params.kind == 1u);
  share[i] = slope * ((sum.x + sum.y) + (sum.z + sum.w));
}
