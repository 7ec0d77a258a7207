// The compiled rules by which SentencePiece normalises text (`precompiled_charsmap`): a double-array trie over UTF-8 bytes, and after it the
// replacements, each ended by a zero byte. Layout: u32 size of the trie in bytes, its u32 units, the replacements; all little-endian.

import { SignError } from '../../base/errors.js'

/** What stands for the first `length` bytes of where it was looked for. */
export interface Replacement {
  readonly length: number
  readonly bytes: Uint8Array
}

const LEAF = 0x100
const LABEL = 0x800000ff

/** Rules from bytes to bytes. Checked when made, so that looking up cannot leave the table or run in a circle. */
export class Charsmap {
  readonly #units: Uint32Array
  readonly #replacements: Uint8Array

  /** @throws ERR_DATA naming `who` for tables whose parts do not fit together */
  constructor(bytes: Uint8Array, who: string) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const size = bytes.length < 4 ? -1 : view.getUint32(0, true)
    if (size <= 0 || size % 4 !== 0 || size > bytes.length - 4) {
      const got = size < 0 ? `${bytes.length} bytes` : `a trie of ${size} bytes in ${bytes.length}`
      throw damaged(who, `a table of rules, got ${got}`)
    }
    this.#units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true))
    this.#replacements = bytes.slice(4 + size)
    this.#check(who)
  }

  /** The rule for the most bytes from `at` on, or for the fewest; undefined where there is none. */
  find(text: Uint8Array, at: number, which: 'longest' | 'shortest'): Replacement | undefined {
    let found: Replacement | undefined
    let place = offset(this.#units[0]!)
    for (let end = at; end < text.length; end++) {
      const byte = text[end]!
      place ^= byte
      const unit = this.#units[place]
      if (byte === 0 || unit === undefined || (unit & LABEL) >>> 0 !== byte) break
      place ^= offset(unit)
      if (unit & LEAF) {
        found = { length: end + 1 - at, bytes: this.#replacementAt(this.#units[place]! & 0x7fffffff) }
        if (which === 'shortest') break
      }
    }
    return found
  }

  #replacementAt(start: number): Uint8Array {
    return this.#replacements.subarray(start, this.#replacements.indexOf(0, start))
  }

  /** Walks every path once: nodes that are shared by paths are no circle, one that is reached from itself is. */
  #check(who: string): void {
    const [open, done] = [1, 2]
    const state = new Uint8Array(this.#units.length)
    const path: { place: number; byte: number }[] = [{ place: 0, byte: 0 }]
    state[0] = open
    while (path.length > 0) {
      const node = path.at(-1)!
      const base = node.place ^ offset(this.#units[node.place]!)
      if (node.byte === 0 && node.place !== 0) this.#checkLeaf(node.place, base, who)
      node.byte++
      if (node.byte > 255) {
        state[node.place] = done
        path.pop()
        continue
      }
      const child = base ^ node.byte
      const unit = this.#units[child]
      if (unit === undefined || (unit & LABEL) >>> 0 !== node.byte || state[child] === done) continue
      if (state[child] === open) throw damaged(who, `a tree of rules, got one in which node ${child} is below itself`)
      state[child] = open
      path.push({ place: child, byte: 0 })
    }
  }

  #checkLeaf(place: number, leaf: number, who: string): void {
    if (!(this.#units[place]! & LEAF)) return
    if (leaf >= this.#units.length) throw damaged(who, `a rule within ${this.#units.length} nodes, got one at ${leaf}`)
    const start = this.#units[leaf]! & 0x7fffffff
    const end = this.#replacements.indexOf(0, start)
    if (start >= this.#replacements.length || end < 0)
      throw damaged(who, `a replacement within ${this.#replacements.length} bytes, got one at ${start}`)
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(this.#replacements.subarray(start, end))
    } catch {
      throw damaged(who, `a replacement in UTF-8, got other bytes at ${start}`)
    }
  }
}

/** How far the children of a unit are from it, by exclusive or. */
const offset = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)

const damaged = (who: string, problem: string): SignError =>
  new SignError('ERR_DATA', `${who}: charsmap`, `wanted ${problem}`, 'Check that the file was copied whole')
