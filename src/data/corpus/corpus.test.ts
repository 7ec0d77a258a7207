import { existsSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import type { Clip } from '../../motion/clip.js'
import { COORDS, joint } from '../../motion/skeleton.js'
import { normalise, shoulderWidth } from '../normalise.js'
import { sourceOf } from '../source.js'
import { loadCorpus } from './corpus.js'
import { saveCorpus } from './save.js'

const published = join(process.env.SIGNLLM_SHARED ?? '../shared', 'data/progressive-transformers-slp')
const folder = await mkdtemp(join(tmpdir(), 'corpus-'))

function clip(name: string, frames: number, more: Partial<Clip> = {}): Clip {
  const random = Random.for(1, name)
  const raw = Float32Array.from({ length: frames * COORDS }, () => random.normal())
  return { name, frames, joints: normalise(raw, frames), fps: 25, language: 'ASL', text: `text of ${name}`, ...more }
}

async function saved(name: string, clips: Clip[]): Promise<string> {
  const prefix = join(folder, name, 'train')
  await saveCorpus(prefix, clips)
  return prefix
}

describe('a corpus of ours', () => {
  it('comes back with languages, frame rate, glosses and motion', async () => {
    const clips = [clip('a', 4, { gloss: 'A', fps: 30 }), clip('b', 6, { gloss: 'B', language: 'GSL', fps: 30 })]
    const prefix = await saved('two', clips)
    const corpus = await loadCorpus({ skels: prefix, source: 'gloss' })
    expect(corpus).toMatchObject({
      fps: 30,
      languages: ['ASL', 'GSL'],
      dropped: 0,
      stored: { counter: 'zero-based i/N', scale: 'neck-shoulder-3' },
    })
    for (const [i, { joints, ...rest }] of corpus.clips.entries()) {
      const { joints: original, ...wanted } = clips[i]!
      expect(rest).toEqual(wanted)
      for (const [k, value] of joints.entries()) expect(Math.abs(value - original[k]!)).toBeLessThan(1e-5)
      expect(sourceOf(corpus.clips[i]!, 'gloss')).toBe(wanted.gloss)
    }
  })

  it('tells in its manifest what it holds', async () => {
    const manifest = await saveCorpus(join(folder, 'manifest/dev'), [clip('a', 4), clip('b', 6), clip('c', 1, { language: 'GSL' })])
    expect(manifest).toMatchObject({
      languages: ['ASL', 'GSL'],
      clips: { ASL: 2, GSL: 1 },
      frames: 11,
      fps: 25,
      normalisation: 'neck-shoulder-3',
    })
  })

  it('drops a stale .gloss file when the clips have none', async () => {
    const prefix = await saved('stale', [clip('a', 4, { gloss: 'A' }), clip('b', 4, { gloss: 'B' })])
    await saveCorpus(prefix, [clip('a', 4)])
    expect(existsSync(`${prefix}.gloss`)).toBe(false)
    expect((await loadCorpus({ skels: prefix })).clips[0]).not.toHaveProperty('gloss')
  })

  it('keeps every k-th frame and the time they take', async () => {
    const original = clip('a', 7)
    const prefix = await saved('skip', [original])
    const corpus = await loadCorpus({ skels: prefix, skipFrames: 3 })
    expect(corpus.clips[0]).toMatchObject({ frames: 3, fps: 25 / 3 })
    expect(corpus.clips[0]!.joints[2 * COORDS]).toBeCloseTo(original.joints[6 * COORDS]!, 4)
  })

  it('normalises a motion stored at another scale', async () => {
    const prefix = join(folder, 'raw')
    const pixels = clip('a', 3).joints.map((value) => value * 600 + 250)
    const line = [0, 1, 2].map((t) => [...pixels.subarray(t * COORDS, (t + 1) * COORDS), t / 3].join(' ')).join(' ')
    await Promise.all([writeFile(`${prefix}.skels`, `${line}\n`), writeFile(`${prefix}.text`, 'hello\n')])
    const corpus = await loadCorpus({ skels: prefix, language: 'ASL' })
    expect(corpus.stored.scale).toBe('other')
    expect(corpus.clips[0]!.name).toBe('raw/1')
    expect(corpus.clips[0]!.joints[joint.neck * 3]).toBe(0)
    expect(shoulderWidth(corpus.clips[0]!.joints, 1)).toBeCloseTo(1 / 3, 5)
  })
})

describe('limits', () => {
  it('stops, drops or cuts, as asked', async () => {
    const prefix = await saved('long', [clip('short', 4), clip('long', 9)])
    await expect(loadCorpus({ skels: prefix, maxFrames: 8 })).rejects.toThrow(
      /train\.skels:2: wanted at most 8 frames \(maxFrames\), got 9\./,
    )
    const dropped = await loadCorpus({ skels: prefix, maxFrames: 8, long: 'drop' })
    expect([dropped.clips.map((c) => c.name), dropped.dropped]).toEqual([['short'], 1])
    const cut = await loadCorpus({ skels: prefix, maxFrames: 8, maxTokens: 2, long: 'truncate' })
    expect(cut.clips.map((c) => [c.frames, c.joints.length, c.text])).toEqual([
      [4, 4 * COORDS, 'text of'],
      [8, 8 * COORDS, 'text of'],
    ])
    const thinned = await loadCorpus({ skels: prefix, maxFrames: 6, long: 'thin' })
    const whole = (await loadCorpus({ skels: prefix })).clips[1]!.joints
    // Frames 0, 1.6, 3.2, 4.8, 6.4 and 8, each the nearest of its own.
    const kept = [0, 2, 3, 5, 6, 8].flatMap((t) => [...whole.subarray(t * COORDS, (t + 1) * COORDS)])
    expect([...thinned.clips[1]!.joints]).toEqual(kept)
    await expect(loadCorpus({ skels: prefix, maxTokens: 2 })).rejects.toThrow(/train\.skels:1: wanted at most 2 text tokens/)
    await expect(loadCorpus({ skels: prefix, maxFrames: 3, long: 'drop' })).rejects.toThrow(
      /wanted at least one clip within the limits, got none of 2/,
    )
  })
})

describe('a broken corpus', () => {
  it('is named with both files and counts where they are out of line', async () => {
    const prefix = await saved('misaligned', [clip('a', 2), clip('b', 2)])
    await writeFile(`${prefix}.text`, 'one\ntwo\nthree\n')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.text:3: wanted as many lines as .*train\.skels has \(2\), got 3/)
  })

  it('is named where the source is blank or missing', async () => {
    const prefix = await saved('blank', [clip('a', 2), clip('b', 2)])
    await writeFile(`${prefix}.text`, 'one\n \n')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.text:2: wanted a text, got a blank line/)
    await expect(loadCorpus({ skels: prefix, source: 'gloss' })).rejects.toThrow(
      /train\.gloss: wanted a line for each of 2 sequences, got no such file/,
    )
  })

  it('is named where two clips share a name', async () => {
    const prefix = await saved('twins', [clip('a', 2), clip('b', 2)])
    await writeFile(`${prefix}.files`, 'a\na\n')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.files:2: wanted names that differ, got 'a' as on line 1/)
    await expect(saveCorpus(prefix, [clip('a', 2), clip('a', 2)])).rejects.toThrow(/'a' twice/)
    await expect(saveCorpus(prefix, [clip('gr\u00fcn', 2), clip('gru\u0308n', 2)])).rejects.toThrow(/'gru\u0308n' twice/)
  })

  it('is named where nobody knows the language', async () => {
    const prefix = await saved('tongue', [clip('a', 2), clip('b', 2, { language: 'GSL' })])
    await writeFile(`${prefix}.lang`, 'ASL\n\n')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.skels:2: wanted the language/)
    expect((await loadCorpus({ skels: prefix, language: 'TSL' })).languages).toEqual(['ASL', 'TSL'])
  })

  it('is named where its manifest is of another kind', async () => {
    const prefix = await saved('other', [clip('a', 2)])
    await writeFile(`${prefix}.json`, '{"format":"other"}')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.json: wanted a signllm-corpus manifest, got a wrong 'format'/)
    await writeFile(`${prefix}.json`, '{')
    await expect(loadCorpus({ skels: prefix })).rejects.toThrow(/train\.json: wanted JSON/)
  })

  it('is not written from clips of two frame rates, or with a line break in a text', async () => {
    await expect(saveCorpus(join(folder, 'x/t'), [clip('a', 2), clip('b', 2, { fps: 30 })])).rejects.toThrow(
      /one frame rate, got 25 and 30/,
    )
    await expect(saveCorpus(join(folder, 'x/t'), [clip('a', 2, { text: 'a\nb' })])).rejects.toThrow(/line break in the text/)
  })
})

describe('nonsensical specs', () => {
  it('are refused before anything is read', async () => {
    await expect(loadCorpus({ skels: 'none', skipFrames: 0 })).rejects.toMatchObject({ code: 'ERR_CONFIG' })
    await expect(loadCorpus({ skels: 'none', fps: Number.NaN })).rejects.toMatchObject({ code: 'ERR_CONFIG' })
  })
})

describe.skipIf(!existsSync(published))('the published PHOENIX14T sample', () => {
  it('loads as 636 + 536 normalised frames', async () => {
    const [train, dev] = await Promise.all(
      ['train', 'dev'].map((split) => loadCorpus({ skels: join(published, split), language: 'GSL', source: 'gloss' })),
    )
    expect(train!.clips.map((c) => c.frames).reduce((a, b) => a + b)).toBe(636)
    expect(dev!.clips.map((c) => c.frames).reduce((a, b) => a + b)).toBe(536)
    expect(train!.clips[4]).toMatchObject({
      name: 'train/11August_2010_Wednesday_tagesschau-7',
      gloss: 'WOLKE LOCH SPEZIELL NORDWEST',
      language: 'GSL',
    })
    for (const { joints, frames } of train!.clips) {
      for (let t = 0; t < frames; t++) expect(Math.abs(shoulderWidth(joints, t) - 1 / 3)).toBeLessThan(2e-5)
    }
  })
})
