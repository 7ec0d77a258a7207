// The wire format of protocol buffers, as far as SentencePiece models need it: a message is a list of numbered fields.

import { SignError } from '../../../base/errors.js'

/** One field of a message: its number, and its value by how it is written. */
export type ProtobufField =
  | { readonly number: number; readonly wire: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly wire: 'fixed64' | 'bytes' | 'fixed32'; readonly value: Uint8Array }

const wires = { 0: 'varint', 1: 'fixed64', 2: 'bytes', 5: 'fixed32' } as const

/**
 * The fields of a message in its order; their bytes are views of `bytes`.
 *
 * @throws ERR_DATA naming `who` and the byte, for a message that ends within a field and for what is no message
 */
export function* protobufFields(bytes: Uint8Array, who: string): Generator<ProtobufField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length) {
    const start = at
    const key = varint()
    const number = Number(key >> 3n)
    const wire = wires[Number(key & 7n) as keyof typeof wires]
    if (wire === undefined || number === 0) throw damaged(start, `wanted a field, got the tag ${key}`)
    if (wire === 'varint') yield { number, wire, value: varint() }
    else {
      const length = wire === 'bytes' ? Number(varint()) : wire === 'fixed32' ? 4 : 8
      if (length > bytes.length - at) throw damaged(start, `wanted ${length} bytes of field ${number}, got ${bytes.length - at}`)
      yield { number, wire, value: bytes.subarray(at, at + length) }
      at += length
    }
  }

  // Seven bits a byte, lowest first, ten bytes at most.
  function varint(): bigint {
    const start = at
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) throw damaged(start, 'wanted a number, got the end')
      const byte = view.getUint8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw damaged(start, 'wanted a number of ten bytes at most, got a longer one')
  }

  function damaged(place: number, problem: string): SignError {
    const nextMove = 'Check that the file is a SentencePiece model and was copied whole'
    return new SignError('ERR_DATA', who, `${problem}, at byte ${place} of ${bytes.length} of a message`, nextMove)
  }
}
