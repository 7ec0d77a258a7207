import { describe, expect, it } from 'vitest'
import { type Mode, panes } from './panes.js'

const shown = (mode: Mode) => panes(600, 400, mode).map((pane) => pane.shown.map(({ which, label }) => `${which}: ${label}`))

describe('panes', () => {
  it('shows in each mode what its name says, the reference under what is compared with it', () => {
    expect(shown('alone')).toEqual([['motion: ']])
    expect(shown('generated')).toEqual([['motion: Generated']])
    expect(shown('reference')).toEqual([['reference: Reference']])
    expect(shown('overlay')).toEqual([['reference: Reference (grey)', 'motion: Generated']])
    expect(shown('side')).toEqual([['reference: Reference'], ['motion: Generated']])
    expect(panes(600, 400, 'overlay')[0]!.shown.map(({ ghost }) => ghost)).toEqual([true, false])
  })

  it('divides a wide picture into left and right, a high one into top and bottom', () => {
    const places = (width: number, height: number) =>
      panes(width, height, 'side').map((pane) => [pane.left, pane.top, pane.width, pane.height])
    expect(places(600, 400)).toEqual([[0, 0, 300, 400], [300, 0, 300, 400]]) // biome-ignore format: one pane a row
    expect(places(400, 600)).toEqual([[0, 0, 400, 300], [0, 300, 400, 300]]) // biome-ignore format: one pane a row
  })

  it('gives one pane the whole picture', () => {
    for (const mode of ['alone', 'generated', 'reference', 'overlay'] as const)
      expect(panes(600, 400, mode)).toMatchObject([{ left: 0, top: 0, width: 600, height: 400 }])
  })
})
