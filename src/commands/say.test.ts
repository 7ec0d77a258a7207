// How notes are said, to people and to programs.

import { afterEach, expect, it, vi } from 'vitest'
import { say, warn } from './say.js'

const written: unknown[] = []
vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(text) > 0)
afterEach(() => written.splice(0))

it('says a note as text to people and as JSON to programs, one line each', () => {
  warn('old \x1b[2J names', {})
  warn('old names', { json: true })
  expect(written).toEqual(['note: old \\x1b[2J names\n', '{"note":"old names"}\n'])
})

it('says a line as it is to people, without its indentation to programs', () => {
  say('  step 3', { json: false })
  say('  step 3', { json: true })
  expect(written).toEqual(['  step 3\n', '{"note":"step 3"}\n'])
})
