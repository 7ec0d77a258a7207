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

/** Rows of XGLM's table of positions that no token ever stands at. */
const XGLM_OFFSET = 2

/**
 * XGLM's table of positions [count + 1, width]: all sines, then all cosines, of angles whose rates fall from 1 to 1/10 000 itself; row i is that of
 * the i-th token, which is XGLM's row i + 2, and the last row, of zeros, is for padding. In float64 on the host, as above.
 */
export function xglmPositionTable(count: number, width: number): Float32Array {
  const half = width / 2
  const table = new Float32Array((count + 1) * width)
  for (let place = 0; place < count; place++) {
    for (let column = 0; column < half; column++) {
      const angle = (place + XGLM_OFFSET) * Math.exp((-Math.log(10_000) * column) / (half - 1))
      table[place * width + column] = Math.sin(angle)
      table[place * width + half + column] = Math.cos(angle)
    }
  }
  return table
}

/** Each token's row of XGLM's table [count + 1, width]: how many real tokens of its sentence come before it; the last row for padding. */
export function xglmPlaces(ids: Uint32Array, length: number, padding: number, count: number): Uint32Array<ArrayBuffer> {
  const at = new Uint32Array(ids.length).fill(count)
  for (let start = 0; start < ids.length; start += length) {
    let place = 0
    for (let i = start; i < start + length; i++) if (ids[i] !== padding) at[i] = place++
  }
  return at
}
