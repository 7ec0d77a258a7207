// SVG: a contact sheet of a motion as lines, sharp at any size, with its sentence below.

import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import type { Camera } from './camera.js'
import { type Colour, light, type Palette, palettes } from './colours.js'
import type { Mark } from './draw.js'
import { drawMotion, paletteFor } from './draw_motion.js'
import { escapeMarkup } from './markup.js'
import { type Cell, layOut, type SheetOptions } from './sheet.js'

export interface SvgOptions extends SheetOptions {
  /** Written below the sheet. */
  readonly caption?: string
}

/** Writes a contact sheet of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeSvg(path: string, motion: Motion, options: SvgOptions = {}): Promise<void> {
  await writeWhole(path, svgSheet(motion, options, path))
}

/** A contact sheet of a motion as an SVG document. */
export function svgSheet(motion: Motion, options: SvgOptions = {}, who = 'svg'): string {
  const sheet = layOut(motion, options, who)
  const { caption, palette: name = 'standard' } = options
  const palette = palettes[name].light
  const fontSize = Math.max(9, sheet.size / 30)
  const height = sheet.height + (caption ? 2.4 * fontSize : 0)
  const pictures = sheet.cells.map((cell) => picture(cell, sheet.camera, sheet.size, fontSize, palette))
  const below = caption ? text(caption, fontSize * 0.7, sheet.height + 1.55 * fontSize, fontSize * 1.1) : ''
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${short(height)}" viewBox="0 0 ${sheet.width} ${short(height)}" role="img">`,
    `<title>${escapeMarkup(caption ?? 'Signed motion')}</title>`,
    `<rect width="${sheet.width}" height="${sheet.height}" fill="${palette.rule}"/>`,
    `<g fill="none" stroke-linecap="round" stroke-linejoin="round" font-family="system-ui, sans-serif">`,
    ...pictures,
    below,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** One square of the sheet; a nested drawing, so that what reaches beyond it is cut off. */
function picture(cell: Cell, camera: Camera, size: number, fontSize: number, on: Palette): string {
  const palette = paletteFor(cell.motion, on)
  const marks = cell.frame === undefined ? [] : drawMotion(cell.motion, cell.frame, camera, size, palette)
  return [
    `<svg x="${cell.x}" y="${cell.y}" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">`,
    `<rect width="${size}" height="${size}" fill="${palette.paper}"/>`,
    ...marks.map(element),
    text(cell.label, fontSize * 0.7, size - fontSize * 0.7, fontSize, palette.ink),
    '</svg>',
  ].join('\n')
}

function element(mark: Mark): string {
  if (mark.shape === 'disc') return `<circle cx="${short(mark.x)}" cy="${short(mark.y)}" r="${short(mark.radius)}" fill="${mark.colour}"/>`
  const points = mark.points.map(short).join(' ')
  return `<polyline points="${points}" stroke="${mark.colour}" stroke-width="${short(mark.width)}"/>`
}

function text(content: string, x: number, y: number, fontSize: number, ink: Colour = light.ink): string {
  return `<text x="${short(x)}" y="${short(y)}" font-size="${short(fontSize)}" fill="${ink}">${escapeMarkup(content)}</text>`
}

/** A tenth of a pixel is finer than anyone sees, and keeps files small. */
function short(pixels: number): string {
  return String(Math.round(pixels * 10) / 10)
}
