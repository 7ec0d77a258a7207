// parts/sums_of_subgroup: a linear product's sums on their way from matrices to the result, through the workgroup's memory `tile`.
// use: tile_floats

// 16 by 16 sums that lie from `own` on, of rows from firstRow on; a lane takes a vector of 4, which is the quad `to` of the result, in rows 8
// apart. What is past the edge is not stored.
fn storeSums(own: u32, lane: u32, firstRow: u32, to: u32) {
  for (var h = 0u; h < 2u; h++) {
    let line = lane % 32u / 4u + 8u * h;
    let row = firstRow + line;
    if (row < params.rows && to < quadsOfRow()) {
      store(floatsAt(own + 8u * line + 2u * (lane % 4u)), biasAt(to), row * quadsOfRow() + to);
    }
  }
}
