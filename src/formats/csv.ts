// Tables as comma-separated values, after RFC 4180: fields in quotes may hold commas, line ends and doubled quotes; lines end in CRLF or LF.

import { SignError } from '../base/errors.js'

const plain = /[^,\r\n]*/y

/** The rows of a table. Throws ERR_DATA naming `who` and the line for a quoted field without an end, and for what stands behind one. */
export function parseCsv(text: string, who: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let line = 1
  const fail = (wanted: string, got: string): never => {
    throw new SignError('ERR_DATA', `${who}:${line}`, `wanted ${wanted}, got ${got}`, 'Correct the line')
  }
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1)
      while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
      if (end < 0) fail('a quote at the end of the field', 'none')
      const field = text.slice(at + 1, end)
      row.push(field.replaceAll('""', '"'))
      line += field.split('\n').length - 1
      at = end + 1
    } else {
      plain.lastIndex = at
      const [field] = plain.exec(text)!
      row.push(field)
      at += field.length
    }
    const separator = /^(,|\r?\n|\r|$)/.exec(text.slice(at, at + 2))?.[0]
    if (separator === undefined) fail('a comma or the end of the line behind a field', `'${text.slice(at, at + 10)}'`)
    at += separator!.length
    if (separator === ',' && at < text.length) continue
    // A comma at the very end has an empty field behind it.
    if (separator === ',') row.push('')
    rows.push(row)
    row = []
    line += 1
  }
  return rows
}
