import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { videoOf } from '../split.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { checkCorpus } from './check.js'
import { readManifest } from './manifest.js'
import { saveCorpus } from './save.js'
import { splitCorpus } from './split.js'

const folder = await mkdtemp(join(tmpdir(), 'split-'))
afterAll(() => rm(folder, { recursive: true }))
// Three clips of each of ten videos.
const clips = syntheticCorpus({ languages: ['ASL', 'KSL'], clipsPerLanguage: 20, seed: 3 })
  .train.slice(0, 30)
  .map((clip, i) => ({ ...clip, name: `video${Math.floor(i / 3)}_${i}-3-rgb_front` }))
const all = join(folder, 'all')
const prompts = clips.map(({ text }) => `Sign: ${text}`)
await saveCorpus(all, clips, { prompts, licence: 'CC0-1.0' })
const parts = ['train', 'dev', 'test'] as const
const linesOf = async (path: string): Promise<string[]> => (await readFile(path, 'utf8')).trimEnd().split('\n')

describe('splitCorpus', () => {
  it('keeps videos together, and every line of every file as it was', async () => {
    const out = join(folder, 'by-video')
    const { parts: counts } = await splitCorpus(all, out, { seed: 5, dev: 0.2, test: 0.2 })
    expect(parts.map((part) => counts[part].clips).reduce((a, b) => a + b)).toBe(30)
    const endings = ['skels', 'text', 'gloss', 'files', 'lang', 'prompt']
    const whole = await Promise.all(endings.map((ending) => linesOf(`${all}.${ending}`)))
    const rowsOf = (columns: readonly string[][]): string[] => columns[0]!.map((_, i) => columns.map((column) => column[i]).join('\t'))
    const split = await Promise.all(parts.map((part) => Promise.all(endings.map((ending) => linesOf(join(out, `${part}.${ending}`))))))
    expect(split.flatMap(rowsOf).sort()).toEqual(rowsOf(whole).sort())
    const videos = split.map((columns) => new Set(columns[3]!.map(videoOf)))
    expect(videos.reduce((sum, { size }) => sum + size, 0)).toBe(10)
    for (const part of parts) {
      expect((await checkCorpus(join(out, part))).findings).toEqual([])
      expect(await readManifest(join(out, `${part}.json`))).toMatchObject({ licence: 'CC0-1.0', frames: counts[part].frames })
    }
  })

  it('by clip puts clips of one video apart, and the same ones for the same seed', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    for (const out of [one, two]) await splitCorpus(all, out, { by: 'clip', seed: 7, dev: 0.3, test: 0 })
    const [train, dev] = await Promise.all(['train', 'dev'].map((part) => linesOf(join(one, `${part}.files`))))
    expect(dev!.some((name) => train!.map(videoOf).includes(videoOf(name)))).toBe(true)
    expect(await readFile(join(two, 'dev.skels'), 'utf8')).toBe(await readFile(join(one, 'dev.skels'), 'utf8'))
    expect(existsSync(join(one, 'test.skels'))).toBe(false)
  })

  it('leaves nothing of an earlier split beside its own parts', async () => {
    const out = join(folder, 'again')
    await splitCorpus(all, out, { dev: 0.2, test: 0.2 })
    const bare = join(folder, 'bare')
    await saveCorpus(bare, clips)
    await splitCorpus(bare, out, { dev: 0.2, test: 0 })
    expect(['test.skels', 'test.text', 'test.json', 'train.prompt'].filter((name) => existsSync(join(out, name)))).toEqual([])
    for (const part of ['train', 'dev']) expect((await checkCorpus(join(out, part))).findings).toEqual([])
  })

  describe('of sentences that several signers sign', () => {
    const said = ['It rains.', 'it  rains', 'IT RAINS!', 'caf\u00e9 au lait', 'Cafe\u0301, au lait?', 'snow']
    const signers = join(folder, 'signers')
    const keyOf = (text: string) =>
      text
        .normalize('NFC')
        .toLowerCase()
        .replace(/[^\p{L}]/gu, '')
    // Thirty clips: five signers, each of whom signs everything.
    const ready = saveCorpus(
      signers,
      clips.map((clip, i) => ({
        ...clip,
        name: `signer${Math.floor(i / 6)}_${i % 6}`,
        text: `${i % 6 === 5 ? i : ''} ${said[i % 6]}`.trim(),
      })),
    )
    const textsOf = async (out: string) =>
      Promise.all(parts.map(async (part) => new Set((await linesOf(join(out, `${part}.text`))).map(keyOf))))
    const apart = (sets: readonly ReadonlySet<string>[]) =>
      sets.flatMap((set) => [...set]).length === new Set(sets.flatMap((set) => [...set])).size

    it('counts those that are in several parts', async () => {
      await ready
      const out = join(folder, 'by-clip')
      const { repeated, shared } = await splitCorpus(signers, out, { seed: 5, dev: 0.3, test: 0.3 })
      // Three ways to write one sentence, two to write another; snow is numbered.
      expect(repeated).toBe(2)
      const sets = await textsOf(out)
      const several = ['itrains', 'caféaulait'].filter((key) => sets.filter((set) => set.has(key)).length > 1)
      expect(several.length).toBeGreaterThan(0)
      expect(shared).toEqual({ sentences: several.length, videos: 0 })
    })

    it('keeps each in one part by sentence, and videos too by both', async () => {
      await ready
      for (const by of ['sentence', 'both'] as const) {
        const out = join(folder, by)
        const { shared, repeated } = await splitCorpus(signers, out, { by, seed: 5, dev: 0.2, test: 0.2 })
        const sets = await textsOf(out)
        expect(apart(sets.map((set) => new Set([...set].filter((key) => key !== 'snow'))))).toBe(true)
        expect(shared).toEqual({ sentences: 0, videos: 0 })
        expect(repeated).toBe(2)
        const names = await Promise.all(parts.map((part) => linesOf(join(out, `${part}.files`))))
        expect(names.flat()).toHaveLength(30)
      }
    })

    it('names the way out where all clips hang together', async () => {
      const one = join(folder, 'one-video')
      await saveCorpus(
        one,
        clips.map((clip, i) => ({ ...clip, name: `v${i % 2}_${i}-3-rgb_front`, text: i < 2 ? 'both' : `sentence ${i}` })),
      )
      const out = join(folder, 'never-both')
      await expect(splitCorpus(one, out, { by: 'both' })).rejects.toThrow(
        /are all connected by common videos or sentences\. Split by sentence, or by video/,
      )
      expect(existsSync(out)).toBe(false)
      const { shared } = await splitCorpus(one, out, { by: 'sentence', dev: 0.3, test: 0.3 })
      expect(shared).toEqual({ sentences: 0, videos: 2 })
    })
  })

  it('gives a clip without a tag the only language of the manifest, as it is read', async () => {
    const [blank, out] = [join(folder, 'blank'), join(folder, 'blank-parts')]
    await saveCorpus(
      blank,
      clips.filter(({ language }) => language === 'ASL'),
    )
    const tags = await linesOf(`${blank}.lang`)
    await writeFile(`${blank}.lang`, `\n${tags.slice(1).join('\n')}\n`)
    const { parts: made } = await splitCorpus(blank, out, { by: 'clip', dev: 0.3, test: 0 })
    for (const part of ['train', 'dev'] as const)
      expect(await readManifest(join(out, `${part}.json`))).toMatchObject({ languages: ['ASL'], clips: { ASL: made[part].clips } })
  })

  it('refuses to put a part in the place of the corpus, and leaves it whole', async () => {
    const own = join(folder, 'own/dev')
    await saveCorpus(own, clips)
    for (const prefix of [own, relative('.', own)])
      await expect(splitCorpus(prefix, join(folder, 'own'), { dev: 0.2, test: 0 })).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringContaining("wanted parts beside the corpus, got 'dev' in its place"),
      })
    expect((await checkCorpus(own)).findings).toEqual([])
  })

  it('writes nothing of a corpus that cannot be split', async () => {
    const out = join(folder, 'never')
    const few = join(folder, 'few')
    await saveCorpus(few, clips.slice(0, 3))
    await expect(splitCorpus(few, out)).rejects.toThrow(/wanted more than \d distinct items, got 1/)
    await appendFile(`${few}.text`, 'one more\n')
    await expect(splitCorpus(few, out, { by: 'clip' })).rejects.toThrow(
      /few\.text:4: wanted as many lines as .*few\.skels has \(3\), got 4/,
    )
    await writeFile(`${few}.skels`, '1 2 3\n')
    await expect(splitCorpus(few, out)).rejects.toThrow(/few\.skels:1: wanted a multiple of 151 numbers, got 3/)
    await expect(splitCorpus(join(folder, 'none'), out)).rejects.toThrow(/none\.skels: wanted a readable file/)
    expect(existsSync(out)).toBe(false)
  })
})
