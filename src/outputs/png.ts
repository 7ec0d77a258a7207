// PNG: a contact sheet of a motion in pixels, and the encoder, which needs nothing but zlib.

import { crc32, deflateSync } from 'node:zlib'
import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import type { Camera } from './camera.js'
import { light, type Palette, palettes } from './colours.js'
import { drawMotion, paletteFor } from './draw_motion.js'
import { Raster } from './raster.js'
import { type Cell, layOut, type SheetOptions } from './sheet.js'

/** What every PNG begins with. */
export const SIGNATURE: Uint8Array = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Writes a contact sheet of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writePng(path: string, motion: Motion, options: SheetOptions = {}): Promise<void> {
  await writeWhole(path, encodePng(rasterSheet(motion, options, path)))
}

/** A contact sheet of a motion in pixels. */
export function rasterSheet(motion: Motion, options: SheetOptions, who: string): Raster {
  const sheet = layOut(motion, options, who)
  const palette = palettes[options.palette ?? 'standard'].light
  const raster = new Raster(sheet.width, sheet.height, palette.rule)
  for (const cell of sheet.cells) raster.place(rasterCell(cell, sheet.camera, sheet.size, palette), cell.x, cell.y)
  return raster
}

/** One picture of `size` pixels a side: a frame and its label. What reaches beyond it is cut off. */
export function rasterCell(cell: Pick<Cell, 'motion' | 'frame' | 'label'>, camera: Camera, size: number, on: Palette = light): Raster {
  const palette = paletteFor(cell.motion, on)
  const raster = new Raster(size, size, palette.paper)
  if (cell.frame !== undefined) raster.paint(drawMotion(cell.motion, cell.frame, camera, size, palette))
  const dot = Math.max(1, Math.round(size / 240))
  raster.text(cell.label, 5 * dot, size - 12 * dot, dot, palette.ink)
  return raster
}

/** An image as a PNG file. */
export function encodePng(image: Raster): Uint8Array {
  const { width, height } = image
  const rows = packedRows(image, { x: 0, y: 0, width, height })
  return Buffer.concat([SIGNATURE, chunk('IHDR', header(width, height)), chunk('IDAT', rows), chunk('IEND')])
}

/** The header of pictures as they are here: 8 bits a channel, RGB, since they are opaque. */
export function header(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(width, 0)
  bytes.writeUInt32BE(height, 4)
  bytes.set([8, 2], 8) // bits a channel; colour type RGB; then zeros: deflate, the usual filters, not interlaced
  return bytes
}

/** A rectangle of an image, deflated: rows of RGB behind a zero each, "no filter", since flat colours pack best so. */
export function packedRows(
  image: Raster,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Uint8Array {
  const lines = new Uint8Array(box.height * (1 + 3 * box.width))
  let to = 0
  for (let row = box.y; row < box.y + box.height; row++) {
    to++
    for (let column = box.x; column < box.x + box.width; column++, to += 3) {
      const from = (row * image.width + column) * 4
      lines[to] = image.pixels[from]!
      lines[to + 1] = image.pixels[from + 1]!
      lines[to + 2] = image.pixels[from + 2]!
    }
  }
  return deflateSync(lines)
}

/** Length, name, content, and a checksum over the last two. */
export function chunk(name: string, content: Uint8Array = new Uint8Array()): Uint8Array {
  const out = Buffer.alloc(12 + content.length)
  out.writeUInt32BE(content.length, 0)
  out.write(name, 4, 'latin1')
  out.set(content, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length)
  return out
}
