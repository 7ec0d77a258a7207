// What a frame's numbers are: a layout names its points, how many coordinates each has, and how they are drawn, mirrored and scaled. Everything that
// reads, draws, compares or learns motions asks the layout, so that a new one is a table and no code.

import type { Colour } from '../colour.js'

export const layoutNames = ['skeleton-50', 'dwpose-128', 'slrtp-178', 'holistic-543'] as const
export type LayoutName = (typeof layoutNames)[number]

export const partNames = ['body', 'leftHand', 'rightHand', 'face'] as const
export type PartName = (typeof partNames)[number]

/** Points that lie one after another and belong together, as a component of a `.pose` file has them. */
export interface LayoutPart {
  readonly name: PartName
  /** What `.pose` files call it. */
  readonly component: string
  /** What they call its points, in order. */
  readonly points: readonly string[]
  /** Index of its first point among all points of the layout. */
  readonly first: number
  /** Of its points, where they are drawn as dots. */
  readonly dot?: Colour | readonly Colour[]
  /** The one colour that `.pose` files have for it; else each point has that of its bone or dot. */
  readonly colour?: Colour
}

/** A line between two points of one layout. */
export interface LayoutBone {
  readonly parent: number
  readonly child: number
  readonly colour: Colour
}

/** The points that a signer is placed, scaled and measured by. */
export interface Anchors {
  /** A layout without one has the middle of the shoulders. */
  readonly neck?: number
  readonly rightShoulder: number
  readonly leftShoulder: number
  readonly rightWrist: number
  readonly leftWrist: number
}

/**
 * The scale that motions of a layout are in once read. `neck-shoulder-3`: in every frame the neck is at 0 and the shoulders are 1/3 apart in the picture.
 * `clip-neck-shoulder-3`: the same by the medians of the clip, so that a signer who leans still leans; nothing but a shift and one factor is done to a clip.
 */
export type Scale = 'neck-shoulder-3' | 'clip-neck-shoulder-3'

export interface Layout {
  readonly name: LayoutName
  /** Coordinates of a point: x right and y down in the picture, and where there are three z towards the viewer. */
  readonly dims: 2 | 3
  /** Whether points tell how sure their detector was; 0 says not seen. Points of other layouts are all seen. */
  readonly confidence: boolean
  readonly scale: Scale
  /** In the order of their points; together they are all points. */
  readonly parts: readonly LayoutPart[]
  /** How many points, and what each is called. */
  readonly points: number
  readonly pointNames: readonly string[]
  readonly bones: readonly LayoutBone[]
  readonly anchors: Anchors
  /** For each point the one that mirrors it; undefined where nobody has published which that is. */
  readonly otherSide: readonly number[] | undefined
  /** What pictures of it are drawn on; undefined: on light paper, or dark paper by night. */
  readonly paper?: Colour
}

/** Coordinates of a frame. */
export const coordinatesOf = ({ points, dims }: Pick<Layout, 'points' | 'dims'>): number => points * dims

/** Number `at` of a frame in words, such as `leftIndex1 y`. */
export const numberName = ({ pointNames, dims }: Layout, at: number): string => `${pointNames[Math.floor(at / dims)]} ${'xyz'[at % dims]}`

/** The part of a name. Throws a RangeError for one that the layout lacks. */
export function partOf({ name, parts }: Layout, part: PartName): LayoutPart {
  const found = parts.find((one) => one.name === part)
  if (!found) throw new RangeError(`${name} has no ${part}`)
  return found
}

/** Whether a point of the layout is one of a part's. */
export const inPart = ({ first, points }: LayoutPart, point: number): boolean => point >= first && point < first + points.length

/** The indices of a part's points. */
export const pointsOf = ({ first, points }: LayoutPart): number[] => points.map((_, i) => first + i)

/** Parts one after another, from points 0 on. */
export function inOrder(parts: readonly Omit<LayoutPart, 'first'>[]): LayoutPart[] {
  let first = 0
  return parts.map((part) => {
    const placed = { ...part, first }
    first += part.points.length
    return placed
  })
}
