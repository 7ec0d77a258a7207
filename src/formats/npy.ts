// One array as numpy stores it: a magic number, a header that is a Python dictionary, then the numbers in C order.
// After numpy's description of the `.npy` format (numpy.lib.format); version 1.0 is written, 1.0 to 3.0 are read.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { fromHalves } from '../base/half.js'

/** What an array may hold, by numpy's name for it. Little-endian only, as is every machine this runs on. */
const kinds = {
  '<f4': Float32Array,
  '<f8': Float64Array,
  '<i8': BigInt64Array,
  '<i4': Int32Array,
  '<i2': Int16Array,
  '|i1': Int8Array,
  '<u8': BigUint64Array,
  '<u4': Uint32Array,
  '<u2': Uint16Array,
  '|u1': Uint8Array,
} as const

export type NpyData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | BigUint64Array
  | Uint32Array
  | Uint16Array
  | Uint8Array

export interface NpyArray {
  /** Empty for a single number. */
  readonly shape: readonly number[]
  /** In C order: the last axis runs fastest. */
  readonly data: NpyData
}

/** Numbers as they lie in a file: how many bytes each has, and all of them, copied, since they need not be aligned where they lie. */
interface StoredNumbers {
  readonly itemSize: number
  /** Half precision becomes single, truth values become 0 and 1. */
  readonly read: () => NpyData
}

/** The numbers in `bytes` of a kind by numpy's name for it; undefined for a kind that is not read. Whatever is left of an item at the end is ignored. */
export function numbersOf(descr: string, bytes: Uint8Array): StoredNumbers | undefined {
  // A copy, since the numbers need not be aligned where they lie.
  const copied = (itemSize: number): ArrayBuffer => {
    const own = new Uint8Array(bytes.length - (bytes.length % itemSize))
    own.set(bytes.subarray(0, own.length))
    return own.buffer
  }
  if (descr === '<f2') return { itemSize: 2, read: () => fromHalves(new Uint16Array(copied(2))) }
  if (descr === '|b1') return { itemSize: 1, read: () => new Uint8Array(copied(1)) }
  if (!Object.hasOwn(kinds, descr)) return undefined
  const Kind = kinds[descr as keyof typeof kinds]
  return { itemSize: Kind.BYTES_PER_ELEMENT, read: () => new Kind(copied(Kind.BYTES_PER_ELEMENT)) }
}

const magic = [0x93, ...Buffer.from('NUMPY')]
/** Data begin at a multiple of this many bytes, so that they can be mapped into memory as they lie. */
const ALIGNMENT = 64
/** What version 1 can say; a dictionary of three entries is short. */
const LONGEST_HEADER = 0xffff

/** The bytes of an array in version 1.0. Throws ERR_DATA naming `who` where the shape does not fit the data. */
export function encodeNpy({ shape, data }: NpyArray, who: string): Uint8Array {
  if (count(shape) !== data.length)
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted ${counted(count(shape), 'number')} for shape (${shape.join(', ')}), got ${data.length}`,
      'Correct the shape',
    )
  return encodeItems(descrOf(data), shape, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

/** The kind of these numbers by numpy's name. */
export function descrOf(data: NpyData): string {
  return Object.entries(kinds).find(([, kind]) => data instanceof kind)![0]
}

/** The bytes of an array of any kind, whose items are these bytes. */
export function encodeItems(descr: string, shape: readonly number[], items: Uint8Array): Uint8Array {
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`
  const start = magic.length + 4
  const length = Math.ceil((start + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - start
  const out = Buffer.alloc(start + length + items.length)
  out.set([...magic, 1, 0])
  out.writeUInt16LE(length, magic.length + 2)
  out.write(`${dictionary.padEnd(length - 1)}\n`, start, 'latin1')
  out.set(items, start + length)
  return out
}

/** As Python writes a tuple: with a comma behind a single number. */
function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1)
}

/** How a file's faults are told. */
type Fail = (offset: number, wanted: string, got: string) => never

/** What the header of an array tells. */
export interface NpyHeader {
  /** The kind of its items by numpy's name, as `<f4`, `<U11` or `|O`. */
  readonly descr: string
  readonly shape: readonly number[]
  /** Where the items begin. */
  readonly start: number
  readonly fail: Fail
}

/** The header of an array; `who` is named in errors, with the byte. Throws ERR_DATA for whatever is no array in C order. */
export function npyHeader(bytes: Uint8Array, who: string): NpyHeader {
  const fail: Fail = (offset, wanted, got) => {
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted ${wanted} at byte ${offset}, got ${got}`,
      'Save the array again, e.g. by numpy.save of plain numbers',
    )
  }
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!magic.every((byte, i) => file[i] === byte)) fail(0, 'the magic number of .npy', 'other bytes')
  const version = file[6] ?? 0
  const start = version === 1 ? 10 : 12
  if (version < 1 || version > 3) fail(6, 'version 1, 2 or 3', String(version))
  if (file.length < start) fail(8, 'the length of the header', counted(file.length - 8, 'byte'))
  const length = version === 1 ? file.readUInt16LE(8) : file.readUInt32LE(8)
  if (length > LONGEST_HEADER || start + length > file.length)
    fail(start, `a header of ${counted(length, 'byte')}`, `${file.length - start}`)
  const header = file.toString('latin1', start, start + length)

  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1] ?? ''
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1]
  const axes = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  if (axes === undefined) return fail(start, 'a shape', `'${header.slice(0, 60).trim()}'`)
  const shape = axes
    .split(',')
    .filter((axis) => axis.trim() !== '')
    .map(Number)
  // With one axis or none both orders are the same.
  if (order !== 'False' && shape.length > 1) fail(start, 'C order', 'Fortran order')
  return { descr, shape, start: start + length, fail }
}

/** Decodes an array; `who` is named in errors, with the byte. Throws ERR_DATA for whatever is no array of plain little-endian numbers in C order. */
export function decodeNpy(bytes: Uint8Array, who: string): NpyArray {
  return npyNumbers(bytes, npyHeader(bytes, who))
}

/** The numbers behind a header. Throws as {@link decodeNpy}. */
export function npyNumbers(bytes: Uint8Array, { descr, shape, start, fail }: NpyHeader): NpyArray {
  const numbers = numbersOf(descr, bytes.subarray(start))
  if (!numbers) return fail(10, `numbers of kind ${[...Object.keys(kinds), '<f2', '|b1'].join(' ')}`, `'${descr.slice(0, 20)}'`)
  const wanted = count(shape) * numbers.itemSize
  if (wanted !== bytes.length - start) fail(start, `${counted(wanted, 'byte')} for shape ${tuple(shape)}`, `${bytes.length - start}`)
  return { shape, data: numbers.read() }
}
