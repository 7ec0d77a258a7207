// parts/window_places: how many windows lie side by side in so many columns, `edge` columns of nothing on either side.

fn windowsIn(width: u32, edge: u32, kernel: u32, step: u32) -> u32 {
  let room = width + 2u * edge;
  return select((room - kernel) / step + 1u, 0u, room < kernel || width == 0u);
}
