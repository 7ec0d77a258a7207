// Cases worked out by hand from the rules of mteval-v13a, mteval-v14 and sacreBLEU's zh.

import { describe, expect, it } from 'vitest'
import { corpusBleu } from './bleu.js'
import type { Tokeniser } from './text_metric_names.js'
import { cutters } from './tokenisers.js'

const cut = (tokeniser: Tokeniser, line: string) => cutters[tokeniser](line).join(' ')

describe('13a', () => {
  it.each([
    ['Hello, world!', 'Hello , world !'],
    ['in 1,000.5 cases.', 'in 1,000.5 cases .'],
    ['.5 and 5.', '. 5 and 5 .'],
    ["don't (say) it's", "don't ( say ) it's"],
    ['well-known 3-4 A-1', 'well-known 3 - 4 A-1'],
    ['a/b@c_d~e', 'a / b @ c _ d ~ e'],
    ['AT&amp;T &quot;x&quot; &lt;b&gt; &amp;lt;', 'AT & T " x " < b > <'],
    ['a <skipped>b', 'a b'],
    ['a,,b', 'a , , b'],
    ['1,,2', '1 , , 2'],
    ['今天很好。', '今天很好。'],
    ['', ''],
  ])("cuts '%s' into '%s'", (line, want) => expect(cut('13a', line)).toBe(want))
})

describe('zh', () => {
  it.each([
    ['今天，天气很好。', '今 天 ， 天 气 很 好 。'],
    ['GPT-4 用了3.5元', 'GPT-4 用 了 3.5 元'],
    // The ranges as they work: quotation marks are characters, ideographs beyond the first plane and beyond U+9FBB are not.
    ['他说“好”', '他 说 “ 好 ”'],
    ['𠮷野家 ok.', '𠮷 野 家 ok .'],
    ['𠮷𠮷\u9fbc\u9fbb', '𠮷𠮷\u9fbc \u9fbb'],
  ])("cuts '%s' into '%s'", (line, want) => expect(cut('zh', line)).toBe(want))
})

describe('intl', () => {
  it.each([
    ['“Hi”—x', '“ Hi ” — x'],
    ['1,5 €', '1,5 €'],
    ['a+b…', 'a + b …'],
  ])("cuts '%s' into '%s'", (line, want) => expect(cut('intl', line)).toBe(want))
})

describe('char and ws', () => {
  it('count code points, and know the white space of Python', () => {
    expect(cut('char', ' 𠮷a\u3000b ')).toBe('𠮷 a b')
    expect(cutters.ws('a\u00a0b\u3000c\u0085d\u001fe')).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(cutters.ws('a\ufeffb')).toEqual(['a\ufeffb'])
  })
})

describe('the same Chinese lines', () => {
  const pairs = [{ hypothesis: '今天天气很好。', reference: '今天的天气非常好。' }]

  it('are nothing to 13a, and characters to zh and char', () => {
    // zh, char: 今 天 天 气 好 。 of seven match, 今天, 天气 and 好。 of six, nothing longer but by smoothing; BP = exp(1 − 9/7).
    const brevity = Math.exp(1 - 9 / 7)
    expect(corpusBleu(pairs, { tokeniser: '13a' })).toEqual([0, 0, 0, 0])
    for (const tokeniser of ['zh', 'char'] as const) {
      const [one, two, three] = corpusBleu(pairs, { tokeniser, smoothing: 'exp' })
      expect(one).toBeCloseTo((100 * brevity * 6) / 7, 10)
      expect(two).toBeCloseTo(100 * brevity * Math.sqrt((6 / 7) * (3 / 6)), 10)
      expect(three).toBeCloseTo(100 * brevity * Math.cbrt((6 / 7) * (3 / 6) * (1 / 10)), 10)
    }
  })
})
