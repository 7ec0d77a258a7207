// Hands, which every layout has alike: a wrist, then four points a finger from the thumb to the little finger.

import { type Colour, hue } from '../colour.js'
import type { LayoutBone } from './layout.js'

/** Points of a hand. */
export const HAND = 21

/** A hand's points as MediaPipe names them. */
export const mediapipeHand: readonly string[] = [
  'WRIST',
  ...['CMC', 'MCP', 'IP', 'TIP'].map((segment) => `THUMB_${segment}`),
  ...['INDEX_FINGER', 'MIDDLE_FINGER', 'RING_FINGER', 'PINKY'].flatMap((finger) =>
    ['MCP', 'PIP', 'DIP', 'TIP'].map((segment) => `${finger}_${segment}`),
  ),
]

/** The same as OpenPose names them. */
export const openposeHand: readonly string[] = [
  'BASE',
  'T_STT',
  'T_BCMC',
  'T_MCP',
  'T_IP',
  ...['I', 'M', 'R', 'P'].flatMap((finger) => ['CMC', 'MCP', 'PIP', 'DIP'].map((segment) => `${finger}_${segment}`)),
]

/** The 20 bones of a hand whose wrist is point `first`, each of the colour that its place among them has. */
export function handBones(first: number, colourOf: (bone: number) => Colour): LayoutBone[] {
  return Array.from({ length: HAND - 1 }, (_, bone) => {
    const child = first + 1 + bone
    return { parent: bone % 4 === 0 ? first : child - 1, child, colour: colourOf(bone) }
  })
}

/** Each finger bone a step further round the circle of hues, as OpenPose and DWPose draw hands. */
export const rainbow = (bone: number): Colour => hue((bone * 360) / (HAND - 1))

/** `otherSide` where body points pair up by `bodyPairs` and hands lie at `leftHand` and `rightHand`; all other points mirror as `rest` says, itself if not said. */
export function mirrorTable(
  points: number,
  { bodyPairs, leftHand, rightHand }: { bodyPairs: readonly (readonly [number, number])[]; leftHand: number; rightHand: number },
  facePairs: readonly (readonly [number, number])[] = [],
): number[] {
  const other = Array.from({ length: points }, (_, i) => i)
  const hands = Array.from({ length: HAND }, (_, i) => [leftHand + i, rightHand + i] as const)
  for (const [a, b] of [...bodyPairs, ...hands, ...facePairs]) {
    other[a] = b
    other[b] = a
  }
  return other
}
