// Which pieces a text goes on with at a place: the pieces in order, narrowed letter by letter. A quarter of a million pieces take two arrays,
// where a tree of objects would take hundreds of megabytes.

/** Pieces that can be met in text. Never changes. */
export class PieceIndex {
  readonly #texts: readonly string[]
  readonly #ids: Uint32Array
  /** Where the pieces that begin with a UTF-16 unit are: from, and to but not with. */
  readonly #beginnings = new Map<number, readonly [number, number]>()

  /** @param pieces texts, none empty and none twice, and their ids */
  constructor(pieces: Iterable<readonly [string, number]>) {
    const sorted = [...pieces].sort(([a], [b]) => (a < b ? -1 : 1))
    this.#texts = sorted.map(([text]) => text)
    this.#ids = Uint32Array.from(sorted, ([, id]) => id)
    let from = 0
    for (let i = 1; i <= sorted.length; i++)
      if (this.#texts[i]?.charCodeAt(0) !== this.#texts[from]!.charCodeAt(0)) {
        this.#beginnings.set(this.#texts[from]!.charCodeAt(0), [from, i])
        from = i
      }
  }

  /** Calls `found` with each piece that `text` goes on with from `at`, shortest first: where it ends, and its id. */
  each(text: string, at: number, found: (end: number, id: number) => void): void {
    let [from, to] = this.#beginnings.get(text.charCodeAt(at)) ?? nothing
    for (let depth = 1; from < to; depth++) {
      // Of pieces that begin alike, the one that ends here is the first.
      if (this.#texts[from]!.length === depth) found(at + depth, this.#ids[from++]!)
      if (at + depth >= text.length) return
      const unit = text.charCodeAt(at + depth)
      from = this.#firstFrom(unit, depth, from, to)
      to = this.#firstFrom(unit + 1, depth, from, to)
    }
  }

  /** The first piece in a range whose unit at `depth` is `unit` or above. */
  #firstFrom(unit: number, depth: number, from: number, to: number): number {
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.#texts[middle]!.charCodeAt(depth) < unit) from = middle + 1
      else to = middle
    }
    return from
  }
}

const nothing = [0, 0] as const
