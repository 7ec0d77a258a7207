// Marks on a canvas.

import type { Mark } from '../../outputs/draw.js'

/** What of a canvas's context is used: types of a browser's own stay out, so that this can be tested without one. */
export interface Brush {
  lineCap: string
  lineJoin: string
  lineWidth: number
  strokeStyle: unknown
  fillStyle: unknown
  beginPath(): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
  stroke(): void
  fill(): void
}

/** Paints marks in their order. */
export function paintMarks(brush: Brush, marks: readonly Mark[]): void {
  brush.lineCap = 'round'
  brush.lineJoin = 'round'
  for (const mark of marks) {
    brush.beginPath()
    if (mark.shape === 'disc') {
      brush.arc(mark.x, mark.y, mark.radius, 0, 2 * Math.PI)
      brush.fillStyle = mark.colour
      brush.fill()
    } else {
      for (let i = 0; i < mark.points.length; i += 2) brush.lineTo(mark.points[i]!, mark.points[i + 1]!)
      brush.lineWidth = mark.width
      brush.strokeStyle = mark.colour
      brush.stroke()
    }
  }
}
