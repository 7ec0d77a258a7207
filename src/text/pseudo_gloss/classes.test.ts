import { describe, expect, it } from 'vitest'
import { type GlossedSentence, PseudoGlossClasses } from './classes.js'
import { keptLemmas } from './item.js'

const sentence = (text: string, ...items: string[]): GlossedSentence => ({ text, items })
const train = [
  sentence('a', 'rain', 'sun', 'rain'),
  sentence('b', 'wind'),
  sentence('c', 'sun'),
  sentence('c', 'sun'),
  sentence('d', 'cold'),
  sentence('e'),
  sentence('f', 'snow'),
]

describe('keptLemmas', () => {
  it('keeps the published parts of speech, and words of which nobody knows', () => {
    const items = (
      ['NOUN', 'NUM', 'ADV', 'PRON', 'PROPN', 'ADJ', 'VERB', undefined, 'DET', 'ADP', 'AUX', 'PUNCT', 'X', 'PART'] as const
    ).map((pos, i) => ({
      lemma: `${i}`,
      pos,
    }))
    expect(keptLemmas(items)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })
})

describe('PseudoGlossClasses', () => {
  const classes = PseudoGlossClasses.build(train)

  it('numbers items by frequency among distinct sentences, then by code point', () => {
    expect(classes.names).toEqual(['rain', 'sun', 'cold', 'snow', 'wind'])
    expect(PseudoGlossClasses.build([...train].reverse()).names).toEqual(classes.names)
  })

  it('leaves items out of the targets that occur in 0.4 of the distinct sentences or more', () => {
    // 2 of 6 are below, 2 of 5 are not.
    expect([...classes.ubiquitous]).toEqual([])
    expect([...PseudoGlossClasses.build(train.slice(0, -1)).ubiquitous]).toEqual(['rain', 'sun'])
  })

  it('has targets with each class once, and none of what it does not know', () => {
    expect([...classes.targets(['wind', 'rain', 'hail', 'rain'])]).toEqual([0, 4])
    expect([...classes.multiHot(['wind', 'rain', 'hail', 'rain'])]).toEqual([1, 0, 0, 0, 1])
    expect([...PseudoGlossClasses.build(train, 1 / 3).targets(['rain', 'sun', 'cold'])]).toEqual([2])
  })

  it('tells what it covers', () => {
    expect(classes.coverage(train)).toEqual({ sentences: 7, distinct: 6, classes: 5, itemsPerSentence: 1, withoutItems: 1, ubiquitous: [] })
    expect(PseudoGlossClasses.build(train, 1 / 3).coverage(train).ubiquitous).toEqual([
      { item: 'rain', share: 1 / 3 },
      { item: 'sun', share: 1 / 3 },
    ])
  })

  it('is the same after saving', () => {
    const again = PseudoGlossClasses.fromJSON(JSON.parse(JSON.stringify(PseudoGlossClasses.build(train, 1 / 3))), 'c')
    expect(again.names).toEqual(classes.names)
    expect([...again.targets(['rain', 'cold'])]).toEqual([2])
  })

  it.each([
    [{ names: ['a'] }, 'c: wanted classes {names, ubiquitous}, got'],
    [{ names: ['a', 'a'], ubiquitous: [] }, 'got a class twice'],
    [{ names: ['a'], ubiquitous: ['b'] }, 'got a class twice, or a ubiquitous item without one'],
  ])('that was saved wrong is refused: %j', (saved, message) => {
    expect(() => PseudoGlossClasses.fromJSON(saved, 'c')).toThrow(message)
  })
})
