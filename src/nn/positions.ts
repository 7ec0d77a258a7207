// Where in a sequence a feature stands.

/**
 * The fixed table of positions [count, width]: sin on even columns, cos on odd ones, base 10 000 (Vaswani et al. 2017).
 * Computed on the host in float64, since WGSL promises sin() only to 2^-11.
 */
export function positionTable(count: number, width: number): Float32Array {
  const table = new Float32Array(count * width)
  for (let position = 0; position < count; position++) {
    for (let column = 0; column < width; column += 2) {
      const angle = position * Math.exp((-Math.log(10_000) * column) / width)
      table[position * width + column] = Math.sin(angle)
      if (column + 1 < width) table[position * width + column + 1] = Math.cos(angle)
    }
  }
  return table
}

/**
 * The angles by which `rotary` turns queries and keys, [count, headWidth]: headWidth/2 cosines of position · 10 000^(-2c/headWidth), then as many
 * sines (Su et al. 2021).
 */
export function rotaryTable(count: number, headWidth: number): Float32Array {
  const half = headWidth / 2
  const table = new Float32Array(count * headWidth)
  for (let position = 0; position < count; position++) {
    for (let column = 0; column < half; column++) {
      const angle = position * 10_000 ** (-column / half)
      table[position * headWidth + column] = Math.cos(angle)
      table[position * headWidth + half + column] = Math.sin(angle)
    }
  }
  return table
}
