// Memory that the frames of one batch of clips after another are read into: as much as the largest of them needs, and no garbage a batch.

/** Clips that were read into it are overwritten by those that are read into it next. */
export class ClipMemory {
  #bytes = new Uint8Array(0)
  #floats = new Float32Array(0)

  /** Room for a batch. What was there before is gone. */
  reserve(bytes: number, floats: number): { readonly bytes: Uint8Array<ArrayBuffer>; readonly floats: Float32Array<ArrayBuffer> } {
    if (bytes > this.#bytes.length) this.#bytes = new Uint8Array(withSpare(bytes))
    if (floats > this.#floats.length) this.#floats = new Float32Array(withSpare(floats))
    return { bytes: this.#bytes, floats: this.#floats }
  }
}

/** An eighth more: the largest batch seldom comes first. */
const withSpare = (size: number): number => Math.ceil(size * 1.125)
