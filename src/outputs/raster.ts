// Pixels: draws marks with smooth edges. A pixel's share of a shape is how far its centre lies inside the edge, which is exact enough for
// anything wider than a pixel and needs no supersampling.

import { type Colour, rgb } from './colours.js'
import type { Mark } from './draw.js'
import { ADVANCE, glyph, HEIGHT, WIDTH } from './font.js'

/** An opaque RGBA image, row after row from the top. */
export class Raster {
  readonly width: number
  readonly height: number
  /** [height, width, 4] bytes. */
  readonly pixels: Uint8Array

  constructor(width: number, height: number, paper: Colour) {
    this.width = width
    this.height = height
    this.pixels = new Uint8Array(width * height * 4)
    const [red, green, blue] = rgb(paper)
    this.pixels.set([red, green, blue, 255])
    // Each copy doubles what is filled.
    for (let filled = 4; filled < this.pixels.length; filled *= 2) this.pixels.copyWithin(filled, 0, filled)
  }

  /** Paints marks in their order; what lies outside the image is cut off. */
  paint(marks: readonly Mark[]): void {
    for (const mark of marks) {
      if (mark.shape === 'disc') this.#capsule(mark.x, mark.y, mark.x, mark.y, mark.radius, mark.colour)
      else
        for (let i = 0; i + 3 < mark.points.length; i += 2) {
          const [x0, y0, x1, y1] = mark.points.slice(i, i + 4) as [number, number, number, number]
          this.#capsule(x0, y0, x1, y1, mark.width / 2, mark.colour)
        }
    }
  }

  /** Writes capitals, digits and a little punctuation from (x, y), the top left corner, each dot `dot` pixels a side. */
  text(text: string, x: number, y: number, dot: number, colour: Colour): void {
    Array.from(text).forEach((char, i) => {
      const rows = glyph(char)
      for (let row = 0; row < HEIGHT; row++)
        for (let column = 0; column < WIDTH; column++)
          if ((rows[row]! >> (WIDTH - 1 - column)) & 1) this.box(x + (i * ADVANCE + column) * dot, y + row * dot, dot, dot, colour)
    })
  }

  /** Copies another image in, its top left corner at (x, y). It must fit. */
  place(other: Raster, x: number, y: number): void {
    for (let row = 0; row < other.height; row++) {
      const from = row * other.width * 4
      this.pixels.set(other.pixels.subarray(from, from + other.width * 4), ((y + row) * this.width + x) * 4)
    }
  }

  /** Fills whole pixels from (x, y), the top left corner. */
  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    const ink = rgb(colour)
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++)
      for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++) this.#blend(column, row, ink, 1)
  }

  /** All points within `radius` of the segment: a line with round ends, or a disc where both ends are one. */
  #capsule(x0: number, y0: number, x1: number, y1: number, radius: number, colour: Colour): void {
    const ink = rgb(colour)
    const dx = x1 - x0
    const dy = y1 - y0
    const squared = dx * dx + dy * dy
    const reach = radius + 1
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach))
    const right = Math.min(this.width - 1, Math.ceil(Math.max(x0, x1) + reach))
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach))
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(y0, y1) + reach))
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - x0
        const py = row + 0.5 - y0
        const along = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0
        const distance = Math.hypot(px - along * dx, py - along * dy)
        if (distance < radius + 0.5) this.#blend(column, row, ink, Math.min(1, radius + 0.5 - distance))
      }
  }

  #blend(column: number, row: number, ink: readonly [number, number, number], share: number): void {
    const at = (row * this.width + column) * 4
    for (let channel = 0; channel < 3; channel++) {
      const under = this.pixels[at + channel]!
      this.pixels[at + channel] = Math.round(under + (ink[channel]! - under) * share)
    }
  }
}
