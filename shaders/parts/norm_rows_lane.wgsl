// parts/norm_rows_lane: rows of layer_norm's y, each written by the lane that made its mean and scale. Reads and writes buffers of the kernel.

// Row firstRow + lane.
fn writeRows(firstRow: u32, lane: u32, mean: f32, scale: f32) {
  let row = firstRow + lane;
  if (row >= params.rows) { return; }
  let columns = params.width / 4u;
  let first = row * columns;
  for (var c = 0u; c < columns; c++) {
    y[first + c] = (x[first + c] - mean) * scale * gamma[c] + beta[c];
  }
}
