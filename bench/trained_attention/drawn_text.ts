// Lines of text as pictures, in letters of five by seven dots: what a recogniser of text was trained to see.

/** Rows of seven letters' dots, top first. */
const letters: Readonly<Record<string, string>> = {
  ' ': '00000 00000 00000 00000 00000 00000 00000',
  A: '01110 10001 10001 11111 10001 10001 10001',
  D: '11110 10001 10001 10001 10001 10001 11110',
  I: '01110 00100 00100 00100 00100 00100 01110',
  N: '10001 11001 10101 10101 10011 10001 10001',
  O: '01110 10001 10001 10001 10001 10001 01110',
  R: '11110 10001 10001 11110 10100 10010 10001',
  S: '01111 10000 10000 01110 00001 00001 11110',
  U: '10001 10001 10001 10001 10001 10001 01110',
  W: '10001 10001 10001 10101 10101 11011 10001',
}

/** Pixels of a dot, and how far apart letters begin, in dots. */
const [DOT, PITCH] = [5, 6]
/** Where the first letter begins. */
const [LEFT, TOP] = [10, 6]
/** Edges are softened over so many pixels on either side. */
const SOFT = 2

/** A line of these letters, dark on white, as a picture [height, width] of numbers from -1, black, to 1. */
export function drawnText(line: string, [width, height]: readonly [number, number]): Float32Array {
  const inked = (x: number, y: number) => {
    const [column, row] = [Math.floor((x - LEFT) / DOT), Math.floor((y - TOP) / DOT)]
    return letters[line[Math.floor(column / PITCH)] ?? ' ']?.split(' ')[row]?.[column % PITCH] === '1'
  }
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    let [ink, all] = [0, 0]
    for (let v = Math.max(0, y - SOFT); v <= Math.min(height - 1, y + SOFT); v++)
      for (let u = Math.max(0, x - SOFT); u <= Math.min(width - 1, x + SOFT); u++) {
        all++
        if (inked(u, v)) ink++
      }
    return 1 - (2 * ink) / all
  })
}
