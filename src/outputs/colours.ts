// Which colour means what in every picture: hues by finger as the field draws them, the two arms apart, calm neutrals for the rest; and the same in colours that
// people who see fewer of them tell apart.

import type { Colour } from '../motion/colour.js'
import type { Part } from '../motion/skeleton.js'

export { type Colour, rgb } from '../motion/colour.js'

export const paletteNames = ['standard', 'colour-blind'] as const
/** `colour-blind`: fingers and arms differ for people without red, green or blue cones too, in light as in hue; layouts with colours of their own are drawn in it as well. */
export type PaletteName = (typeof paletteNames)[number]

export interface Palette {
  readonly name: PaletteName
  /** Behind the signer. */
  readonly paper: Colour
  /** Between the pictures of a sheet. */
  readonly rule: Colour
  /** Frame counters and captions. */
  readonly ink: Colour
  readonly headFill: Colour
  /** A reference underneath what is compared with it. */
  readonly ghost: Colour
  readonly parts: Readonly<Record<Part, Colour>>
}

/** For pictures, and for the viewer by day. Thumb to little finger go round the hue circle as OpenPose's do, darkened to stand out on white. */
export const light: Palette = {
  name: 'standard',
  paper: '#fcfcfa',
  rule: '#d9dce0',
  ink: '#5a626e',
  headFill: '#eceef1',
  ghost: '#bcc2ca',
  parts: {
    head: '#59626f',
    body: '#59626f',
    rightArm: '#a8572f',
    leftArm: '#2f6488',
    thumb: '#d9283c',
    index: '#e08a00',
    middle: '#3d9a2b',
    ring: '#1787d4',
    little: '#9a3fc7',
  },
}

/** For the viewer by night: the same hues, lighter. */
export const dark: Palette = {
  name: 'standard',
  paper: '#15181d',
  rule: '#343a44',
  ink: '#aab3c0',
  headFill: '#262b33',
  ghost: '#4b5461',
  parts: {
    head: '#9aa5b4',
    body: '#9aa5b4',
    rightArm: '#d98a5f',
    leftArm: '#6ba6cf',
    thumb: '#ff6473',
    index: '#ffb838',
    middle: '#74d15f',
    ring: '#55b4ff',
    little: '#cf86f2',
  },
}

/** Palettes by name, for light paper and for dark. */
export const palettes: Readonly<Record<PaletteName, { readonly light: Palette; readonly dark: Palette }>> = {
  standard: { light, dark },
  'colour-blind': {
    light: {
      ...light,
      name: 'colour-blind',
      parts: {
        ...light.parts,
        rightArm: '#8a3c00',
        leftArm: '#56b4e9',
        thumb: '#c35303',
        index: '#e6cb08',
        middle: '#00a771',
        ring: '#0452b7',
        little: '#d171ba',
      },
    },
    dark: {
      ...dark,
      name: 'colour-blind',
      parts: {
        ...dark.parts,
        rightArm: '#c0641a',
        leftArm: '#66c2ff',
        thumb: '#da4f0a',
        index: '#eef060',
        middle: '#3ff0a8',
        ring: '#3f82f4',
        little: '#c870a5',
      },
    },
  },
}
