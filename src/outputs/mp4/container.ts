// The MP4 around encoded frames: what the encoder's library leaves imprecise is put right. It knows whole frames a second alone, writes the time of day, so that the same
// motion never gives the same bytes, and puts the index last, so that nothing can be shown before all has come.

import { bug } from '../../base/errors.js'

/** A part of the file: four letters and their content. */
interface Box {
  readonly type: string
  readonly content: Buffer
}

/** Boxes that hold boxes, down to what is changed. */
const NESTED = ['moov', 'trak', 'mdia', 'minf', 'stbl']
const HEADER = 8
/** Ticks a second by which a frame's length is told: 24, 25, 29.97 (30000/1001), 30 and 60 a second are whole numbers of them, others are within one in ten thousand. */
const TICKS = 90_000

/**
 * A file as the encoder's library makes it, with `frames` frames at `fps`: times of day are zero, its index comes first.
 */
export function retimed(file: Uint8Array, frames: number, fps: number): Uint8Array {
  const perFrame = Math.max(1, Math.round(TICKS / fps))
  const boxes = boxesIn(Buffer.from(file)).filter(({ type }) => type !== 'free')
  const [kind, data, index] = ['ftyp', 'mdat', 'moov'].map((type) => boxes.find((box) => box.type === type))
  if (!kind || !data || !index) throw bug('retimed', `wanted ftyp, mdat and moov, got ${boxes.map(({ type }) => type).join(', ')}`)
  const first = offsetOf(file, 'mdat')
  const timed = changed(index, (type, content) => {
    if (type === 'mvhd') times(content, perFrame * frames, 4, { duration: 16, scale: 12 })
    if (type === 'tkhd') times(content, perFrame * frames, 4, { duration: 20 })
    if (type === 'mdhd') times(content, perFrame * frames, 4, { duration: 16, scale: 12 })
    if (type === 'stts') sampleTimes(content, frames, perFrame)
  })
  const head = packed(kind).length + packed(timed).length
  const placed = changed(timed, (type, content) => {
    if (type === 'stco') moveChunks(content, head - first)
  })
  return Buffer.concat([kind, placed, data].map(packed))
}

/** Zeroes the times of making and changing at `at`, and sets the duration. All are of version 0, four bytes a number. */
function times(content: Buffer, ticks: number, at: number, to: { readonly duration: number; readonly scale?: number }): void {
  content.fill(0, at, at + 8)
  content.writeUInt32BE(ticks, to.duration)
  if (to.scale !== undefined) content.writeUInt32BE(TICKS, to.scale)
}

/** One entry: all frames last equally long. */
function sampleTimes(content: Buffer, frames: number, perFrame: number): void {
  const count = content.readUInt32BE(4)
  if (count !== 1 || content.readUInt32BE(8) !== frames) throw bug('retimed', `wanted ${frames} frames of one length, got ${count} lengths`)
  content.writeUInt32BE(perFrame, 12)
}

/** Each chunk's place in the file. */
function moveChunks(content: Buffer, by: number): void {
  const count = content.readUInt32BE(4)
  for (let i = 0; i < count; i++) content.writeUInt32BE(content.readUInt32BE(8 + 4 * i) + by, 8 + 4 * i)
}

function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at)
    if (length < HEADER || at + length > bytes.length) throw bug('retimed', `wanted a box at byte ${at}, got a length of ${length}`)
    boxes.push({ type: bytes.toString('latin1', at + 4, at + HEADER), content: bytes.subarray(at + HEADER, at + length) })
  }
  return boxes
}

/** Where a box begins. */
function offsetOf(file: Uint8Array, type: string): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  while (bytes.toString('latin1', at + 4, at + HEADER) !== type) at += bytes.readUInt32BE(at)
  return at
}

/** A copy of a box in which `change` has been at the content of each box that holds none. */
function changed({ type, content }: Box, change: (type: string, content: Buffer) => void): Box {
  if (NESTED.includes(type)) return { type, content: Buffer.concat(boxesIn(content).map((box) => packed(changed(box, change)))) }
  const copy = Buffer.from(content)
  change(type, copy)
  return { type, content: copy }
}

function packed({ type, content }: Box): Buffer {
  const head = Buffer.alloc(HEADER)
  head.writeUInt32BE(HEADER + content.length)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, content])
}
