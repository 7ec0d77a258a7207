import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { maskedCrc, record, scalarEvent } from './event_log.js'
import { TensorBoardLog } from './tensorboard.js'

const folder = mkdtempSync(join(tmpdir(), 'signllm-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A reader of its own: the records of a file, checksums verified. */
function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(view.getUint32(at + 8, true)).toBe(maskedCrc(bytes.subarray(at, at + 8)))
    expect(view.getUint32(at + 12 + length, true)).toBe(maskedCrc(data))
    out.push(data)
    at += 16 + length
  }
  return out
}

type Field = number | Uint8Array

/** The fields of a protobuf message by number, in order. */
function readFields(bytes: Uint8Array): [number, Field][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  const read = (wireType: number): Field => {
    if (wireType === 0) return varint()
    const length = wireType === 2 ? varint() : wireType === 1 ? 8 : 4
    at += length
    if (wireType === 1) return view.getFloat64(at - 8, true)
    if (wireType === 5) return view.getFloat32(at - 4, true)
    return bytes.subarray(at - length, at)
  }
  const out: [number, Field][] = []
  while (at < bytes.length) {
    const key = varint()
    out.push([key >> 3, read(key & 7)])
  }
  return out
}

const utf8 = (field: Field | undefined) => new TextDecoder().decode(field as Uint8Array)

/** The scalars of an event: step and values by tag. */
function readScalars(data: Uint8Array): { step: number; values: Record<string, number> } {
  const fields = new Map(readFields(data))
  const values = readFields(fields.get(5) as Uint8Array).map(([, value]) => new Map(readFields(value as Uint8Array)))
  return { step: fields.get(2) as number, values: Object.fromEntries(values.map((value) => [utf8(value.get(1)), value.get(2) as number])) }
}

describe('an event file', () => {
  it('starts with its version and holds the scalars', () => {
    let seconds = 1_700_000_000.5
    const board = new TensorBoardLog(folder, { host: 'here', clock: () => seconds })
    seconds++
    board.scalars(300, { 'loss/train': 0.25, Größe: -1 })
    board.scalars(2 ** 33 + 1, { 'loss/train': Number.NaN })
    board.close()
    expect(readdirSync(folder)).toEqual(['events.out.tfevents.1700000000.here'])
    const [version, first, second] = readRecords(readFileSync(board.path))
    expect(new Map(readFields(version!)).get(1)).toBe(1_700_000_000.5)
    expect(utf8(new Map(readFields(version!)).get(3))).toBe('brain.Event:2')
    expect(new Map(readFields(first!)).get(1)).toBe(1_700_000_001.5)
    expect(readScalars(first!)).toEqual({ step: 300, values: { 'loss/train': 0.25, Größe: -1 } })
    expect(readScalars(second!)).toEqual({ step: 2 ** 33 + 1, values: { 'loss/train': Number.NaN } })
  })

  it('has exactly the bytes of the protocol', () => {
    const event = scalarEvent(1, 2, { a: 1 })
    expect([...event]).toEqual([0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 2, 0x2a, 10, 0x0a, 8, 0x0a, 1, 0x61, 0x15, 0, 0, 0x80, 0x3f])
    expect([...record(event).slice(0, 8)]).toEqual([23, 0, 0, 0, 0, 0, 0, 0])
  })

  it('of a resumed run says where it goes on', () => {
    const board = new TensorBoardLog(folder, { host: 'again', clock: () => 5, resumedAt: 200 })
    board.close()
    const fields = new Map(readFields(readRecords(readFileSync(board.path))[1]!))
    expect(fields.get(2)).toBe(201)
    expect(readFields(fields.get(7) as Uint8Array)).toEqual([[1, 1]])
  })

  it('is never overwritten', () => {
    for (const step of [1, 2]) {
      const board = new TensorBoardLog(folder, { host: 'twice', clock: () => 9 })
      board.scalars(step, { a: step })
      board.close()
    }
    expect(readRecords(readFileSync(join(folder, 'events.out.tfevents.9.twice')))).toHaveLength(4)
  })

  it('that cannot be written is named, and so is one that is closed', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => new TensorBoardLog(join(folder, 'file'), { host: 'x' })).toThrow(/tfevents\.\d+\.x: wanted to open this file, got/)
    const board = new TensorBoardLog(folder, { host: 'closed' })
    board.close()
    board.close()
    expect(() => board.scalars(1, { a: 1 })).toThrow('wanted an open file, got a closed one')
  })
})
