import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { linesOfText, readText, readTextIfThere } from './text_file.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-text-'))
afterAll(() => rm(folder, { recursive: true }))
const path = join(folder, 't.txt')
const read = async (bytes: Uint8Array): Promise<string> => {
  await writeFile(path, bytes)
  return readText(path)
}

describe('readText', () => {
  it('gives UTF-8 as it is, without the mark that Windows programs write before it', async () => {
    expect(await read(Buffer.from('fällt\r\n今天\uFFFD'))).toBe('fällt\r\n今天\uFFFD')
    expect(await read(Buffer.from('\uFEFFfällt'))).toBe('fällt')
    expect(await read(Buffer.alloc(0))).toBe('')
  })

  it.each([
    ['Latin-1', Buffer.from('es regnet\nSchnee fällt\n', 'latin1'), "t.txt:2: wanted text in UTF-8, got the byte 0xe4 after 'Schnee f'"],
    ['Latin-1 with CRLF', Buffer.from('a\r\nb\r\nü\r\n', 'latin1'), 't.txt:3: wanted text in UTF-8, got the byte 0xfc. Save it as UTF-8'],
    ['a letter cut in two', Buffer.from('a\nü').subarray(0, 3), 't.txt:2: wanted text in UTF-8, got the byte 0xc3'],
    [
      'half a letter of UTF-16 in UTF-8',
      Buffer.from([0x61, 0xed, 0xa0, 0x80]),
      "t.txt:1: wanted text in UTF-8, got the byte 0xed after 'a'",
    ],
    ['a letter written too long', Buffer.from([0xc0, 0xaf]), 't.txt:1: wanted text in UTF-8, got the byte 0xc0'],
    ['UTF-16', Buffer.from('\uFEFFes regnet', 'utf16le'), 't.txt:1: wanted text in UTF-8, got UTF-16 by the mark at its beginning'],
    ['UTF-16 the other way', Buffer.from('\uFEFFes', 'utf16le').swap16(), 't.txt:1: wanted text in UTF-8, got UTF-16 by the mark'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 't.txt:1: wanted text in UTF-8, got UTF-32 by the mark'],
    ['UTF-16 without its mark', Buffer.from('es\nregnet', 'utf16le'), 't.txt:1: wanted text in UTF-8, got a zero byte'],
  ])('refuses %s, naming the line', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringContaining(message) })
  })

  it('says what it wanted of a file that cannot be read, and with which code', async () => {
    await expect(readText(join(folder, 'none'), { code: 'ERR_CONFIG', wanted: 'a run file' })).rejects.toMatchObject({
      code: 'ERR_CONFIG',
      message: expect.stringMatching(/none: wanted a run file, got ENOENT/),
    })
    await expect(readTextIfThere(folder)).rejects.toThrow(/wanted a readable file, got EISDIR/)
    expect(await readTextIfThere(join(folder, 'none'))).toBeUndefined()
  })
})

describe('linesOfText', () => {
  it.each([
    ['a\nb\n', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    ['a\rb\r', ['a', 'b']],
    ['a\r\r\nb', ['a', 'b']],
    ['a\n\n\n', ['a', '', '']],
    ['a\u2028b\u0085c', ['a\u2028b\u0085c']],
    ['', []],
  ])('of %j', (text, lines) => expect(linesOfText(text)).toEqual(lines))
})
