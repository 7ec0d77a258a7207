// WebVTT, as video sites serve captions: cues with times and lines of text. Automatic captions roll: each cue repeats the last line of the one before, which is
// left out here, and may begin with a blank line, which some readers take for its end.

import { decodeText } from '../../base/decode_text.js'
import type { Cue } from './cues.js'

export interface VttOptions {
  /** `clean` (default) as above, with entities resolved; `plain`: lines as they are without tags, cues that begin with a blank line lost, as SignVerse-2M's trainer reads them. */
  readonly reading?: 'clean' | 'plain'
}

const TIMING = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(?:\s|$)/

/** The cues with text, in the order of the file. Lines that are no cue are passed over. Throws ERR_DATA naming `who` for bytes that are no text. */
export function parseVtt(bytes: Uint8Array, who: string, { reading = 'clean' }: VttOptions = {}): Cue[] {
  const lines = decodeText(bytes, who).split(/\r\n|\n|\r/)
  const cues: Cue[] = []
  let before: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const timing = TIMING.exec(lines[at]!)
    if (!timing) continue
    if (reading === 'clean' && lines[at + 1] !== undefined && lines[at + 1] !== '' && lines[at + 1]!.trim() === '') at += 1
    const own: string[] = []
    for (at += 1; at < lines.length && lines[at]!.trim() !== '' && !TIMING.test(lines[at]!); at++) own.push(lines[at]!)
    at -= 1
    const said = reading === 'clean' ? own.map(cleanLine).filter((line) => line !== '' && !/^\d+$/.test(line)) : own.map(withoutTags)
    const fresh = reading === 'clean' ? said.filter((line, i) => line !== (i === 0 ? before : said[i - 1])) : said
    if (reading === 'clean') before = said.at(-1) ?? before
    const text = fresh.join(' ').replace(/\s+/g, ' ').trim()
    const [start, end] = [seconds(timing[1]!), seconds(timing[2]!)]
    if (text !== '' && end > start) cues.push({ start, end, text })
  }
  return cues
}

/** Of `HH:MM:SS.mmm` or `MM:SS.mmm`. */
function seconds(time: string): number {
  return time
    .replace(',', '.')
    .split(':')
    .reduce((sum, part) => sum * 60 + Number(part), 0)
}

const withoutTags = (line: string): string => line.replace(/<[^>]*>/g, '')

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', lrm: '', rlm: '' }
const ZERO_WIDTH = /[\u200b-\u200f\u2060\ufeff]/g

/** A line without tags and zero-width characters, its entities resolved. */
export function cleanLine(line: string): string {
  const plain = withoutTags(line).replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[(name as string).toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code >= 0xe000) ? String.fromCodePoint(code) : whole
  })
  return plain.replace(ZERO_WIDTH, '').replace(/\s+/g, ' ').trim()
}
