// How the picture is divided between a motion and what it is compared with.

/** `alone` where there is nothing to compare. */
export type Mode = 'alone' | 'side' | 'overlay' | 'generated' | 'reference'

export interface ShownMotion {
  readonly which: 'motion' | 'reference'
  readonly label: string
  /** In grey under the other one. */
  readonly ghost: boolean
}

/** A rectangle of the picture, in pixels, and what is painted in it, the lowest first. */
export interface Pane {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly shown: readonly ShownMotion[]
}

const generated: ShownMotion = { which: 'motion', label: 'Generated', ghost: false }
const reference: ShownMotion = { which: 'reference', label: 'Reference', ghost: false }

/** The panes of a picture. Two lie beside each other, or one above the other where it is higher than wide. */
export function panes(width: number, height: number, mode: Mode): Pane[] {
  const whole = { left: 0, top: 0, width, height }
  switch (mode) {
    case 'alone':
      return [{ ...whole, shown: [{ ...generated, label: '' }] }]
    case 'generated':
      return [{ ...whole, shown: [generated] }]
    case 'reference':
      return [{ ...whole, shown: [reference] }]
    case 'overlay':
      return [{ ...whole, shown: [{ ...reference, label: 'Reference (grey)', ghost: true }, generated] }]
    case 'side': {
      const [across, down] = width >= height ? [width / 2, 0] : [0, height / 2]
      const half = { ...whole, width: width - across, height: height - down }
      return [
        { ...half, shown: [reference] },
        { ...half, left: across, top: down, shown: [generated] },
      ]
    }
  }
}
