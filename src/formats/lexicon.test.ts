import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { languageCode, languageTag, readLexicon } from './lexicon.js'

const shared = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/fingerspelling-lexicon')
const header = 'path,spoken_language,signed_language,start,end,words,glosses,priority'

async function folderWith(index: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lexicon-'))
  await writeFile(join(folder, 'index.csv'), index)
  return folder
}

describe('readLexicon', () => {
  it('reads quoted fields, empty fields and either line end', async () => {
    const folder = await folderWith(`${header}\r\nase/a.pose,en,ase,0,1500,"a, or ""an""",,2\r\n\r\nx.pose,de,sgg,10,20,ä,Ä,0\n`)
    const entries = await readLexicon(folder)
    expect(entries).toEqual([
      {
        path: join(folder, 'ase/a.pose'),
        spokenLanguage: 'en',
        signedLanguage: 'ase',
        startMs: 0,
        endMs: 1500,
        words: 'a, or "an"',
        glosses: '',
        priority: 2,
        line: 2,
      },
      {
        path: join(folder, 'x.pose'),
        spokenLanguage: 'de',
        signedLanguage: 'sgg',
        startMs: 10,
        endMs: 20,
        words: 'ä',
        glosses: 'Ä',
        priority: 0,
        line: 4,
      },
    ])
  })

  const broken: [string, string, RegExp][] = [
    [
      'a missing column',
      'path,words\n',
      /index\.csv:1: .*got none of name spoken_language, signed_language, start, end, glosses, priority/,
    ],
    ['a short line', `${header}\na.pose,en,ase\n`, /index\.csv:2: wanted 8 fields, got 3/],
    ['a number that is none', `${header}\na.pose,en,ase,0,soon,A,A,0\n`, /index\.csv:2: wanted a number as end, got 'soon'/],
    ['nothing but a header', `${header}\n`, /at least one entry/],
  ]
  it('names the line of what is not UTF-8', async () => {
    const folder = await folderWith('')
    await writeFile(join(folder, 'index.csv'), Buffer.from(`${header}\na.pose,de,gsg,0,0,ä,Ä,0\n`, 'latin1'))
    await expect(readLexicon(folder)).rejects.toThrow(/index\.csv:2: wanted text in UTF-8, got the byte 0xe4/)
  })

  for (const [what, index, message] of broken) {
    it(`names the place of ${what}`, async () => expect(readLexicon(await folderWith(index))).rejects.toThrow(message))
  }

  it('names a folder without an index', async () => {
    await expect(readLexicon('/nowhere')).rejects.toMatchObject({ code: 'ERR_DATA' })
  })
})

describe('language tags', () => {
  it('go both ways, and leave what they do not know', () => {
    for (const [code, tag] of [
      ['ase', 'ASL'],
      ['sgg', 'DSGS'],
      ['xyz', 'XYZ'],
    ] as const) {
      expect([languageTag(code), languageCode(tag), languageCode(code)]).toEqual([tag, code, code])
    }
  })
})

describe.skipIf(!existsSync(shared))('the fingerspelling lexicon', () => {
  it('has the letters of its languages', async () => {
    const entries = await readLexicon(shared)
    const count = (code: string): number => entries.filter((entry) => entry.signedLanguage === code).length
    expect(['ase', 'gsg', 'sgg', 'tsm', 'ise', 'ssp', 'psr', 'swl'].map(count)).toEqual([26, 30, 32, 29, 40, 30, 26, 29])
  })
})
