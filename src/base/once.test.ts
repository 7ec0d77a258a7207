import { expect, it } from 'vitest'
import { once } from './once.js'

it('makes a thing once for each key', () => {
  const made = new Map<string, object>()
  const first = once(made, 'a', () => ({}))
  expect(once(made, 'a', () => ({}))).toBe(first)
  expect(once(made, 'b', () => ({}))).not.toBe(first)
})
