import { describe, expect, it } from 'vitest'
import { rgb } from './colours.js'
import { Raster } from './raster.js'

const pixel = (image: Raster, x: number, y: number) =>
  Array.from(image.pixels.slice((y * image.width + x) * 4, (y * image.width + x) * 4 + 4))
/** How much black ink a white image holds, in pixels. */
const inked = (image: Raster) => image.pixels.reduce((sum, value, i) => (i % 4 === 0 ? sum + (255 - value) / 255 : sum), 0)

describe('Raster', () => {
  it('starts as paper everywhere, opaque', () => {
    const image = new Raster(7, 3, '#123456')
    for (const [x, y] of [
      [0, 0],
      [6, 0],
      [3, 1],
      [6, 2],
    ] as const)
      expect(pixel(image, x, y)).toEqual([0x12, 0x34, 0x56, 255])
    expect(rgb('#123456')).toEqual([0x12, 0x34, 0x56])
  })

  it('inks as much as the shape has area, wherever it lies between pixels', () => {
    for (const shift of [0, 0.25, 0.5, 0.8]) {
      const disc = new Raster(40, 40, '#ffffff')
      disc.paint([{ shape: 'disc', x: 20 + shift, y: 20 - shift, radius: 8, colour: '#000000' }])
      expect(inked(disc) / (Math.PI * 64)).toBeCloseTo(1, 1.7)
      const line = new Raster(60, 60, '#ffffff')
      line.paint([{ shape: 'line', points: [10 + shift, 12, 40, 45 + shift], width: 6, colour: '#000000' }])
      const area = Math.hypot(30 - shift, 33 + shift) * 6 + Math.PI * 9
      expect(inked(line) / area).toBeCloseTo(1, 1.7)
    }
  })

  it('covers what was painted before, and follows every corner of a line', () => {
    const image = new Raster(30, 30, '#ffffff')
    image.paint([
      { shape: 'disc', x: 15, y: 15, radius: 5, colour: '#ff0000' },
      { shape: 'line', points: [2, 15, 15, 15, 15, 28], width: 4, colour: '#0000ff' },
    ])
    expect(pixel(image, 15, 15).slice(0, 3)).toEqual([0, 0, 255])
    expect(pixel(image, 15, 26).slice(0, 3)).toEqual([0, 0, 255])
    expect(pixel(image, 17, 12).slice(0, 3)).toEqual([255, 0, 0])
    expect(pixel(image, 26, 26).slice(0, 3)).toEqual([255, 255, 255])
  })

  it('cuts off what lies outside', () => {
    const image = new Raster(10, 10, '#ffffff')
    image.paint([{ shape: 'line', points: [-50, 5, 50, 5], width: 2, colour: '#000000' }])
    image.text('8', 8, 8, 2, '#000000')
    expect(inked(image)).toBeGreaterThanOrEqual(20)
    expect(pixel(image, 0, 0)[0]).toBe(255)
  })

  it('writes letters dot by dot, small ones as capitals', () => {
    const write = (text: string) => {
      const image = new Raster(40, 10, '#ffffff')
      image.text(text, 1, 1, 1, '#000000')
      return image
    }
    expect(inked(write('1'))).toBe(10)
    expect(write('a/9').pixels).toEqual(write('A/9').pixels)
    expect(inked(write('é'))).toBeGreaterThan(0)
  })
})
