// Damaged and hostile tokenizer files: each is a tokenizer that works, or an error of ours, in little time.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { Charsmap } from './charsmap.js'
import { PieceVocabulary } from './piece_vocabulary.js'
import { charsmapOf, controls, field, modelFile, tokenizerJson, utf8 } from './pieces.testing.js'
import { patternOf } from './tokenizer_json/pattern.js'

const runs = Number(process.env.SIGNLLM_FUZZ ?? 50) * 10
const rules = charsmapOf({ ﬁ: 'fi', ab: 's', abc: 'rain', '\u00a0': ' ' })
const pieces = [...controls, ['▁', -2], ['▁rain', -3], ['s', -2.5], ['un', -4]] as const
const base64 = btoa(String.fromCharCode(...rules))
const files = [
  modelFile(pieces, [], field(2, rules)),
  modelFile([...pieces, ['ab', 0, 'user']]),
  utf8(JSON.stringify(tokenizerJson({ normalizer: { type: 'Precompiled', precompiled_charsmap: base64 } }))),
  utf8(JSON.stringify(tokenizerJson({ normalizer: { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' } }))),
]
const texts = ['ﬁ rain abcab\u00a0suns', ' ab '.repeat(1000), '']

/** Files with bytes changed, lost or doubled, and cut short. */
const damaged = fc
  .tuple(
    fc.constantFrom(...files),
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('change', 'lose', 'double')), { minLength: 1, maxLength: 6 }),
    fc.option(fc.nat(), { freq: 3 }),
  )
  .map(([file, edits, end]) => {
    let bytes = [...file]
    for (const [where, byte, kind] of edits) {
      const at = where % bytes.length
      if (kind === 'change') bytes[at] = byte
      else bytes = [...bytes.slice(0, at), ...bytes.slice(kind === 'lose' ? at + byte : at - (byte % (at + 1)))]
      if (bytes.length === 0) bytes = [byte]
    }
    return Uint8Array.from(end === null ? bytes : bytes.slice(0, end % bytes.length))
  })

function use(file: Uint8Array): void {
  try {
    const vocabulary = PieceVocabulary.ofFile(file, 'f')
    for (const text of texts) {
      const ids = vocabulary.encode(text)
      expect(ids.every((id) => id < vocabulary.size)).toBe(true)
      vocabulary.decode(ids)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(SignError)
    expect((error as SignError).code).toMatch(/^ERR_(DATA|CONFIG)$/)
    expect((error as SignError).message).toMatch(/^f[: ]/)
  }
}

describe('damaged files', { timeout: 600_000 }, () => {
  it('are read or refused', () => {
    fc.assert(fc.property(damaged, use), { numRuns: runs })
  })

  it('of nothing but chance are refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), use), { numRuns: runs })
  })
})

describe('rules', () => {
  /** The table of rules with one unit changed. */
  const changed = (unit: number, value: number) => {
    const bytes = rules.slice()
    new DataView(bytes.buffer).setUint32(4 + 4 * unit, value, true)
    return bytes
  }
  const made = (bytes: Uint8Array) => () => new Charsmap(bytes, 'f')
  const root = 256
  const ofA = root + 0x61

  it('are refused where a node is below itself', () => {
    // The node of "a" has the root's children for its own, itself among them.
    expect(made(changed(ofA, ((ofA ^ root) << 10) | 0x61))).toThrow(
      /f: charsmap: wanted a tree of rules, got one in which node \d+ is below itself/,
    )
  })

  it('are refused where they point outside', () => {
    expect(made(changed(ofA, (0x3ff00 << 10) | 0x100 | 0x61))).toThrow(/wanted a rule within \d+ nodes, got one at \d+/)
    const leaf = new Uint32Array(rules.buffer.slice(4, 4 + new DataView(rules.buffer).getUint32(0, true))).findIndex(
      (unit) => unit >= 0x80000000,
    )
    expect(made(changed(leaf, 0xffffffff))).toThrow(/wanted a replacement within \d+ bytes, got one at 2147483647/)
    expect(made(rules.subarray(0, -1))).toThrow('wanted a replacement within')
    expect(made(rules.subarray(0, 3))).toThrow('wanted a table of rules, got 3 bytes')
  })

  it('are found by the longest and by the shortest that fits', () => {
    const charsmap = new Charsmap(rules, 'f')
    const text = utf8('xabcd')
    expect([charsmap.find(text, 1, 'longest')?.length, charsmap.find(text, 1, 'shortest')?.length]).toEqual([3, 2])
    expect(charsmap.find(text, 0, 'longest')).toBeUndefined()
  })
})

describe('patterns', () => {
  it.each([
    [' {2,}', 'a  b   c d', 'a_b_c d'],
    ['[\\n\\r\\t]', 'a\nb\r\tc', 'a_b__c'],
    ['\\s+', 'a \u0085b', 'a_b'],
    ['[^a-c]+|a.', 'abxyc', '__c'],
    ['\\.\\d{2}', '1.23.4', '1_.4'],
    ['[\\-.]', 'a-b.c', 'a_b_c'],
  ])('%s is what it was meant as', (source, text, wanted) => {
    expect(text.replace(patternOf(source, 'f'), '_')).toBe(wanted)
  })

  it.each([
    '(a+)+b',
    '\\d{2}\\.',
    'a+b',
    'a*',
    'a?',
    '^a',
    'a$',
    '\\h',
    '\\b',
    '[[:space:]]',
    '[a&&b]',
    '[',
    '[]',
    '',
    'a|',
    'a++',
    'a{2,}?',
    '\\',
    '[z-a]',
    'a{0,2}',
  ])('%s is refused', (source) => {
    expect(() => patternOf(source, 'f')).toThrow('f: wanted a pattern of letters and classes')
  })
})
