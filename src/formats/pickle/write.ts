// Writes an array of dictionaries of arrays as NumPy 1 pickles it, protocol 3: every NumPy since reads that, and no reader calls anything for it but what
// makes an array.

import type { NpyArray } from '../npy.js'
import { descrOf } from '../npy.js'
import { op } from './opcodes.js'

/** The bytes of a one-dimensional array of dictionaries, to stand behind the header of a `.npy` file of kind `|O`. */
export function pickleDicts(dicts: readonly Readonly<Record<string, NpyArray>>[]): Uint8Array {
  return new Writer().write(dicts)
}

/** What every array begins with, in this order in the memo. */
const memo = { reconstruct: 0, arguments: 1 } as const

class Writer {
  readonly #pieces: Uint8Array[] = []
  /** Texts and types that were written, by what they are. */
  readonly #entries = new Map<string, number>()
  #puts = 0

  write(dicts: readonly Readonly<Record<string, NpyArray>>[]): Uint8Array {
    this.#byte(op.PROTO, 3)
    this.#global('numpy.core.multiarray', '_reconstruct')
    this.#put()
    this.#global('numpy', 'ndarray')
    this.#byte(op.BININT1, 0, op.TUPLE1, op.SHORT_BINBYTES, 1, 0x62, op.TUPLE3)
    this.#put()
    this.#byte(op.REDUCE, op.MARK)
    this.#integer(1)
    this.#shape([dicts.length])
    this.#dtype('|', 'O8', 63)
    this.#byte(op.NEWFALSE, op.EMPTY_LIST, op.MARK)
    for (const dict of dicts) this.#dict(dict)
    this.#byte(op.APPENDS, op.TUPLE, op.BUILD, op.STOP)
    return Buffer.concat(this.#pieces)
  }

  #dict(dict: Readonly<Record<string, NpyArray>>): void {
    this.#byte(op.EMPTY_DICT, op.MARK)
    for (const [key, array] of Object.entries(dict)) {
      this.#once(`key ${key}`, () => this.#text(key))
      this.#array(array)
    }
    this.#byte(op.SETITEMS)
  }

  #array({ shape, data }: NpyArray): void {
    this.#get(memo.reconstruct)
    this.#get(memo.arguments)
    this.#byte(op.REDUCE, op.MARK)
    this.#integer(1)
    this.#shape(shape)
    const descr = descrOf(data)
    this.#dtype(descr.slice(0, 1), descr.slice(1), 0)
    this.#byte(op.NEWFALSE)
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    this.#sized(op.BINBYTES, bytes)
    this.#byte(op.TUPLE, op.BUILD)
  }

  #dtype(order: string, name: string, flags: number): void {
    this.#once(`dtype ${order}${name}`, () => {
      this.#once('dtype', () => this.#global('numpy', 'dtype'))
      this.#text(name)
      this.#byte(op.NEWFALSE, op.NEWTRUE, op.TUPLE3, op.REDUCE, op.MARK)
      this.#integer(3)
      this.#text(order)
      this.#byte(op.NONE, op.NONE, op.NONE)
      this.#integer(-1)
      this.#integer(-1)
      this.#integer(flags)
      this.#byte(op.TUPLE, op.BUILD)
    })
  }

  /** Writes a value and remembers it, or fetches it where it was written before. */
  #once(what: string, write: () => void): void {
    const entry = this.#entries.get(what)
    if (entry === undefined) {
      write()
      this.#entries.set(what, this.#puts)
      this.#put()
    } else this.#get(entry)
  }

  #put(): void {
    if (this.#puts < 256) this.#byte(op.BINPUT, this.#puts)
    else this.#number(op.LONG_BINPUT, this.#puts)
    this.#puts += 1
  }

  #get(entry: number): void {
    if (entry < 256) this.#byte(op.BINGET, entry)
    else this.#number(op.LONG_BINGET, entry)
  }

  #shape(shape: readonly number[]): void {
    this.#byte(op.MARK)
    for (const axis of shape) this.#integer(axis)
    this.#byte(op.TUPLE)
  }

  #integer(value: number): void {
    if (value >= 0 && value < 256) this.#byte(op.BININT1, value)
    else this.#number(op.BININT, value)
  }

  #text(text: string): void {
    this.#sized(op.BINUNICODE, Buffer.from(text))
  }

  #global(module: string, name: string): void {
    this.#byte(op.GLOBAL)
    this.#pieces.push(Buffer.from(`${module}\n${name}\n`))
  }

  #sized(code: number, bytes: Uint8Array): void {
    this.#number(code, bytes.length)
    this.#pieces.push(bytes)
  }

  /** A code and four bytes. */
  #number(code: number, value: number): void {
    const bytes = Buffer.alloc(5)
    bytes[0] = code
    bytes.writeInt32LE(value | 0, 1)
    this.#pieces.push(bytes)
  }

  #byte(...bytes: readonly number[]): void {
    this.#pieces.push(Uint8Array.from(bytes))
  }
}
