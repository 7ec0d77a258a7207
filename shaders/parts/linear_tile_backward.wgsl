// parts/linear_tile_backward: the weights of linear_grad in the memory of a workgroup, `weights` of linear_tiled: [SLICES][4 · STEPS][SIDE / 4], a
// vector for four of SIDE columns at each number of a sum.

// The weight that a lane copies for 64 / SIDE steps of its slice from `first` on; 0 past the end of the sum.
fn copiedWeight(firstCol: u32, first: u32, lane: u32, steps: u32, quads: u32) -> vec4f {
  let number = 4u * first + lane / (SIDE / 4u);
  let quad = min(firstCol / 4u + lane % (SIDE / 4u), quads - 1u);
  return select(vec4f(0.0), widened(w[min(number, 4u * steps - 1u) * quads + quad]), number < 4u * steps);
}

// Four columns of the step that lies at `at`; quad counts from the tile's first.
fn columnsAt(at: u32, quad: u32) -> mat4x4f {
  let col = at + quad;
  let wide = SIDE / 4u;
  return transpose(mat4x4f(weights[col], weights[col + wide], weights[col + 2u * wide], weights[col + 3u * wide]));
}
