// parts/linear_tile_forward: the weights of linear in the memory of a workgroup, `weights` of linear_tiled: [SLICES][STEPS][SIDE], a vector for
// four numbers of a sum in each of SIDE columns. For those of linear_grad the loader takes parts/linear_tile_backward in its place.

// The weight that a lane copies for 64 / SIDE steps of its slice from `first` on; 0 past the end of the sum.
fn copiedWeight(firstCol: u32, first: u32, lane: u32, steps: u32, quads: u32) -> vec4f {
  let step = first + lane / SIDE;
  let col = min(firstCol + lane % SIDE, 4u * quads - 1u);
  return select(vec4f(0.0), widened(w[col * steps + min(step, steps - 1u)]), step < steps);
}

// Four columns of the step that lies at `at`; quad counts from the tile's first.
fn columnsAt(at: u32, quad: u32) -> mat4x4f {
  let col = at + 4u * quad;
  return mat4x4f(weights[col], weights[col + 1u], weights[col + 2u], weights[col + 3u]);
}
