import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { flatRaster, flatSvg } from './flat_picture.js'
import { type LocalisationPicture, localisationMap, type MappedWord, writeLocalisationMap } from './localisation_map.js'

/** A word that is found in one token alone, of 10. */
const wordAt = (token: number, more: Partial<MappedWord> = {}): MappedWord => ({
  word: 'regen',
  found: Float32Array.from({ length: 10 }, (_, t) => (t === token ? 0.5 : 0)),
  score: 0.5,
  isWanted: true,
  isFound: true,
  ...more,
})

const pictureOf = (words: readonly MappedWord[], more: Partial<LocalisationPicture> = {}): LocalisationPicture => ({
  title: 'a clip',
  words,
  tokens: 10,
  framesPerToken: 2,
  ...more,
})

const FULL = '#0b4f94'
const TRUE = '#d9283c'

describe('a localisation map', () => {
  it('has a row of cells for each word, the fullest where it was found, with a dot below', () => {
    const { boxes } = localisationMap(pictureOf([wordAt(3)]))
    const strip = boxes.filter(({ height }) => height === 18)
    expect(strip.map(({ colour }) => colour === FULL)).toEqual(Array.from({ length: 10 }, (_, t) => t === 3))
    const cell = strip[3]!
    const dot = boxes.find(({ width, height, y }) => width === 4 && height === 4 && y === cell.y + 18)!
    expect(dot.x + 2).toBe(cell.x + cell.width / 2)
  })

  it('frames where a word truly is: token t stands about frame 2t', () => {
    const { boxes } = localisationMap(pictureOf([wordAt(3, { spans: [{ first: 5, end: 9 }] })]))
    const strip = boxes.filter(({ height, colour }) => height === 18 && colour !== TRUE)
    const [top] = boxes.filter(({ colour }) => colour === TRUE)
    // Frames 5 to 8, of which frame 6 is the middle of token 3 and frame 8 that of token 4.
    const cell = strip[0]!.width
    expect(top!.x).toBe(strip[0]!.x + Math.round((4.5 / 2 + 0.5) * cell))
    expect(top!.x + top!.width).toBe(strip[0]!.x + Math.round((8.5 / 2 + 0.5) * cell))
  })

  it('marks what was missed and what is not wanted, cuts long words and tells scores', () => {
    const words = [
      wordAt(0, { word: 'wolken' }),
      wordAt(1, { word: 'sonne', isFound: false, score: 0.123 }),
      wordAt(2, { word: 'schnee', isWanted: false }),
      wordAt(3, { word: 'hochdruckwetterlage' }),
    ]
    const texts = localisationMap(pictureOf(words)).words.map(({ text }) => text)
    expect(texts).toEqual(expect.arrayContaining(['wolken', '- sonne', '+ schnee', 'hochdruckwetterl..', '0.12', 'a clip']))
  })

  it('has its axis in seconds where the rate is known, in frames elsewhere', () => {
    const axis = (fps?: number) =>
      localisationMap(pictureOf([wordAt(0)], { ...(fps && { fps }), tokens: 10 })).words.map(({ text }) => text)
    expect(axis(10)).toEqual(expect.arrayContaining(['seconds', '0', '0.5', '1', '1.5', '2']))
    expect(axis()).toEqual(expect.arrayContaining(['frames', '0', '5', '10', '15', '20']))
  })

  it('takes the highest of several tokens to a cell where a clip is too long for one each', () => {
    const tokens = 5000
    const found = Float32Array.from({ length: tokens }, (_, t) => (t === 4321 ? 1 : 0))
    const map = localisationMap(pictureOf([wordAt(0, { found })], { tokens }))
    expect(map.width).toBeLessThan(1300)
    const strip = map.boxes.filter(({ height }) => height === 18)
    expect(strip.findIndex(({ colour }) => colour === FULL)).toBe(Math.floor(4321 / Math.ceil(tokens / strip.length)))
  })

  it('is as wide as what stands in it, in both forms, and draws a clip without words', () => {
    const map = localisationMap(pictureOf([]))
    expect(map.boxes.every(({ x, width }) => x >= 0 && x + width <= map.width)).toBe(true)
    const raster = flatRaster(map)
    expect([raster.width, raster.height]).toEqual([map.width, map.height])
    expect(flatSvg({ ...map, title: 'a <b>' })).toContain('<title>a &lt;b&gt;</title>')
  })

  it('refuses words of another number of tokens', () => {
    const short = wordAt(0, { word: 'kurz', found: [1, 2] })
    expect(() => localisationMap(pictureOf([short]))).toThrow("a clip: wanted 10 numbers for 'kurz', got 2")
  })

  it('is written as SVG or PNG, by its name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'localisation-'))
    const picture = pictureOf([wordAt(3)])
    await writeLocalisationMap(join(folder, 'map.svg'), picture)
    expect(await writeLocalisationMap(join(folder, 'map.PNG'), picture)).toEqual([])
    expect(await readFile(join(folder, 'map.svg'), 'utf8')).toMatch(/^<svg [\s\S]*regen[\s\S]*<\/svg>\n$/)
    expect((await readFile(join(folder, 'map.PNG'))).subarray(1, 4).toString()).toBe('PNG')
    const chinese = pictureOf([wordAt(3, { word: '雨' })])
    expect(await writeLocalisationMap(join(folder, 'map.svg'), chinese)).toEqual([])
    expect(await writeLocalisationMap(join(folder, 'map.png'), chinese)).toEqual([expect.stringContaining('such as 雨: name it .svg')])
    await expect(writeLocalisationMap(join(folder, 'map.gif'), picture)).rejects.toThrow("ends in .svg or .png, got '.gif'")
  })

  it('writes letters the bitmap alphabet lacks without their marks', () => {
    const ink = (word: string) => flatRaster(localisationMap(pictureOf([wordAt(0, { word })]))).pixels
    expect(ink('café')).toEqual(ink('cafe'))
    expect(ink('süß')).toEqual(ink('SÜSS'))
    expect(ink('süd')).not.toEqual(ink('sud'))
  })
})
