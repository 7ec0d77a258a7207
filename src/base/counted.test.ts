import { expect, it } from 'vitest'
import { counted } from './counted.js'

it('counts one and many', () => {
  expect([counted(1, 'clip'), counted(0, 'clip'), counted(2, 'entry', 'entries')]).toEqual(['1 clip', '0 clips', '2 entries'])
})
