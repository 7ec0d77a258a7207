// GIF: a motion that moves anywhere a picture can be shown, at its own speed, beside its reference if there is one.

import { createRequire } from 'node:module'
import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import { isSkeleton, layoutOfMotion } from '../motion/layout/layouts.js'
import { fingers } from '../motion/skeleton.js'
import { type AnimationOptions, animation } from './animation.js'
import { type Colour, type Palette, rgb } from './colours.js'
import { darker } from './draw.js'
import { paletteFor } from './draw_motion.js'
import { coloursOf } from './draw_points.js'
import type { Raster } from './raster.js'
import { FASTEST_GIF, gifDelay } from './timeline.js'

// CommonJS that declares itself an ES module: Node and bundlers disagree about its default export, but not about what `require` gives.
const { GIFEncoder } = createRequire(import.meta.url)('gifenc') as typeof import('gifenc')

/** Smoothed edges get this many steps between a colour and the one beneath it. */
const STEPS = 8
/** Of a GIF's table. */
const MOST_COLOURS = 256

type Rgb = readonly [number, number, number]

/** Writes an animation of a motion. Throws ERR_DATA for a malformed motion, ERR_OUTPUT where `path` cannot be written. */
export async function writeGif(path: string, motion: Motion, options: AnimationOptions = {}): Promise<void> {
  await writeWhole(path, gifAnimation(motion, options, path))
}

/** An animation of a motion as a GIF file that repeats for ever. */
export function gifAnimation(motion: Motion, options: AnimationOptions = {}, who = 'gif'): Uint8Array {
  const steps = gifSteps(motion, options, who)
  while (true) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** The same, drawn a picture a step, for whoever has other work in between; returns the file. */
export function* gifSteps(motion: Motion, options: AnimationOptions = {}, who = 'gif'): Generator<void, Uint8Array> {
  const { fps, frames, width, height, strips, palette, pictures } = animation(motion, options, who, { fastest: FASTEST_GIF })
  const inks = new Inks(strips, palette)
  const encoder = GIFEncoder({ initialCapacity: frames * width * 32 })
  let i = 0
  for (const image of pictures()) {
    const delay = gifDelay(i, fps)
    encoder.writeFrame(inks.index(image), width, height, i === 0 ? { palette: inks.colours, delay, repeat: 0 } : { delay })
    i++
    yield
  }
  encoder.finish()
  return encoder.bytes()
}

/** One colour table for the whole animation: every ink, and its shades against paper, face and finger; rarer blends take the nearest. */
class Inks {
  readonly colours: readonly Rgb[]
  /** From a pixel as a number to its entry, filled as pixels come by. */
  readonly #known = new Map<number, number>()

  constructor(motions: readonly Motion[], on: Palette) {
    const kinds = new Map(motions.map((motion) => [layoutOfMotion(motion), motion]))
    this.colours = [...kinds].flatMap(([layout, motion]) => {
      const palette = paletteFor(motion, on)
      return isSkeleton(motion)
        ? signerInks(palette)
        : pointInks(palette, coloursOf(layout, palette), Math.floor(MOST_COLOURS / kinds.size))
    })
  }

  /** One byte a pixel. */
  index(image: Raster): Uint8Array {
    const pixels = new Uint32Array(image.pixels.buffer)
    const out = new Uint8Array(pixels.length)
    let last = -1
    let entry = 0
    for (let i = 0; i < pixels.length; i++) {
      const pixel = pixels[i]!
      if (pixel !== last) {
        entry = this.#known.get(pixel) ?? this.#nearest(pixel, image.pixels.subarray(4 * i, 4 * i + 3))
        last = pixel
      }
      out[i] = entry
    }
    return out
  }

  #nearest(pixel: number, [red, green, blue]: Uint8Array): number {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    this.colours.forEach((colour, entry) => {
      const distance = (colour[0] - red!) ** 2 + (colour[1] - green!) ** 2 + (colour[2] - blue!) ** 2
      if (distance < least) [best, least] = [entry, distance]
    })
    this.#known.set(pixel, best)
    return best
  }
}

/** What smoothing leaves between two colours, without the two. */
function shades(from: Rgb, to: Rgb, steps = STEPS): Rgb[] {
  return Array.from({ length: steps - 1 }, (_, k) => {
    const mix = (channel: 0 | 1 | 2) => Math.round(from[channel] + ((to[channel] - from[channel]) * (k + 1)) / steps)
    return [mix(0), mix(1), mix(2)]
  })
}

/** The colours of 50 joints drawn as a signer. */
function signerInks(palette: Palette): Rgb[] {
  const inks = [...new Set([palette.ink, ...Object.values(palette.parts)])].map(rgb)
  const grounds = [palette.paper, palette.headFill].map(rgb)
  const knuckles = fingers.map((finger) => [rgb(palette.parts[finger]), rgb(darker(palette.parts[finger]))] as const)
  return [
    ...grounds,
    rgb(palette.rule),
    ...inks,
    ...inks.flatMap((ink) => grounds.flatMap((ground) => shades(ground, ink))),
    ...knuckles.flatMap(([finger, knuckle]) => [knuckle, ...shades(finger, knuckle)]),
  ]
}

/** The colours of points drawn as such, and as many shades of each against the paper as there is room for. */
function pointInks(palette: Palette, colours: readonly Colour[], most: number): Rgb[] {
  const [paper, inks] = [rgb(palette.paper), [palette.ink, ...colours].map(rgb)]
  const steps = Math.min(STEPS, Math.floor((most - 2) / inks.length))
  return [paper, rgb(palette.rule), ...inks, ...inks.flatMap((ink) => shades(paper, ink, steps))]
}
