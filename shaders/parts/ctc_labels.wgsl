// parts/ctc_labels: the states of CTC's alignments: state 2i + 1 puts out label i, even states the blank. Reads `labels`, `labelLengths` and
// `params` of the kernel; labels is [batch, labelRoom], of which only the first labelLengths[b] of a row are read.

fn labelsOf(b: u32) -> u32 { return min(labelLengths[b], params.labelRoom); }

// The class that state s puts out.
fn classOf(b: u32, s: u32) -> u32 {
  if ((s & 1u) == 0u) { return params.blank; }
  return labels[b * params.labelRoom + (s >> 1u)];
}

// Whether an alignment may go from state s - 2 to s: over a blank, and between two labels that differ.
fn skipsTo(b: u32, s: u32) -> bool {
  if ((s & 1u) == 0u || s < 3u) { return false; }
  let at = b * params.labelRoom + (s >> 1u);
  return labels[at] != labels[at - 1u];
}

// Whether the sample has an alignment: a frame for each of its labels and for a blank between equal neighbours. A label that is the blank, or no
// class, has none.
fn hasAlignment(b: u32, count: u32, frames: u32) -> bool {
  let first = b * params.labelRoom;
  var needed = count;
  var known = true;
  for (var i = 0u; i < count; i++) {
    let label = labels[first + i];
    known = known && label < params.classes && label != params.blank;
    if (i > 0u) { needed += select(0u, 1u, label == labels[first + i - 1u]); }
  }
  return known && frames >= needed;
}
