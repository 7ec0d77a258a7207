import { describe, expect, it } from 'vitest'
import { parseJson } from './text.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)
/** More than a stack holds. */
const MANY = 3_000_000

describe('parseJson', () => {
  it.each([
    ['brackets within brackets', '['.repeat(MANY), MANY],
    ['objects within objects', '{"a":'.repeat(MANY / 10), MANY / 2],
    ['a long string', `"${'a'.repeat(4 * MANY)}"x`, 4 * MANY + 2],
    ['a string of escapes', `"${'\\n'.repeat(MANY)}"x`, 2 * MANY + 2],
    ['a string without an end', `["${'\\u0041'.repeat(MANY / 10)}`, 1],
    ['a long number', `${'1'.repeat(MANY)}x`, MANY],
    ['spaces', `${' '.repeat(MANY)}x`, MANY],
  ])('tells the place of a fault after %s', (_, text, place) => {
    expect(() => parseJson(bytes(text), 'f')).toThrow(new RegExp(`^f: wanted JSON, got .* at character ${place}\\.`))
  })

  it('reads what is deeply nested', () => {
    let value = parseJson(bytes('['.repeat(MANY / 10) + ']'.repeat(MANY / 10)), 'f')
    let depth = 0
    for (; Array.isArray(value); value = value[0]) depth += 1
    expect(depth).toBe(MANY / 10)
  })

  it.each(['"\\x"', '"\u0001"', '"\\u12g4"', '"a\nb"'])('takes %j for no string', (text) => {
    expect(() => parseJson(bytes(`{"k":${text}}`), 'f')).toThrow(/at character 5\./)
  })
})
