import { describe, expect, it } from 'vitest'
import { TimeRange } from './time_range.js'

const seen = ({ from, to }: TimeRange) => [from, to]

describe('TimeRange', () => {
  it('says which time is where, and where a time is', () => {
    const range = new TimeRange(10, 30)
    expect([range.at(0), range.at(0.25), range.at(1)]).toEqual([10, 15, 30])
    expect([range.shareOf(10), range.shareOf(15), range.shareOf(40)]).toEqual([0, 0.25, 1.5])
  })

  it.each([0, 0.3, 1])('keeps the time at a share of %s where it is when it looks closer', (share) => {
    const range = new TimeRange(0, 100)
    const before = range.at(share)
    range.zoom(0.5, share)
    expect(range.length).toBe(50)
    expect(range.at(share)).toBeCloseTo(before, 10)
  })

  it('moves by shares of what is seen, and stops at both ends', () => {
    const range = new TimeRange(0, 100)
    range.zoom(0.4, 0)
    range.move(0.5)
    expect(seen(range)).toEqual([20, 60])
    range.move(9)
    expect(seen(range)).toEqual([60, 100])
    range.move(-9)
    expect(seen(range)).toEqual([0, 40])
  })

  it('shows nothing beyond the ends when it looks wider, and all again', () => {
    const range = new TimeRange(0, 100)
    range.zoom(0.5, 1)
    range.zoom(1.5, 0)
    expect(seen(range)).toEqual([25, 100])
    range.zoom(99, 0.5)
    expect(seen(range)).toEqual([0, 100])
    range.zoom(0.1, 0.2)
    range.showAll()
    expect(seen(range)).toEqual([0, 100])
  })

  it('looks no closer than a hundred-thousandth of all', () => {
    const range = new TimeRange(0, 100)
    for (let i = 0; i < 150; i++) range.zoom(0.75, 0.5)
    expect(range.length).toBeCloseTo(1e-3, 12)
  })
})
