// The whole-number twin of `pcg4d` in shaders/parts/random.wgsl: equal to the last bit.

/** Four hashed 32-bit words of four: the recurrence of Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020. */
export function pcg4d(a: number, b: number, c: number, d: number): readonly [number, number, number, number] {
  const step = (word: number) => (Math.imul(word, 1664525) + 1013904223) | 0
  let [x, y, z, w] = [step(a), step(b), step(c), step(d)]
  const mix = () => {
    x = (x + Math.imul(y, w)) | 0
    y = (y + Math.imul(z, x)) | 0
    z = (z + Math.imul(x, y)) | 0
    w = (w + Math.imul(y, z)) | 0
  }
  mix()
  ;[x, y, z, w] = [x ^ (x >>> 16), y ^ (y >>> 16), z ^ (z >>> 16), w ^ (w >>> 16)]
  mix()
  return [x >>> 0, y >>> 0, z >>> 0, w >>> 0]
}
