import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { itemsOf, readItems, writeItems } from './item_file.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-items-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const rows = [
  { text: 'the sun shines', items: ['sun', 'shine'] },
  { text: 'oh', items: [] },
]

describe('a file of items', () => {
  it.each(['items.tsv', 'items.jsonl'])('%s is read as it was written', async (name) => {
    const path = join(folder, name)
    await writeItems(path, rows)
    expect(await readItems(path)).toEqual(rows)
  })

  it('in TSV is what a spreadsheet has', async () => {
    const path = join(folder, 'plain.tsv')
    await writeItems(path, rows)
    expect(await readFile(path, 'utf8')).toBe('the sun shines\tsun\tshine\noh\n')
    await expect(writeItems(path, [{ text: 'a\tb', items: [] }])).rejects.toThrow('sentence 1: wanted no tab or line break')
  })

  it('is found by sentence', () => {
    expect(itemsOf(['oh', 'the sun shines '], rows, 'f').map(({ items }) => items)).toEqual([[], ['sun', 'shine']])
    expect(() => itemsOf(['oh', 'rain'], rows, 'f')).toThrow("f: wanted items of every sentence, got none of 'rain'")
  })

  it.each([
    ['a.tsv', 'a\tb\n\tc\n', ':2: wanted a sentence and its items, got no sentence'],
    ['a.tsv', 'a\tb\n\n', ':2: wanted a sentence and its items, got no sentence'],
    ['a.tsv', 'a\tb\t\tc\n', ':1: wanted items with letters, got an empty one at 2'],
    ['a.tsv', 'a\tb\nc\td\na\tc\n', ':3: wanted the items that line 1 has for this sentence, got others'],
    [
      'a.jsonl',
      '{"text": "a", "items": ["b"]}\n{"text": "a"}\n',
      ':2: wanted a line such as {"text": "…", "items": ["…"]}, got \'{"text": "a"}\'',
    ],
    ['a.jsonl', '\n', ':1: wanted a line such as'],
  ])('that is wrong is refused with its line: %s %j', async (name, text, message) => {
    await writeFile(join(folder, name), text)
    await expect(readItems(join(folder, name))).rejects.toThrow(`${join(folder, name)}${message}`)
  })
})
