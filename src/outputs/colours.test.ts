import { describe, expect, it } from 'vitest'
import { toDwpose } from '../data/layouts/convert.js'
import { layouts } from '../motion/layout/layouts.js'
import { fingers } from '../motion/skeleton.js'
import { cameraFor } from './camera.js'
import { type Colour, type Palette, palettes, rgb } from './colours.js'
import { drawMotion, paletteFor } from './draw_motion.js'
import { coloursOf } from './draw_points.js'
import { signer } from './signer.testing.js'

/** What linear RGB becomes without the cones of one kind: Machado, Oliveira and Fernandes 2009, at full severity. */
const seenBy = {
  everyone: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopes: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopes: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopes: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const

/** CIE L*a*b* of a colour as they see it. */
function lab(colour: Colour, m: readonly number[]): readonly number[] {
  const linear = rgb(colour).map((byte) => (byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4))
  const [r, g, b] = [0, 3, 6].map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        linear.reduce((sum, value, i) => sum + m[row + i]! * value, 0),
      ),
    ),
  ) as [number, number, number]
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116)) as [number, number, number]
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

/** The least distance of any two of the colours, in L*a*b*: about 2 is the smallest that is seen at all. */
function least(colours: readonly Colour[], m: readonly number[]): number {
  const places = colours.map((colour) => lab(colour, m))
  return Math.min(...places.flatMap((a, i) => places.slice(0, i).map((b) => Math.hypot(...a.map((value, k) => value - b[k]!)))))
}

const sets = ({ paper, parts }: Palette): Colour[][] => [
  [paper, ...fingers.map((finger) => parts[finger])],
  [paper, parts.body, parts.leftArm, parts.rightArm],
]

describe('the palette for the colour-blind', () => {
  it.each(Object.entries(seenBy))('keeps fingers, arms and paper apart for %s', (_, matrix) => {
    for (const palette of [palettes['colour-blind'].light, palettes['colour-blind'].dark])
      for (const colours of sets(palette)) expect(least(colours, matrix)).toBeGreaterThan(25)
  })

  it('is needed: the standard one brings two fingers together', () => {
    expect(least(sets(palettes.standard.light)[0]!, seenBy.deuteranopes)).toBeLessThan(5)
  })

  it.each(Object.values(layouts))('is what $name is drawn in, part by part', (layout) => {
    const { light } = palettes['colour-blind']
    const drawn = coloursOf(layout, light)
    for (const part of [...fingers, 'leftArm', 'rightArm', 'body'] as const) expect(drawn, part).toContain(light.parts[part])
    const known: Colour[] = [...Object.values(light.parts), light.ink]
    expect(drawn.filter((colour) => !known.includes(colour))).toEqual([])
  })

  it('takes the paper of a layout, and the colours that go with it', () => {
    const motion = toDwpose(signer(1))
    const palette = paletteFor(motion, palettes['colour-blind'].light)
    expect(palette.paper).toBe('#000000')
    const colours = new Set(drawMotion(motion, 0, cameraFor([motion]), 100, palette).map(({ colour }) => colour))
    expect(colours).toContain(palettes['colour-blind'].dark.parts.thumb)
    expect(colours).not.toContain('#990000')
  })
})
