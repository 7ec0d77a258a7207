// What batches of sign-text matching are made of: clips whose sentences differ, and sentences with hidden words as the released code hides them; and the counting of
// what is found.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { read } from '../../../kernels-test/near.js'
import { whole } from '../../../kernels-test/parity/fixture.js'
import { Random } from '../../base/random.js'
import { readSafetensors } from '../../formats/safetensors/file.js'
import { Vocabulary } from '../../text/vocabulary.js'
import { withDistinctTexts } from './distinct.js'
import { scoreRetrieval } from './evaluate.js'
import { hiddenAtEnd, partsOf, withHiddenWords } from './hiding.js'

const fixture = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures', 'gfslt.safetensors')

describe('hidden words', () => {
  const text = 'am tag wird es sonnig und warm'
  const coder = Vocabulary.build([text], 'words')

  it.skipIf(!existsSync(fixture))('are as many and in the parts that the released code hides', async () => {
    const file = await readSafetensors(fixture)
    const { data } = read(file, 'mlm.omit_last_table')
    expect(data.length).toBeGreaterThan(0)
    for (let i = 0; i < data.length; i += 3) expect(hiddenAtEnd(data[i]!, data[i + 1]!)).toBe(data[i + 2])
    const strata = whole(file, 'mlm.omit_strata')
    for (let i = 0; i < strata.length; i += 4) {
      const [words, part, first, end] = strata.subarray(i, i + 4)
      expect(partsOf(words!, 0.15)[part!]).toEqual([first, end])
    }
  })

  it('stand behind one id each, those at the end first', () => {
    const ids = [...coder.encode(text)]
    const random = Random.for(1, 'test')
    for (let n = 0; n < 20; n++) {
      const hidden = [...withHiddenWords(text, coder, { hide: 'last', share: 0.4 }, random)]
      const count = hidden.filter((id) => id === coder.size).length
      expect(hidden).toEqual([...ids.slice(0, 7 - count), ...new Array(count).fill(coder.size), coder.special.end])
      expect(count).toBeLessThanOrEqual(3)
      const spread = [...withHiddenWords(text, coder, { hide: 'spread', share: 0.4 }, random)]
      expect(spread.filter((id) => id === coder.size)).toHaveLength(3)
      expect(spread.every((id, i) => id === coder.size || id === ids[i])).toBe(true)
    }
    expect([...withHiddenWords(text, coder, { hide: 'last', share: 0 }, random)]).toEqual(ids)
    expect([...withHiddenWords('tag', coder, { hide: 'spread', share: 0.15 }, random)]).toEqual([coder.size, coder.special.end])
  })

  it('are tokens of a text without spaces, and whole words of one with them', () => {
    const letters = Vocabulary.build(['今天下雨', 'ab cd'], 'letters')
    const hidden = (text: string) => [...withHiddenWords(text, letters, { hide: 'spread', share: 0.5 }, Random.for(1, 'test'))]
    expect(hidden('今天下雨').filter((id) => id === letters.size)).toHaveLength(2)
    expect(hidden('今天下雨')).toHaveLength(5)
    expect(hidden('ab cd')).toHaveLength(4)
  })
})

describe('batches of clips', () => {
  const texts = ['a', 'a', 'b', 'c', 'd', 'd', 'd', 'e']
  const room = [4, 4, 4, 4, 8, 8, 8, 8]
  const placed = (i: number) => ({ text: texts[i]!, target: 1, source: room[i]! })
  const plan = (examples: number[], source: number) => ({ group: '', examples, target: 4, source })

  it('say different things where they can', () => {
    const apart = withDistinctTexts([plan([0, 1], 4), plan([2, 3], 4)], placed)
    for (const { examples } of apart) expect(new Set(examples.map((i) => texts[i])).size).toBe(2)
    expect(apart.flatMap(({ examples }) => examples).sort()).toEqual([0, 1, 2, 3])
  })

  it('stay as they are where nothing fits in the place of a clip', () => {
    // What is long does not fit where short clips are; and three that say the same are more than the two batches of their length.
    const plans = [plan([0, 2], 4), plan([4, 5], 8), plan([6, 7], 8)]
    const apart = withDistinctTexts(plans, placed)
    expect(apart[0]).toEqual(plans[0])
    expect(apart.map(({ examples }) => examples.length)).toEqual([2, 2, 2])
    expect(apart.flatMap(({ examples }) => examples).sort()).toEqual([0, 2, 4, 5, 6, 7])
    const small = { ...plan([4, 5], 8), target: 4 }
    expect(withDistinctTexts([small, plan([0, 2], 4)], placed)).toEqual([small, plan([0, 2], 4)])
  })
})

describe('what is found', () => {
  const row = (...numbers: number[]) => Float32Array.from(numbers)

  it('is counted both ways beside chance, any clip of a sentence being right', () => {
    const texts = ['a', 'a', 'b', 'c']
    const [a, b, c] = [row(1, 0, 0), row(0, 1, 0), row(0, 0, 1)]
    const { result, score } = scoreRetrieval({ texts, signs: [b, a, b, a], sentences: [a, a, b, c] })
    // Of a, the second clip is nearest, and the fourth is as near; c is nowhere near its own.
    expect(result.textToSign).toEqual({ at1: 0, at5: 1 })
    expect(result.signToText).toEqual({ at1: 2 / 4, at5: 1 })
    expect(result.chance.textToSign.at1).toBeCloseTo((0.5 + 0.25 + 0.25) / 3)
    expect(result.chance.signToText).toEqual({ at1: expect.closeTo(1 / 3), at5: 1 })
    expect(score).toBe(1 - 0.25)
  })

  it('is nothing where all features are alike', () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const same = texts.map(() => row(1, 0))
    const { result } = scoreRetrieval({ texts, signs: same, sentences: same })
    expect(result.textToSign).toEqual({ at1: 0, at5: 0 })
    expect(result.signToText).toEqual({ at1: 0, at5: 0 })
  })
})
