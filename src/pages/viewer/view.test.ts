import { expect, it } from 'vitest'
import { frontView, turned, zoomed } from './view.js'

it('turns around without end, but never over the head', () => {
  expect(turned(turned(frontView, 3, 0.2), 3, 0.3)).toEqual({ yaw: 6, pitch: 0.5, zoom: 1 })
  expect([turned(frontView, 0, 9).pitch, turned(frontView, 0, -9).pitch]).toEqual([1.4, -1.4])
})

it('zooms between limits', () => {
  expect(zoomed(zoomed(frontView, 2), 1.5)).toEqual({ yaw: 0, pitch: 0, zoom: 3 })
  expect([zoomed(frontView, 100).zoom, zoomed(frontView, 0.01).zoom]).toEqual([8, 0.4])
})
