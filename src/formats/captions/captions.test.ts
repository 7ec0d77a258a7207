import { describe, expect, it } from 'vitest'
import { damagedText, mutations, surviveAll } from '../fuzz.testing.js'
import { chooseTrack, framesOfCue } from './cues.js'
import { parseCaptions } from './json.js'
import { parseVtt } from './vtt.js'

const vtt = (text: string, reading?: 'plain') => parseVtt(Buffer.from(text), 'x.vtt', reading ? { reading } : {})

const rolling = `WEBVTT
Kind: captions

00:00:00.000 --> 00:00:00.900 align:start position:0%
 
Guten<00:00:00.300><c> Tag</c>

00:00:00.900 --> 00:00:00.910 align:start position:0%
Guten Tag
 

00:00:00.910 --> 00:00:01.900
Guten Tag
wir<00:00:01.200><c> sind</c> zwei
`

describe('parseVtt', () => {
  it('gives each line of rolling captions once, the first too', () => {
    expect(vtt(rolling)).toEqual([
      { start: 0, end: 0.9, text: 'Guten Tag' },
      { start: 0.91, end: 1.9, text: 'wir sind zwei' },
    ])
  })

  it('reads them as the trainer does where that is asked for', () => {
    expect(vtt(rolling, 'plain')).toEqual([
      { start: 0.9, end: 0.91, text: 'Guten Tag' },
      { start: 0.91, end: 1.9, text: 'Guten Tag wir sind zwei' },
    ])
  })

  it('resolves entities, joins lines, and passes over notes, names of cues, numbers and what never ends', () => {
    const text = `\ufeffWEBVTT

NOTE a remark
over two lines

first
00:01.500 --> 00:02,5
<v Anna>Q&amp;A&nbsp;&#8230;
17
\u200bnow &unknown; &#x41;

00:05.000 --> 00:04.000
never

01:00:01.000 --> 01:00:02.000
late
01:00:03.000 --> 01:00:04.000
later`
    expect(vtt(text)).toEqual([
      { start: 1.5, end: 2.5, text: 'Q&A … now &unknown; A' },
      { start: 3601, end: 3602, text: 'late' },
      { start: 3603, end: 3604, text: 'later' },
    ])
  })

  it('refuses what is no text, and gives nothing for what holds no cue', () => {
    expect(() => parseVtt(Uint8Array.of(0xff, 0x41), 'x.vtt')).toThrow(/^x\.vtt:1: wanted text in UTF-8/)
    expect(vtt('WEBVTT')).toEqual([])
  })

  it('of any changed text is cues in time', async () => {
    const read = (bytes: Uint8Array): void => {
      for (const { start, end, text } of parseVtt(bytes, 'x.vtt')) expect(end > start && start >= 0 && text !== '').toBe(true)
    }
    const outcome = await surviveAll(damagedText([rolling]), read, 'x.vtt', /:\d+: /)
    expect(outcome.read + outcome.refused).toBeGreaterThanOrEqual(mutations)
  })
})

describe('parseCaptions', () => {
  const made = (segments: unknown): Uint8Array => Buffer.from(JSON.stringify({ video_id: 'v', languages: { en: { text: '', segments } } }))

  it('gives the cues of each track, without those in which nothing is said', () => {
    const segments = [
      { start_sec: 0.2, end_sec: 1, text: ' Hello. ' },
      { start_sec: 1, end_sec: 2, text: ' ' },
      { start_sec: 2, end_sec: 2, text: 'no time' },
    ]
    expect(parseCaptions(made(segments), 'c.json')).toEqual(new Map([['en', [{ start: 0.2, end: 1, text: 'Hello.' }]]]))
  })

  it.each([
    [made('x'), /^c\.json: wanted a list at languages\.en\.segments, got 'x'/],
    [
      made([{ start_sec: '0', end_sec: 1, text: 'x' }]),
      /wanted start_sec, end_sec and text at languages\.en\.segments\[0\], got an object/,
    ],
    [Buffer.from('{"languages":[]}'), /wanted an object at languages, got an array of 0/],
    [Buffer.from('{'), /c\.json: wanted/],
  ])('names the place of what is no caption', (bytes, message) => expect(() => parseCaptions(bytes, 'c.json')).toThrow(message))
})

describe('chooseTrack', () => {
  it.each([
    [['de', 'en-de'], 'original', 'de'],
    [['en', 'de'], 'original', 'en'],
    [['en-US', 'fr'], 'original', 'en-US'],
    [['en-de'], 'original', 'en-de'],
    [['de', 'en-de'], 'en', 'en-de'],
    [['de', 'pt-en'], 'en', 'pt-en'],
    [['en', 'en-de'], 'en', 'en'],
    [['en_GB'], 'en', 'en_GB'],
    [['de'], 'fr', undefined],
    [[], 'original', undefined],
  ])('of %j for %s is %s', (tracks, wanted, track) => expect(chooseTrack(tracks, wanted)).toBe(track))
})

describe('framesOfCue', () => {
  it('begins with the frame at its start, and ends within the video', () => {
    expect(framesOfCue({ start: 0.2, end: 1, text: '' }, 24, 60)).toEqual({ start: 4, end: 24 })
    expect(framesOfCue({ start: 2, end: 9, text: '' }, 24, 60)).toEqual({ start: 48, end: 60 })
    expect(framesOfCue({ start: 9, end: 10, text: '' }, 24, 60)).toEqual({ start: 60, end: 60 })
  })
})
