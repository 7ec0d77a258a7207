// One array as numpy stores it: a magic number, a header that is a Python dictionary, then the numbers in C order.
// After numpy's description of the `.npy` format (numpy.lib.format); version 1.0 is written, 1.0 to 3.0 are read.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'

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
  const descr = Object.entries(kinds).find(([, kind]) => data instanceof kind)![0]
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`
  const start = magic.length + 4
  const length = Math.ceil((start + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - start
  const out = Buffer.alloc(start + length + data.byteLength)
  out.set([...magic, 1, 0])
  out.writeUInt16LE(length, magic.length + 2)
  out.write(`${dictionary.padEnd(length - 1)}\n`, start, 'latin1')
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start + length)
  return out
}

/** As Python writes a tuple: with a comma behind a single number. */
function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, axis) => product * axis, 1)
}

/** Decodes an array; `who` is named in errors, with the byte. Throws ERR_DATA for whatever is no array of plain little-endian numbers in C order. */
export function decodeNpy(bytes: Uint8Array, who: string): NpyArray {
  const fail = (offset: number, wanted: string, got: string): never => {
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
  const Kind = Object.hasOwn(kinds, descr) ? kinds[descr as keyof typeof kinds] : undefined
  if (!Kind) return fail(start, `numbers of kind ${Object.keys(kinds).join(' ')}`, `'${descr.slice(0, 20)}'`)
  if (axes === undefined) return fail(start, 'a shape', `'${header.slice(0, 60).trim()}'`)
  const shape = axes
    .split(',')
    .filter((axis) => axis.trim() !== '')
    .map(Number)
  // With one axis or none both orders are the same.
  if (order !== 'False' && shape.length > 1) fail(start, 'C order', 'Fortran order')
  const wanted = count(shape) * Kind.BYTES_PER_ELEMENT
  if (wanted !== file.length - start - length)
    fail(start + length, `${counted(wanted, 'byte')} for shape ${tuple(shape)}`, `${file.length - start - length}`)
  // A copy, since the numbers need not be aligned where they lie.
  const own = new Uint8Array(wanted)
  own.set(file.subarray(start + length))
  return { shape, data: new Kind(own.buffer) }
}
