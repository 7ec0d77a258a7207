// Sums over ranks in one order, whatever the network does: each rank is sent its block of what the others have, adds it up from rank 0 to the
// last, in double precision, and all blocks go back to all. Twice (ranks - 1) / ranks of the bytes leave each rank, the least there is.

import { bytesOf, type Communicator } from '../../base/communicator.js'

/** Adds up arrays of one length, again and again. */
export class RankSum {
  /** Numbers of each array: at least those wanted, in blocks of one length for each rank. */
  readonly length: number
  readonly #communicator: Communicator
  readonly #received: Float32Array
  readonly #own: Float32Array
  readonly #all: Float32Array

  constructor(communicator: Communicator, wanted: number) {
    const { size } = communicator
    this.length = Math.ceil(wanted / size) * size
    this.#communicator = communicator
    this.#received = new Float32Array(this.length)
    this.#own = new Float32Array(this.length / size)
    this.#all = new Float32Array(this.length)
  }

  /**
   * The sum over all ranks times `factor`, in an array that the next call fills anew; the same bits on every rank.
   * Throws ERR_RANKS where a rank is lost.
   */
  async of(numbers: Float32Array, factor = 1): Promise<Float32Array> {
    await this.#communicator.exchange(bytesOf(numbers), bytesOf(this.#received))
    addBlocks(this.#received, this.#own, factor)
    await this.#communicator.gather(bytesOf(this.#own), bytesOf(this.#all))
    return this.#all
  }
}

/** The blocks that lie one behind the other, added up, times `factor`. */
export function addBlocks(blocks: Float32Array, sum: Float32Array, factor: number): void {
  const { length } = sum
  for (let i = 0; i < length; i++) {
    let total = blocks[i]!
    for (let at = i + length; at < blocks.length; at += length) total += blocks[at]!
    sum[i] = total * factor
  }
}
