import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataPseudoGlosses, formatPseudoGlosses } from './data_pseudo_glosses.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-glosses-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('dataPseudoGlosses', () => {
  it('writes the items of each sentence, and tells what they come to', async () => {
    const text = join(folder, 'train.text')
    const out = join(folder, 'items.tsv')
    await writeFile(text, 'It rains.\nIt snows.\nIt snowed in the mountains.\nNow the wind blows.\nIt is warm.\nThe sun shines.\n')
    const summary = await dataPseudoGlosses({ text, language: 'en', out })
    expect((await readFile(out, 'utf8')).split('\n').slice(0, 3)).toEqual([
      'It rains.\tit\train',
      'It snows.\tit\tsnow',
      'It snowed in the mountains.\tit\tsnow\tmountain',
    ])
    expect(summary).toMatchObject({ sentences: 6, withoutItems: 0, ubiquitous: [{ item: 'it', share: 4 / 6 }] })
    expect(summary.frequent[0]).toEqual({ item: 'snow', count: 2 })
    expect(formatPseudoGlosses(summary)).toContain('left out of the targets, since many sentences have them: it (0.67 a sentence)\n')
  })

  it('reads the annotation files of PHOENIX-2014T', async () => {
    const text = join(folder, 'train.csv')
    await writeFile(text, 'id|annotation|translation\n1|REGEN|heute regnet es\n')
    const out = join(folder, 'items.jsonl')
    expect((await dataPseudoGlosses({ text, language: 'de', out })).classes).toBe(3)
    expect(await readFile(out, 'utf8')).toBe('{"text":"heute regnet es","items":["heute","regnen","es"]}\n')
  })

  it.each([
    ['', ': wanted a sentence, got an empty file'],
    ['a\n\nb\n', ':2: wanted a sentence, got a blank line'],
  ])('refuses %j', async (content, message) => {
    const text = join(folder, 'bad.text')
    await writeFile(text, content)
    await expect(dataPseudoGlosses({ text, language: 'en', out: join(folder, 'x.tsv') })).rejects.toThrow(`${text}${message}`)
  })
})
