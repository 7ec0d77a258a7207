// Which colour means what in every picture: hues by finger as the field draws them, the two arms apart, calm neutrals for the rest.

import type { Colour } from '../motion/colour.js'
import type { Part } from '../motion/skeleton.js'

export { type Colour, rgb } from '../motion/colour.js'

export interface Palette {
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
