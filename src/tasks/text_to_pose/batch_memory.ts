// Memory that one batch after another is laid out in: a batch of detector's points is some 20 MB, which as garbage of every step would be most of what training holds.

/** Arrays by name, each as large as the largest that was asked for. */
export class BatchMemory {
  readonly #held = new Map<string, Float32Array>()

  /** Zeros; what was asked for under that name before is overwritten. */
  zeros(name: string, length: number): Float32Array {
    const held = this.#held.get(name)
    if (held && held.length >= length) return held.subarray(0, length).fill(0)
    const larger = new Float32Array(length)
    this.#held.set(name, larger)
    return larger
  }
}
