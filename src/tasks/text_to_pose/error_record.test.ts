import { expect, it } from 'vitest'
import { ErrorRecord } from './error_record.js'

const spread = Float32Array.of(1, 1)
const visit = (record: ErrorRecord, clips: readonly number[], errors: readonly number[]) => record.add(spread, 1, clips, errors)

it('keeps the errors of the last two visits of each clip', () => {
  const record = new ErrorRecord(1, 3)
  visit(record, [0, 1], [5, 7])
  expect([record.byClip, record.byClipBefore]).toEqual([
    [5, 7, Number.NaN],
    [Number.NaN, Number.NaN, Number.NaN],
  ])
  visit(record, [1], [4])
  expect([record.byClip, record.byClipBefore]).toEqual([
    [5, 4, Number.NaN],
    [Number.NaN, 7, Number.NaN],
  ])
})

it('counts a clip that is in a batch twice as visited once', () => {
  const record = new ErrorRecord(1, 1)
  visit(record, [0], [9])
  visit(record, [0, 0], [6, 5])
  expect([record.byClip, record.byClipBefore]).toEqual([[5], [9]])
})

it('goes on from what it saved as JSON, and from what earlier versions did, which kept one error a clip', () => {
  const record = new ErrorRecord(1, 3)
  visit(record, [0, 1], [5, 7])
  visit(record, [1], [4])
  const saved = JSON.parse(JSON.stringify(record.state()))
  const again = new ErrorRecord(1, 3)
  again.restore(saved)
  expect(again.state()).toEqual(record.state())

  const { byClipBefore: _, ...earlier } = saved
  again.restore(earlier)
  expect([again.byClip, again.byClipBefore]).toEqual([
    [5, 4, Number.NaN],
    [Number.NaN, Number.NaN, Number.NaN],
  ])
  visit(again, [1], [3])
  expect(again.byClipBefore).toEqual([Number.NaN, 4, Number.NaN])
})

it('keeps nothing of each clip where nobody asks for it, also of what another run saved', () => {
  const asked = new ErrorRecord(1, 2)
  const record = new ErrorRecord(1, 0)
  for (const each of [asked, record]) visit(each, [0, 1], [5, 7])
  expect(record.state()).toEqual({ ...asked.state(), byClip: [], byClipBefore: [] })
  const again = new ErrorRecord(1, 0)
  again.restore(asked.state())
  expect(again.state()).toEqual(record.state())
})
