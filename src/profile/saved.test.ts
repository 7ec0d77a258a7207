import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { madeUp, rows } from './profile.testing.js'
import { readProfile, saveProfile } from './saved.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-profile-'))
})
afterAll(() => rm(folder, { recursive: true }))

it('reads back what it wrote', async () => {
  const path = join(folder, 'a.json')
  await saveProfile(path, madeUp(rows))
  expect(await readProfile(path)).toEqual(madeUp(rows))
})

it.each([
  ['absent.json', undefined, /absent\.json: wanted a saved profile, got ENOENT/],
  ['broken.json', '{', /broken\.json: wanted a saved profile, got .*JSON/],
  ['other.json', '{"kernels": []}', /other\.json: wanted a saved profile, got other JSON/],
  ['older.json', '{"format": "signllm profile 2"}', /got format 'signllm profile 2', not 'signllm profile 3'/],
])('refuses %s', async (name, text, message) => {
  const path = join(folder, name)
  if (text !== undefined) await writeFile(path, text)
  await expect(readProfile(path)).rejects.toThrow(message)
})
