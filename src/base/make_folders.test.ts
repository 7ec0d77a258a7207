import { existsSync } from 'node:fs'
import { mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolders } from './make_folders.js'

const folder = await mkdtemp(join(tmpdir(), 'make-folders-'))

describe('makeFolders', () => {
  it('makes what is missing and says which was the first', () => {
    expect(makeFolders(join(folder, 'a/b/c'))).toBe(join(folder, 'a'))
    expect(makeFolders(join(folder, 'a/b/c/'))).toBeUndefined()
    expect(makeFolders(join(folder, 'a/b/d'))).toBe(join(folder, 'a/b/d'))
    expect(makeFolders('/')).toBeUndefined()
  })

  it('follows links, and refuses files and links that lead nowhere', async () => {
    await symlink(join(folder, 'a'), join(folder, 'link'))
    expect(makeFolders(join(folder, 'link/x'))).toBe(join(folder, 'link/x'))
    await writeFile(join(folder, 'file'), '')
    expect(() => makeFolders(join(folder, 'file'))).toThrow('EEXIST')
    expect(() => makeFolders(join(folder, 'file/x'))).toThrow('ENOTDIR')
    await symlink(join(folder, 'nowhere'), join(folder, 'lost'))
    expect(() => makeFolders(join(folder, 'lost'))).toThrow('EEXIST')
  })

  // Node's own does not come back from here.
  it.skipIf(!existsSync('/proc/self'))('says so where the system has no such folder to make', () => {
    expect(() => makeFolders('/proc/signllm/cache')).toThrow('ENOENT')
  })
})
