import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeFolder, output, writeWhole } from './files.js'
import { input, unforeseenRefusal } from './system_errors.js'

const folder = await mkdtemp(join(tmpdir(), 'signllm-refused-'))
afterAll(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'file')
await writeFile(file, 'text')

const refused = (message: RegExp, code = 'ERR_OUTPUT') => expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('what the system refuses to write', () => {
  it('names the path, the reason and what helps against it', async () => {
    await expect(writeWhole(join(file, 'x'), 'ab')).rejects.toEqual(
      refused(/file\/x: wanted to write 2 bytes, got E(EXIST|NOTDIR).* move the file that stands/),
    )
    await expect(writeWhole(folder, 'a')).rejects.toEqual(refused(/wanted to write 1 byte, got EISDIR.* move the folder that stands/))
    await expect(writeWhole(join(folder, 'x'.repeat(300)), '')).rejects.toEqual(refused(/ENAMETOOLONG.* Choose a shorter name/))
    await expect(makeFolder(join(file, 'x'))).rejects.toEqual(refused(/wanted to make this folder, got ENOTDIR/))
    await symlink('loop', join(folder, 'loop'))
    await expect(writeWhole(join(folder, 'loop', 'x'), '')).rejects.toEqual(refused(/ELOOP/))
    await expect(writeWhole('a\0b', '')).rejects.toEqual(refused(/^a\\x00b: .*null bytes/))
    expect(await readFile(file, 'utf8')).toBe('text')
  })

  it('is not mistaken for a fault of ours, nor the other way round', async () => {
    const fault = new TypeError('undefined is not a function')
    await expect(output(file, 'x', () => Promise.reject(fault))).rejects.toBe(fault)
    await expect(input(file, 'x', () => Promise.reject(fault))).rejects.toBe(fault)
    expect(unforeseenRefusal(fault)).toBeUndefined()
  })
})

it('what the system refuses to read is ERR_DATA', async () => {
  await expect(input(folder, 'read words', () => readFile(folder))).rejects.toEqual(refused(/wanted to read words, got EISDIR/, 'ERR_DATA'))
})

it.each([
  ['mkdir', 'EACCES', 'ERR_OUTPUT'],
  ['copyfile', 'ENOSPC', 'ERR_OUTPUT'],
  ['open', 'EROFS', 'ERR_OUTPUT'],
  ['scandir', 'ENOTDIR', 'ERR_DATA'],
  ['open', 'EMFILE', 'ERR_DATA'],
])('a %s refused with %s that nobody foresaw is %s', (syscall, code, ours) => {
  const error = Object.assign(new Error(`${code}: no, ${syscall} 'x'`), { code, syscall, path: 'x' })
  expect(unforeseenRefusal(error)).toMatchObject({ code: ours, message: expect.stringMatching(`^x: wanted to ${syscall}`) })
})
