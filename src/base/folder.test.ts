import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { asStored, foldersIn, namesIn, twinAmong, unreadable } from './folder.js'

const root = await mkdtemp(join(tmpdir(), 'folder-'))
afterAll(() => rm(root, { recursive: true }))
await mkdir(join(root, 'in/clip'), { recursive: true })
await mkdir(join(root, 'store'))
for (const name of ['__MACOSX', '.cache', '@eaDir']) await mkdir(join(root, 'in', name))
for (const name of ['b.pose', 'a.pose', '._a.pose', '.DS_Store', 'Thumbs.db', 'desktop.ini']) await writeFile(join(root, 'in', name), '')
await symlink('../store', join(root, 'in/linked'))
await symlink('../gone', join(root, 'in/lost'))
await symlink('loop', join(root, 'in/loop'))
await symlink('a.pose', join(root, 'in/file'))

describe('namesIn', () => {
  it('leaves out what systems put there', async () => {
    expect(await namesIn(join(root, 'in'))).toEqual(['a.pose', 'b.pose', 'clip', 'file', 'linked', 'loop', 'lost'])
  })

  it('names what cannot be read', async () => {
    await expect(namesIn(join(root, 'none'))).rejects.toThrow(/none: wanted to read it, got ENOENT/)
    await expect(namesIn(join(root, 'in/a.pose'))).rejects.toMatchObject({
      code: 'ERR_DATA',
      message: expect.stringMatching(/wanted a folder, got a file/),
    })
  })
})

describe('foldersIn', () => {
  it('follows links, and loses none that leads nowhere', async () => {
    expect(await foldersIn(join(root, 'in'))).toEqual(['clip', 'linked', 'loop', 'lost'])
  })
})

describe('unreadable', () => {
  const why = (name: string) => readFile(join(root, 'in', name)).then(String, (cause) => unreadable(join(root, 'in', name), cause).message)

  it('says where a link leads', async () => {
    expect(await why('lost')).toMatch(/lost: wanted to read it, got a link to '..\/gone', which does not exist\. Repair the link/)
    expect(await why('loop')).toMatch(/loop: .* got a link to 'loop', which is circular/)
    expect(await why('clip')).toMatch(/clip: wanted to read it, got EISDIR/)
  })
})

describe('names with accents', () => {
  const [composed, apart] = ['ä.pose'.normalize('NFC'), 'ä.pose'.normalize('NFD')] as [string, string]

  it('are the same however they are put together', async () => {
    expect(twinAmong(['a', composed, 'b', apart])).toBe(apart)
    expect(twinAmong(['a', composed, 'b'])).toBeUndefined()
    await writeFile(join(root, 'store', apart), '')
    expect(await asStored(join(root, 'store', composed))).toBe(join(root, 'store', apart))
    expect(await asStored(join(root, 'store', apart))).toBe(join(root, 'store', apart))
    for (const gone of [join(root, 'store/b.pose'), join(root, 'none/b.pose')]) expect(await asStored(gone)).toBe(gone)
  })
})
