// Codes that no token has any more, given to tokens: as many tokens of the epoch as there are such codes take their place when it is over. Without it, most of a
// codebook lies where tokens never come (Zeghidour et al. 2022 do so within the step; at its end an epoch knows what is dead).

import { Random } from '../../base/random.js'

/** What is remembered within an epoch, as plain JSON. */
export interface RevivalState {
  /** Tokens of each code. */
  readonly usage: readonly number[]
  /** Tokens that may become codes, the newest last: base64 of f32 [rows, width]. */
  readonly rows: string
}

export interface RevivalSizes {
  readonly codes: number
  readonly width: number
  readonly seed: number
}

export class CodeRevival {
  readonly #sizes: RevivalSizes
  #usage: Float64Array
  #rows: Float32Array[] = []

  constructor(sizes: RevivalSizes) {
    this.#sizes = sizes
    this.#usage = new Float64Array(sizes.codes)
  }

  /** Takes note of a step: tokens of each code, and some of its tokens [rows, width]. */
  remember(usage: Float64Array, rows: Float32Array): void {
    const { codes, width } = this.#sizes
    for (const [code, count] of usage.entries()) this.#usage[code]! += count
    for (let at = 0; at < rows.length; at += width) this.#rows.push(rows.slice(at, at + width))
    // No more are ever wanted.
    this.#rows.splice(0, this.#rows.length - codes)
  }

  /** What is to become of the codes that nobody had in the epoch before `epoch`: each with the token that it is from then on. Begins the next one. */
  revived(epoch: number): { readonly code: number; readonly row: Float32Array }[] {
    const dead = [...this.#usage.keys()].filter((code) => this.#usage[code] === 0)
    const rows = Random.for(this.#sizes.seed, 'revival', epoch).shuffled(this.#rows)
    this.#usage = new Float64Array(this.#sizes.codes)
    this.#rows = []
    return dead.slice(0, rows.length).map((code, i) => ({ code, row: rows[i]! }))
  }

  state(): RevivalState {
    const rows = Float32Array.from(this.#rows.flatMap((row) => [...row]))
    return { usage: [...this.#usage], rows: Buffer.from(rows.buffer).toString('base64') }
  }

  restore({ usage, rows }: RevivalState): void {
    const { width } = this.#sizes
    const values = new Float32Array(Uint8Array.from(Buffer.from(rows, 'base64')).buffer)
    this.#usage = Float64Array.from(usage)
    this.#rows = Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width))
  }
}
