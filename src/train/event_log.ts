// The bytes of a TensorBoard event file: records with checksums around protobuf messages, of which we write three small kinds.

import { crc32c } from '../base/crc.js'

/** The format stores checksums rotated and shifted, since the CRC of data that holds its own CRC is a weak one. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

/** One record: u64 length, masked CRC of the length, data, masked CRC of the data; all little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + 4 + data.length + 4)
  const view = new DataView(out.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedCrc(out.subarray(0, 8)), true)
  out.set(data, 12)
  view.setUint32(12 + data.length, maskedCrc(data), true)
  return out
}

// Field numbers of the messages `Event`, `Summary`, `Summary.Value` and `SessionLog`.
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const
const summary = { value: 1 } as const
const summaryValue = { tag: 1, simpleValue: 2 } as const
const sessionLog = { status: 1 } as const
const SESSION_START = 1

/** The first event of every file. `wall` in seconds since 1970. */
export function versionEvent(wall: number): Uint8Array {
  return join([double(event.wallTime, wall), bytes(event.fileVersion, utf8('brain.Event:2'))])
}

/** Says that a run goes on at `step`: TensorBoard then forgets what an earlier file says of this step and later ones. */
export function restartEvent(wall: number, step: number): Uint8Array {
  return join([double(event.wallTime, wall), int(event.step, step), bytes(event.sessionLog, int(sessionLog.status, SESSION_START))])
}

/** Numbers of one step, by tag such as `loss/train`; stored as float32. */
export function scalarEvent(wall: number, step: number, values: Readonly<Record<string, number>>): Uint8Array {
  const entries = Object.entries(values).map(([tag, value]) =>
    bytes(summary.value, join([bytes(summaryValue.tag, utf8(tag)), float(summaryValue.simpleValue, value)])),
  )
  return join([double(event.wallTime, wall), int(event.step, step), bytes(event.summary, join(entries))])
}

// Protobuf: each field is a key (number and wire type), then a varint (0), 8 bytes (1), a length and bytes (2), or 4 bytes (5).

function int(field: number, value: number): Uint8Array {
  return Uint8Array.from([(field << 3) | 0, ...varint(value)])
}

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9)
  out[0] = (field << 3) | 1
  new DataView(out.buffer).setFloat64(1, value, true)
  return out
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5)
  out[0] = (field << 3) | 5
  new DataView(out.buffer).setFloat32(1, value, true)
  return out
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return join([Uint8Array.from([(field << 3) | 2, ...varint(value.length)]), value])
}

/** 7 bits a byte, the lowest first; the top bit says that more follow. Division, since steps may pass 2^31. */
function varint(value: number): number[] {
  const out: number[] = []
  let rest = value
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.push(rest)
  return out
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
