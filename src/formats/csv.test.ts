import { describe, expect, it } from 'vitest'
import { parseCsv } from './csv.js'

describe('parseCsv', () => {
  it('reads fields in quotes, empty ones, and all ends of lines', () => {
    expect(parseCsv('a,b\r\n1,"two, ""2"""\n,\n"line\nend",x', 't.csv')).toEqual([
      ['a', 'b'],
      ['1', 'two, "2"'],
      ['', ''],
      ['line\nend', 'x'],
    ])
    expect(parseCsv('', 't.csv')).toEqual([])
    expect(parseCsv('a\n', 't.csv')).toEqual([['a']])
    expect(parseCsv('a,', 't.csv')).toEqual([['a', '']])
  })

  it('names the line of a quote without an end, and of what stands behind one', () => {
    expect(() => parseCsv('a\n"b', 't.csv')).toThrow(/^t\.csv:2: wanted a quote at the end of the field, got none/)
    expect(() => parseCsv('a\n"b"c,d', 't.csv')).toThrow(/^t\.csv:2: wanted a comma or the end of the line behind a field, got 'c,d'/)
  })
})
