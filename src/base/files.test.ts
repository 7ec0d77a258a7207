import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { writeWhole } from './files.js'

const folder = await mkdtemp(join(tmpdir(), 'files-'))
afterAll(() => rm(folder, { recursive: true }))

it('a file that cannot be written leaves none of the folders made for it, and those that were there', async () => {
  async function* torn(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3)
    throw new Error('no more')
  }
  await mkdir(join(folder, 'there'))
  await expect(writeWhole(join(folder, 'there/new/deep/file'), torn())).rejects.toThrow('no more')
  expect([existsSync(join(folder, 'there')), existsSync(join(folder, 'there/new'))]).toEqual([true, false])
  await expect(writeWhole(join(folder, 'there/file'), torn())).rejects.toThrow('no more')
  expect(existsSync(join(folder, 'there'))).toBe(true)
})
