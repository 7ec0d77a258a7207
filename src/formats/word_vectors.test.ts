import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { readWordVectors, vectorTable } from './word_vectors.js'

let folder: string
let files = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'))
})

async function fileOf(content: string | Buffer): Promise<string> {
  const path = join(folder, `${files++}.vec`)
  await writeFile(path, content)
  return path
}

const THREE = '3 2\nregen 1 -0.25\nSchnee 1e-3 .5\ngrößer 3 4\n'
const reading = async (content: string, ...words: string[]) => readWordVectors(await fileOf(content), words)

describe('readWordVectors', () => {
  it('takes the words asked for, spelled as they are', async () => {
    const { width, words, found } = await reading(THREE, 'größer', 'schnee', 'regen')
    expect([width, words]).toEqual([2, 3])
    expect([...found]).toEqual([
      ['regen', Float32Array.of(1, -0.25)],
      ['größer', Float32Array.of(3, 4)],
    ])
  })

  it('reads what fastText and Windows put at the end of a line, and a last line without an end', async () => {
    const { found } = await reading('2 2\r\na 1 2 \r\nb 3 4', 'a', 'b')
    expect([...found.values()]).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)])
  })

  it('takes a word with any character but a space, and the first of two vectors of one word', async () => {
    const { found } = await reading('3 1\n\u00a0 1\na\u3000b 2\na\u3000b 3\n', '\u00a0', 'a\u3000b')
    expect([...found.values()]).toEqual([Float32Array.of(1), Float32Array.of(2)])
  })

  it('reads no further than to the last word asked for', async () => {
    expect((await reading('3 2\nregen 1 2\nbroken\n', 'regen')).found.size).toBe(1)
    expect((await reading('3 2\n')).width).toBe(2)
  })

  it.each([
    ['an empty file', '', ':1: wanted a first line such as'],
    [
      'a first line of another kind',
      'regen 1 2\n',
      ":1: wanted a first line such as '2000000 300', how many words and numbers each, got 'regen 1 2'",
    ],
    ['no words', '0 2\n', ":1: wanted a first line such as '2000000 300', how many words and numbers each, got '0 2'"],
    ['a number too few', '2 2\na 1 2\nb 1\n', ":3: wanted a word and 2 numbers, a space before each, got 1 number behind 'b'"],
    ['a number too many', '2 2\na 1 2 3\n', ":2: wanted a word and 2 numbers, a space before each, got 3 numbers behind 'a'"],
    ['two spaces', '2 2\na  1 2\n', ":2: wanted a word and 2 numbers, a space before each, got 3 numbers behind 'a'"],
    ['a line without a word', '2 2\n 1 2\n', ":2: wanted a word and 2 numbers, a space before each, got 2 numbers behind ''"],
    ['a blank line', '2 2\n\n', ":2: wanted a word and 2 numbers, a space before each, got 0 numbers behind ''"],
    ['NaN', '1 2\nregen 1 nan\n', ":2: wanted a finite number, got 'nan' as number 2 of 'regen'"],
    ['a number beyond float32', '1 2\nregen 1e39 1\n', ":2: wanted a finite number, got '1e39' as number 1 of 'regen'"],
    ['fewer words than told', '3 2\na 1 2\nb 1 2\n', ':3: wanted 3 words, as the first line says, got 2 before the file ends'],
    ['more words than told', '1 2\na 1 2\nb 1 2\n', ':3: wanted 1 word, as the first line says, got more'],
  ])('refuses %s', async (_, content, problem) => {
    await expect(reading(content, 'regen')).rejects.toThrow(problem)
    await expect(reading(content, 'regen')).rejects.toMatchObject({ code: 'ERR_DATA' })
  })

  it('refuses a file that is not there', async () => {
    await expect(readWordVectors(join(folder, 'none.vec'), ['a'])).rejects.toMatchObject({ code: 'ERR_DATA' })
  })

  it('reads what is written, and ends every cut or damaged file with an error of its own', async () => {
    const word = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((text) => !/[ \n\r]/.test(text) && text === Buffer.from(text).toString())
    const vectors = fc.uniqueArray(word, { minLength: 1, maxLength: 5 }).chain((words) =>
      fc.tuple(
        fc.constant(words),
        fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 3, maxLength: 3 }), {
          minLength: words.length,
          maxLength: words.length,
        }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(vectors, fc.nat(), fc.nat(255), async ([words, rows], at, byte) => {
        const text = `${words.length} 3\n${words.map((name, i) => `${name} ${rows[i]!.join(' ')}\n`).join('')}`
        const whole = Buffer.from(text)
        const { found } = await readWordVectors(await fileOf(whole), words)
        expect([...found.keys()]).toEqual(words)
        for (const [i, name] of words.entries()) expect(found.get(name)).toEqual(Float32Array.from(rows[i]!, (v) => v + 0))
        const damaged = Buffer.from(whole)
        damaged[at % damaged.length] = byte
        for (const content of [whole.subarray(0, at % whole.length), damaged]) {
          const problem = await readWordVectors(await fileOf(content), words).catch((cause: unknown) => cause)
          if (problem instanceof Error) expect(problem).toBeInstanceOf(SignError)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('vectorTable', () => {
  const some = async () => reading(THREE, 'regen', 'größer', 'wolke')

  it('has a row for each word in their order, zeros for those that are missing', async () => {
    const { data, width, missing } = vectorTable(['größer', 'wolke', 'regen'], await some(), { kind: 'zeros' })
    expect([...data]).toEqual([3, 4, 0, 0, 1, -0.25])
    expect([width, missing]).toEqual([2, ['wolke']])
  })

  it('draws those that are missing by seed and word alone', async () => {
    const drawn = async (words: readonly string[], seed: number) => vectorTable(words, await some(), { kind: 'random', seed }).data
    const [one, other] = [await drawn(['regen', 'wolke'], 1), await drawn(['wolke', 'sonne'], 1)]
    expect(one.subarray(2)).toEqual(other.subarray(0, 2))
    expect(other.subarray(0, 2)).not.toEqual(other.subarray(2))
    expect(one.subarray(0, 2)).toEqual(Float32Array.of(1, -0.25))
    expect(await drawn(['wolke'], 2)).not.toEqual(await drawn(['wolke'], 1))
  })

  it('draws vectors about as long as the file’s', () => {
    const long = Float32Array.from({ length: 300 }, () => 0.5)
    const { data } = vectorTable(['b'], { width: 300, words: 1, found: new Map([['a', long]]) }, { kind: 'random', seed: 1 })
    expect(Math.hypot(...data) / Math.hypot(...long)).toBeCloseTo(1, 1)
    expect(Math.hypot(...vectorTable(['b'], { width: 300, words: 1, found: new Map() }, { kind: 'random', seed: 1 }).data)).toBeCloseTo(
      1,
      1,
    )
  })
})
