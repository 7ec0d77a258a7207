import { expect, it, vi } from 'vitest'
import { LeftOutClips } from './left_out.js'

it('clips that are left out keep their places among those that are read', () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const listener = { json: true }
  const leftOut = new LeftOutClips()
  leftOut.add('first', new Error('cut short'), 0, listener)
  leftOut.add('third', new Error('empty'), 1, listener)
  leftOut.add('fourth', new Error('empty'), 1, listener)
  leftOut.add('last', new Error('text'), 2, listener)
  expect(leftOut.among(['b', 'e'], (name) => name.toUpperCase())).toEqual(['FIRST', 'b', 'THIRD', 'FOURTH', 'e', 'LAST'])
  expect(leftOut.broken[0]).toEqual({ name: 'first', problem: 'cut short' })
  expect(stderr).toHaveBeenCalledTimes(4)
  stderr.mockRestore()
  expect(new LeftOutClips().among(['a'], (name) => name)).toEqual(['a'])
})
