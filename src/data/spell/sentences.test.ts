import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { drawSentences } from './sentences.js'

const words = [...'abcdefghij']
const draw = (count: number, [least, most]: readonly [number, number], from = words) =>
  drawSentences(from, count, [least, most], Random.for(5, 'sentences'), 'dev of ASL')

describe('sentences', () => {
  it('are different, of every length asked for, no word twice in one, every word in turn', () => {
    const made = draw(60, [2, 4])
    expect(new Set(made.map((sentence) => sentence.join(' '))).size).toBe(60)
    // A sentence drawn twice moves the turns on by one.
    for (const n of [2, 3, 4]) expect(Math.abs(made.filter(({ length }) => length === n).length - 20)).toBeLessThanOrEqual(2)
    for (const sentence of made) expect(new Set(sentence).size).toBe(sentence.length)
    const uses = words.map((word) => made.flat().filter((other) => other === word).length)
    expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(3)
    expect(draw(60, [2, 4])).toEqual(made)
  })

  it('are refused where there are no more of them', () => {
    expect(
      draw(2, [2, 2], ['a', 'b'])
        .map((sentence) => sentence.join(' '))
        .sort(),
    ).toEqual(['a b', 'b a'])
    expect(() => draw(3, [2, 2], ['a', 'b'])).toThrow(/^dev of ASL: wanted 3 different sentences of 2 to 2 words, got 2 words/)
    expect(() => draw(1, [2, 4], ['a', 'b', 'c'])).toThrow(/got 3 words/)
  })
})
