import { expect, it } from 'vitest'
import { counted, someOf } from './counted.js'

it('counts one and many', () => {
  expect([counted(1, 'clip'), counted(0, 'clip'), counted(2, 'entry', 'entries')]).toEqual(['1 clip', '0 clips', '2 entries'])
})

it('names three, and says that there are more', () => {
  expect([someOf(['a']), someOf(['a', 'b', 'c']), someOf(['a', 'b', 'c', 'd'])]).toEqual(["'a'", "'a', 'b', 'c'", "'a', 'b', 'c', …"])
})
