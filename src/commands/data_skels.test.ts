import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkCorpus } from '../data/corpus/check.js'
import { readManifest } from '../data/corpus/manifest.js'
import { motionHdf5Writer } from '../formats/hdf5/motions.js'
import { readSkels } from '../formats/skels/skels.js'
import { signer } from '../outputs/signer.testing.js'
import { linesOf, silent } from './clips.testing.js'
import { dataSkels } from './data_skels.js'

const folder = await mkdtemp(join(tmpdir(), 'skels-'))
afterAll(() => rm(folder, { recursive: true }))
const lifted = join(folder, 'lifted.h5')
const writer = await motionHdf5Writer(lifted)
// About the scale of lifting, and off the origin.
const raw = (frames: number) => signer(frames).joints.map((value) => 3 * value + 0.25)
for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) await writer.add({ name, joints: raw(3 + i), frames: 3 + i, fps: 24 })
await writer.close()

async function file(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(join(folder, name), lines.map((line) => `${line}\n`).join(''))
  return join(folder, name)
}
const base = { in: lifted, lang: 'ASL', stream: silent }

describe('dataSkels', () => {
  it('brings clips and sentences together by name, in the order of the names', async () => {
    const names = await file('dev.files', ['c', 'A', 'dev/b', 'a', 'd'])
    const text = await file('dev.text', ['third', 'other', 'no', 'first', ''])
    const gloss = await file('dev.gloss', ['THREE', 'OTHER', 'NO', 'ONE', 'FOUR'])
    const out = join(folder, 'dev')
    expect(await dataSkels({ ...base, out, names, text, gloss, licence: 'CC BY 4.0' })).toEqual({
      out,
      clips: 2,
      frames: 8,
      withoutText: 2,
      withoutClip: 2,
      namesWithout: { text: ['b', 'd'], clip: ['A', 'dev/b'] },
      broken: [],
      notes: [],
    })
    expect(await Promise.all(['files', 'text', 'gloss', 'lang'].map((ending) => linesOf(`${out}.${ending}`)))).toEqual([
      ['c', 'a'],
      ['third', 'first'],
      ['THREE', 'ONE'],
      ['ASL', 'ASL'],
    ])
    const { sequences, scale, counter } = await readSkels(`${out}.skels`)
    expect([sequences.map(({ frames }) => frames), scale, counter]).toEqual([[5, 3], 'neck-shoulder-3', 'zero-based i/N'])
    expect(await readManifest(`${out}.json`)).toMatchObject({ licence: 'CC BY 4.0', fps: 24, normalisation: 'neck-shoulder-3' })
    expect((await checkCorpus(out)).findings).toEqual([])
  })

  it('leaves out clips that a corpus cannot name', async () => {
    const path = join(folder, 'odd.h5')
    const names = ['a\tb', '\x1b[31mred', 'x'.repeat(241), 'fine']
    const writer = await motionHdf5Writer(path)
    for (const [i, name] of names.entries()) await writer.add({ name, joints: raw(3 + i), frames: 3 + i, fps: 24 })
    await writer.close()
    const out = join(folder, 'odd')
    const { clips, broken } = await dataSkels({ ...base, in: path, out })
    expect([clips, await linesOf(`${out}.files`)]).toEqual([1, ['fine']])
    expect(broken.map(({ name }) => name).sort()).toEqual([...names.slice(0, 3)].sort())
    expect(broken.map(({ problem }) => problem).join()).toMatch(
      /wanted clip names without control characters, got "a\\tb"\. Rename the clip/,
    )
    expect((await checkCorpus(out)).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('takes names for the same however their accents are put together', async () => {
    const path = join(folder, 'accents.h5')
    const writer = await motionHdf5Writer(path)
    await writer.add({ name: 'Gr\u00fc\u00dfe', joints: raw(3), frames: 3, fps: 24 })
    await writer.close()
    const names = await file('nfd.files', ['Gru\u0308\u00dfe'])
    const out = join(folder, 'accents')
    await dataSkels({ ...base, in: path, out, names, text: await file('nfd.text', ['hello']) })
    expect(await linesOf(`${out}.files`)).toEqual(['Gr\u00fc\u00dfe'])
    expect(await linesOf(`${out}.text`)).toEqual(['hello'])
  })

  it("writes the published tool's own numbers", async () => {
    const out = join(folder, 'nine')
    await dataSkels({ ...base, out, normalisation: 'nine' })
    const { sequences, counter } = await readSkels(`${out}.skels`)
    const off = sequences[0]!.joints.map((value, i) => Math.abs(value - raw(3)[i]! / 9))
    expect([Math.max(...off) < 6e-6, counter]).toEqual([true, 'one-based i/N'])
    // Nobody said anything: there is no file to say so with blank lines.
    expect(existsSync(`${out}.text`)).toBe(false)
  })

  it.each([
    [
      'names of another kind',
      { names: ['dev/a'], text: ['x'] },
      /lifted\.h5: wanted clips named as in --names, such as 'dev\/a', got such as 'a'\. .*: without folders, 1 of 1 would be/,
    ],
    [
      'names of files',
      { names: ['clips\\\\a.mp4', 'x'], text: ['x', 'y'] },
      /letter for letter: without folders and endings, 1 of 2 would be/,
    ],
    ['names in capitals', { names: ['A'], text: ['x'] }, /letter for letter: in the same capitals, 1 of 1 would be/],
    [
      'blank lines at the end of the names',
      { names: ['a', 'b', ''], text: ['x', 'y'] },
      /n\.files:3: wanted names that differ, got a blank line/,
    ],
    ['blank lines at the end of the texts', { names: ['a', 'b'], text: ['x', 'y', ''] }, /n\.text:3: .* Delete the blank lines at its end/],
    [
      'a name twice but for how its accents are put together',
      { names: ['\u00fc', 'u\u0308'], text: ['x', 'y'] },
      /n\.files:2: wanted names that differ/,
    ],
    ['a name twice', { names: ['a', 'b', 'a'], text: ['x', 'y', 'z'] }, /n\.files:3: wanted names that differ, got 'a' as on line 1/],
    ['a blank name', { names: ['a', ''], text: ['x', 'y'] }, /n\.files:2: .* got a blank line/],
    ['files of different length', { names: ['a', 'b'], text: ['x'] }, /n\.text:1: wanted as many lines as .*n\.files has \(2\), got 1/],
    ['no texts', { names: ['a'] }, /n\.files: wanted a file of texts or glosses beside the names/],
    ['texts of nobody', { text: ['x'] }, /n\.text: wanted the names of the clips beside it, got none\. Pass --names/],
  ])('refuses %s, and writes nothing', async (_, { names, text }: { names?: string[]; text?: string[] }, message) => {
    const given = {
      ...(names ? { names: await file('n.files', names) } : {}),
      ...(text ? { text: await file('n.text', text) } : {}),
    }
    const out = join(folder, 'never')
    await expect(dataSkels({ ...base, out, ...given })).rejects.toThrow(message)
    expect(existsSync(`${out}.skels`)).toBe(false)
  })
})
