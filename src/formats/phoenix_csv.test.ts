import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPhoenixCsv } from './phoenix_csv.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-csv-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(text: string | Uint8Array): Promise<string> {
  const path = join(folder, 'train.csv')
  await writeFile(path, text)
  return path
}

describe('readPhoenixCsv', () => {
  it('finds the columns by what the corpus, or those who hand it on, call them', async () => {
    const official = 'name|video|start|end|speaker|orth|translation\na|a/*.png|-1|-1|S1|REGEN KOMMEN|es regnet\n'
    const other = '\uFEFFid|signer|annotation|translation\r\na|S1|REGEN KOMMEN|es regnet\r\n'
    const sentence = { name: 'a', gloss: 'REGEN KOMMEN', text: 'es regnet' }
    expect(await readPhoenixCsv(await file(official))).toEqual([sentence])
    expect(await readPhoenixCsv(await file(other))).toEqual([sentence])
  })

  it('names the line of what is not UTF-8', async () => {
    const latin = Buffer.from('id|gloss|text\na|B|b\nc|Ü|über\n', 'latin1')
    await expect(readPhoenixCsv(await file(latin))).rejects.toThrow(/train\.csv:3: wanted text in UTF-8, got the byte 0xdc after 'c\|'/)
  })

  it.each([
    ['id|text\na|b', 'train.csv:1: wanted a column orth or annotation or gloss, got id, text'],
    ['id|gloss|text\na|B', 'train.csv:2: wanted 3 columns as in the heading, got 2'],
    ['id|gloss|text\na|B|b\nc|D|d\na|E|e', "train.csv:4: wanted names that differ, got 'a' as on line 2"],
    ['gloss|text|id\nB|b|gr\u00fcn\n\nE|e|gru\u0308n', "train.csv:4: wanted names that differ, got 'gru\u0308n' as on line 2"],
    ['id|gloss|text\na|B|b\nc||d', 'train.csv:3: wanted a text and a gloss'],
  ])('says where %j is wrong', async (text, message) => {
    await expect(readPhoenixCsv(await file(text))).rejects.toThrow(message)
  })
})
