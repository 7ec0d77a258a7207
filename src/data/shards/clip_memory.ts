// Memory that the frames of one batch of clips after another are read into: as much as the largest of them needs, and no garbage a batch. It is shared with the thread
// that reads.

/** Clips that were read into it are overwritten by those that are read into it next. */
export class ClipMemory {
  #bytes = sharedBytes(0)
  #floats = new Float32Array(sharedBytes(0).buffer)

  /** Room for a batch. What was there before is gone. */
  reserve(bytes: number, floats: number): { readonly bytes: Uint8Array; readonly floats: Float32Array } {
    if (bytes > this.#bytes.length) this.#bytes = sharedBytes(withSpare(bytes))
    if (floats > this.#floats.length) this.#floats = new Float32Array(sharedBytes(4 * withSpare(floats)).buffer)
    return { bytes: this.#bytes, floats: this.#floats }
  }
}

const sharedBytes = (length: number) => new Uint8Array(new SharedArrayBuffer(length))

/** An eighth more: the largest batch seldom comes first. */
const withSpare = (size: number): number => Math.ceil(size * 1.125)
