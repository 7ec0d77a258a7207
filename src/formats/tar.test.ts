import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { damagedBytes, mutations, surviveAll } from './fuzz.testing.js'
import { readTarEntry, type TarEntry, tarEntries } from './tar.js'
import { paxRecord, type TarPart, tarHeader, tarOf } from './tar.testing.js'

const folder = await mkdtemp(join(tmpdir(), 'tar-'))
const path = join(folder, 'a.tar')

async function entriesOf(bytes: Uint8Array): Promise<TarEntry[]> {
  await writeFile(path, bytes)
  const found: TarEntry[] = []
  for await (const entry of tarEntries(path)) found.push(entry)
  return found
}

const textOf = async (entry: TarEntry): Promise<string> => Buffer.from(await readTarEntry(path, entry)).toString()

const long = `${'folder/'.repeat(30)}poses.npz`
const forms: [string, readonly TarPart[], readonly [name: string, text: string][]][] = [
  [
    'plain files, folders between them',
    [
      ['a/', '', '5'],
      ['a/one', 'first'],
      ['two', 'x'.repeat(513)],
      ['none', ''],
    ],
    [
      ['a/one', 'first'],
      ['two', 'x'.repeat(513)],
      ['none', ''],
    ],
  ],
  [
    'pax records, also for all entries',
    [
      ['g', paxRecord('comment', 'all'), 'g'],
      ['p', `${paxRecord('mtime', '1.5')}${paxRecord('path', long)}`, 'x'],
      ['short', 'data'],
      ['next', 'b'],
    ],
    [
      [long, 'data'],
      ['next', 'b'],
    ],
  ],
  [
    'a name in other letters',
    [
      ['p', paxRecord('path', 'Wörter/日本.vtt'), 'x'],
      ['ascii', 'data'],
    ],
    [['Wörter/日本.vtt', 'data']],
  ],
  [
    'long names of GNU',
    [
      ['././@LongLink', `${long}\x00`, 'L'],
      [long.slice(0, 100), 'data'],
      ['next', 'b'],
    ],
    [
      [long, 'data'],
      ['next', 'b'],
    ],
  ],
  [
    'links, which are passed over',
    [
      ['p', paxRecord('path', 'gone'), 'x'],
      ['link', '', '2'],
      ['next', 'b'],
    ],
    [['next', 'b']],
  ],
  [
    'files of before POSIX',
    [
      ['old', 'data', '\x00'],
      ['dir/', '', '\x00'],
    ],
    [['old', 'data']],
  ],
]

describe('tarEntries', () => {
  it.each(forms)('finds %s', async (_, parts, wanted) => {
    const found = await entriesOf(tarOf(parts))
    const read: [string, string][] = []
    for (const entry of found) read.push([entry.name, await textOf(entry)])
    expect(read).toEqual(wanted)
  })

  it('needs no blocks of zeros at the end, and joins names that are in two parts', async () => {
    const header = tarHeader('npz/poses.npz', 3, '0')
    header.write('dataset/abc', 345)
    header.write('        ', 148)
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\x00 `,
      148,
    )
    const [entry] = await entriesOf(Buffer.concat([header, Buffer.from('abc'), Buffer.alloc(509)]))
    expect(entry!.name).toBe('dataset/abc/npz/poses.npz')
    // GNU keeps other things there.
    expect((await entriesOf(Buffer.concat([tarHeader('x', 0, '0', 'ustar  \x00')])))[0]!.name).toBe('x')
  })

  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /a\.tar: wanted the header of an entry at byte 0, got an empty file/],
    ['no archive', Buffer.alloc(2048, 7), /wanted the header of an entry at byte 0, got other bytes/],
    ['half a header', tarOf([['a', 'x']]).subarray(0, 1100), /wanted the header of an entry at byte 1024, got 76 bytes/],
    ['data cut off', tarOf([['a', 'x'.repeat(5000)]], 0).subarray(0, 2000), /wanted 5000 bytes of 'a' at byte 0, got 1488/],
    [
      'a size beyond the end',
      tarOf([
        ['p', paxRecord('size', '999999999999'), 'x'],
        ['a', 'x'],
      ]),
      /wanted 999999999999 bytes of 'a'/,
    ],
    [
      'a size that is none',
      tarOf([
        ['p', paxRecord('size', '-5'), 'x'],
        ['a', 'x'],
      ]),
      /wanted the size of an entry at byte 512/,
    ],
    [
      'records that are none',
      tarOf([
        ['p', '99 path=x\n', 'x'],
        ['a', 'x'],
      ]),
      /wanted records of an entry at byte 512/,
    ],
    [
      'two million bytes of records',
      tarOf([
        ['p', Buffer.alloc(2 ** 21), 'x'],
        ['a', 'x'],
      ]),
      /wanted records of at most 1048576 bytes at byte 512, got 2097152/,
    ],
  ])('names the byte of %s', async (_, bytes, message) => {
    await expect(entriesOf(bytes)).rejects.toThrow(message)
  })

  it('of any changed bytes finds entries within the file or says where it is broken', async () => {
    const base = tarOf([
      ['p', paxRecord('path', 'v/npz/poses.npz'), 'x'],
      ['a', 'data'.repeat(200)],
      ['././@LongLink', 'v/captions/v.en.vtt\x00', 'L'],
      ['b', 'WEBVTT'],
    ])
    const read = async (bytes: Uint8Array): Promise<void> => {
      for (const entry of await entriesOf(bytes)) expect((await readTarEntry(path, entry)).length).toBe(entry.size)
    }
    const outcome = await surviveAll(damagedBytes([base]), read, path, /: wanted .* at byte \d+/)
    expect(outcome.read + outcome.refused).toBeGreaterThanOrEqual(mutations)
    expect(Math.min(outcome.read, outcome.refused)).toBeGreaterThan(0)
  }, 600_000)
})
