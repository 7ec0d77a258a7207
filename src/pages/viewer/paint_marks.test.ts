import { expect, it } from 'vitest'
import { type Brush, paintMarks } from './paint_marks.js'

it('paints marks in their order, each in its own colour, lines with round ends', () => {
  const painted: unknown[] = []
  let path: unknown[] = []
  const brush: Brush = {
    lineCap: '',
    lineJoin: '',
    lineWidth: 0,
    strokeStyle: '',
    fillStyle: '',
    beginPath: () => {
      path = []
    },
    lineTo: (x, y) => path.push([x, y]),
    arc: (...circle) => path.push(circle),
    stroke: () => painted.push([path, brush.strokeStyle, brush.lineWidth]),
    fill: () => painted.push([path, brush.fillStyle]),
  }
  paintMarks(brush, [
    { shape: 'line', points: [1, 2, 3, 4, 5, 6], width: 7, colour: '#111111' },
    { shape: 'disc', x: 8, y: 9, radius: 10, colour: '#222222' },
    { shape: 'line', points: [0, 0, 1, 1], width: 2, colour: '#333333' },
  ])
  expect(painted).toEqual([
    [[[1, 2], [3, 4], [5, 6]], '#111111', 7], // biome-ignore format: one point a pair
    [[[8, 9, 10, 0, 2 * Math.PI]], '#222222'],
    [[[0, 0], [1, 1]], '#333333', 2], // biome-ignore format: one point a pair
  ])
  expect([brush.lineCap, brush.lineJoin]).toEqual(['round', 'round'])
})
