import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { fileRecord } from '../checksum.js'
import { syntheticCorpus } from '../synthetic/corpus.js'
import { noteCompanions, readManifest } from './manifest.js'
import { saveCorpus } from './save.js'

const folder = await mkdtemp(join(tmpdir(), 'manifest-'))
const clips = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 10, seed: 2 }).train.slice(0, 3)
const prefix = join(folder, 'train')

describe('a manifest', () => {
  it('vouches for every file, and tells licence and making', async () => {
    const prompts = clips.map(({ text }) => `Sign: ${text}`)
    const written = await saveCorpus(prefix, clips, { licence: 'CC0-1.0', made: 'a test', prompts })
    expect(await readManifest(`${prefix}.json`)).toEqual(written)
    expect(written).toMatchObject({ version: 2, licence: 'CC0-1.0', made: 'a test' })
    expect(Object.keys(written.files)).toEqual(['skels', 'text', 'gloss', 'files', 'lang', 'prompt'])
    // SHA-256 of the empty string, as published.
    await writeFile(`${prefix}.empty`, '')
    expect(await fileRecord(`${prefix}.empty`)).toEqual({
      bytes: 0,
      sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    })
    expect(await fileRecord(`${prefix}.skels`)).toEqual(written.files.skels)
    expect(await readFile(`${prefix}.prompt`, 'utf8')).toBe(`${prompts.join('\n')}\n`)
  })

  it('of a corpus written anew forgets the prompts of the old one', async () => {
    await saveCorpus(prefix, clips, { prompts: clips.map(() => 'a prompt') })
    const written = await saveCorpus(prefix, clips)
    expect(written.files).not.toHaveProperty('prompt')
    expect(written.licence).toBeNull()
    await expect(readFile(`${prefix}.prompt`)).rejects.toThrow(/ENOENT/)
  })

  it('takes note of companions written later', async () => {
    await saveCorpus(prefix, clips)
    await writeFile(`${prefix}.prompt`, 'a\nb\nc\n')
    await noteCompanions(prefix, ['prompt', 'lang_gloss'])
    const manifest = await readManifest(`${prefix}.json`)
    expect(manifest?.version === 2 && manifest.files.prompt).toEqual(await fileRecord(`${prefix}.prompt`))
    expect(manifest?.version === 2 && manifest.files).not.toHaveProperty('lang_gloss')
  })

  it('of version 1 is read as before, and left as it is', async () => {
    const old = {
      format: 'signllm-corpus',
      version: 1,
      languages: ['ASL'],
      fps: 25,
      normalisation: 'n',
      counter: 'c',
      clips: { ASL: 1 },
      frames: 3,
    }
    const path = join(folder, 'old.json')
    await writeFile(path, JSON.stringify(old))
    expect(await readManifest(path)).toEqual(old)
    await noteCompanions(join(folder, 'old'), ['text'])
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(old)
  })

  it('is none where a motion lies as JSON, and an error where anything else does', async () => {
    const path = join(folder, 'motion.json')
    await writeFile(path, JSON.stringify({ format: 'signllm-motion-1', fps: 25, frames: 0, joints: [], data: [] }))
    expect(await readManifest(path)).toBeUndefined()
    await writeFile(path, '{"format":"another"}')
    await expect(readManifest(path)).rejects.toThrow("wanted a signllm-corpus manifest, got a wrong 'format'")
  })

  it('is not written for prompts that do not fit', async () => {
    await expect(saveCorpus(prefix, clips, { prompts: ['one'] })).rejects.toThrow(/wanted a prompt for each of 3 clips, got 1/)
    await expect(saveCorpus(prefix, clips, { prompts: ['a', 'b\nc', 'd'] })).rejects.toThrow(/line break in the prompt of '/)
  })

  it('of any changed bytes is a manifest or an error of ours that names the file', async () => {
    await saveCorpus(prefix, clips)
    const bytes = await readFile(`${prefix}.json`)
    const path = join(folder, 'mutated.json')
    const edits = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(bytes.length), fc.boolean(), async (changes, length, cut) => {
        const mutated = Buffer.from(cut ? bytes.subarray(0, length) : bytes)
        for (const [at, value] of changes) if (at < mutated.length) mutated[at] = value
        await writeFile(path, mutated)
        try {
          const manifest = await readManifest(path)
          expect(manifest).toMatchObject({ format: 'signllm-corpus', version: 2 })
          expect(manifest!.fps).toBeGreaterThan(0)
          expect(Number.isInteger(manifest!.frames)).toBe(true)
        } catch (error) {
          if (!(error instanceof SignError)) throw error
          expect(error.message.startsWith(path)).toBe(true)
          expect(error.message.slice(path.length)).toMatch(/^(:\d+)?: wanted /)
        }
      }),
      { numRuns: 400, seed: 1 },
    )
  })
})
