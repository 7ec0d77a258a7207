// batch_norm_weight_grad: what batch_norm's scale and shift gain from the whole batch, and the means that the gradient at x takes off.
//
//   dGamma[c] += Σ_s sums[s,0,c]             dBeta[c] += Σ_s sums[s,1,c]
//   means[0,c] = Σ_s sums[s,0,c] / count     means[1,c] = Σ_s sums[s,1,c] / count        count = valid frames; 0 where there are none
//
// sums          : [batch · ⌈length / slice⌉, 2, width] f32, from batch_norm_sums, width a multiple of 4, read as vec4
// lengths       : [batch] u32, each at most `length`; more counts as `length`
// dGamma, dBeta : [width] f32, read as vec4, added onto
// means         : [2, width] f32, read as vec4
// One lane owns four columns and takes the slices in order, so the sum has one fixed order. The workgroup is small because the lanes are few.

const WG = 16u;

struct Params { batch: u32, length: u32, width: u32, slice: u32 }

@group(0) @binding(0) var<storage, read> sums: array<vec4f>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> dGamma: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dBeta: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> means: array<vec4f>;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let c = (group.y * groups.x + group.x) * WG + lane;
  let columns = params.width / 4u;
  if (c < columns) {
    let slices = params.batch * ((params.length + params.slice - 1u) / params.slice);
    var along = vec4f(0.0);
    var sum = vec4f(0.0);
    for (var s = 0u; s < slices; s++) {
      along += sums[2u * s * columns + c];
      sum += sums[(2u * s + 1u) * columns + c];
    }
    var frames = 0u;
    for (var b = 0u; b < params.batch; b++) { frames += min(lengths[b], params.length); }
    let count = f32(max(frames, 1u));
    dGamma[c] += along;
    dBeta[c] += sum;
    means[c] = along / count;
    means[columns + c] = sum / count;
  }
}
