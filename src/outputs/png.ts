// PNG: a contact sheet of a motion in pixels, and the encoder, which needs nothing but zlib.

import { crc32, deflateSync } from 'node:zlib'
import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import type { Camera } from './camera.js'
import { light } from './colours.js'
import { drawMotion, paletteFor } from './draw_motion.js'
import { Raster } from './raster.js'
import { type Cell, layOut, type SheetOptions } from './sheet.js'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** Writes a contact sheet of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writePng(path: string, motion: Motion, options: SheetOptions = {}): Promise<void> {
  await writeWhole(path, encodePng(rasterSheet(motion, options, path)))
}

/** A contact sheet of a motion in pixels. */
export function rasterSheet(motion: Motion, options: SheetOptions, who: string): Raster {
  const sheet = layOut(motion, options, who)
  const raster = new Raster(sheet.width, sheet.height, light.rule)
  for (const cell of sheet.cells) raster.place(rasterCell(cell, sheet.camera, sheet.size), cell.x, cell.y)
  return raster
}

/** One picture of `size` pixels a side: a frame and its label. What reaches beyond it is cut off. */
export function rasterCell(cell: Pick<Cell, 'motion' | 'frame' | 'label'>, camera: Camera, size: number): Raster {
  const palette = paletteFor(cell.motion, light)
  const raster = new Raster(size, size, palette.paper)
  if (cell.frame !== undefined) raster.paint(drawMotion(cell.motion, cell.frame, camera, size, palette))
  const dot = Math.max(1, Math.round(size / 240))
  raster.text(cell.label, 5 * dot, size - 12 * dot, dot, palette.ink)
  return raster
}

/** An image as a PNG file: 8 bits a channel, RGB, since pictures are opaque. */
export function encodePng(image: Raster): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(image.width, 0)
  header.writeUInt32BE(image.height, 4)
  header.set([8, 2], 8) // bits a channel; colour type RGB; then zeros: deflate, the usual filters, not interlaced
  return Buffer.concat([Buffer.from(SIGNATURE), chunk('IHDR', header), chunk('IDAT', deflateSync(scanLines(image))), chunk('IEND')])
}

/** Rows of RGB behind a zero each, "no filter": flat colours pack best so. */
function scanLines({ width, height, pixels }: Raster): Uint8Array {
  const lines = new Uint8Array(height * (1 + 3 * width))
  let to = 0
  for (let row = 0; row < height; row++) {
    to++
    for (let column = 0; column < width; column++, to += 3) {
      const from = (row * width + column) * 4
      lines[to] = pixels[from]!
      lines[to + 1] = pixels[from + 1]!
      lines[to + 2] = pixels[from + 2]!
    }
  }
  return lines
}

/** Length, name, content, and a checksum over the last two. */
function chunk(name: string, content: Uint8Array = new Uint8Array()): Uint8Array {
  const out = Buffer.alloc(12 + content.length)
  out.writeUInt32BE(content.length, 0)
  out.write(name, 4, 'latin1')
  out.set(content, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length)
  return out
}
