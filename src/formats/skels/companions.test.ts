import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkAligned, readCompanion } from './companions.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-companions-'))
afterAll(() => rm(folder, { recursive: true }))
const path = join(folder, 'a.text')
const read = async (text: string | Uint8Array): Promise<string[] | undefined> => {
  await writeFile(path, text)
  return readCompanion(path)
}

describe('a companion file', () => {
  it('is the same whatever ends its lines', async () => {
    for (const end of ['\n', '\r\n', '\r']) expect(await read(`\uFEFFes schneit${end}es taut ${end}`)).toEqual(['es schneit', 'es taut'])
    expect(await readCompanion(join(folder, 'none'))).toBeUndefined()
  })

  it('keeps blank lines, which stand for clips without one', async () => {
    expect(await read('a\n\n\nb\n\n')).toEqual(['a', '', '', 'b', ''])
  })

  it('of another encoding is refused with its line', async () => {
    await expect(read(Buffer.from('es taut\nSchnee fällt\n', 'latin1'))).rejects.toThrow(
      `${path}:2: wanted text in UTF-8, got the byte 0xe4`,
    )
  })
})

describe('checkAligned', () => {
  it.each([
    [['a', 'b', 'c'], 'a.text:3: wanted as many lines as a.skels has (2), got 3. Write both files anew'],
    [['a'], 'a.text:1: wanted as many lines as a.skels has (2), got 1. Write both'],
    [[], 'a.text:1: wanted as many lines as a.skels has (2), got 0. Write both'],
    [
      ['a', 'b', '', ''],
      'a.text:3: wanted as many lines as a.skels has (2), got 4, the last of them blank. Delete the blank lines at its end',
    ],
  ])('names the line at which %j goes wrong', (lines, message) => {
    expect(() => checkAligned('a.skels', 2, 'a.text', lines)).toThrow(message)
  })

  it('has nothing to say of files line for line', () => expect(() => checkAligned('a.skels', 2, 'a.text', ['a', ''])).not.toThrow())
})
