// parts/norm_rows_subgroup: rows of layer_norm's y, written by the LANES lanes of a subgroup together: what counts on software drivers is what is
// loaded, and each lane loads its gamma and beta once for all rows.

enable subgroups;

// Rows firstRow to firstRow + LANES - 1; each lane has the mean and scale of its own row. The lanes take neighbouring columns of one row after
// the other. Columns past the last are the last one, stored again by lanes that got the same.
fn writeRows(firstRow: u32, lane: u32, mean: f32, scale: f32) {
  let columns = params.width / 4u;
  let owned = min(LANES, params.rows - min(firstRow, params.rows));
  for (var turn = 0u; turn < columns; turn += LANES) {
    let c = min(turn + lane, columns - 1u);
    let g = gamma[c];
    let b = beta[c];
    for (var r = 0u; r < owned; r++) {
      let at = (firstRow + r) * columns + c;
      y[at] = (x[at] - subgroupShuffle(mean, r)) * subgroupShuffle(scale, r) * g + b;
    }
  }
}
