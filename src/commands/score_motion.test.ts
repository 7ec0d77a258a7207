import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { signllm } from '../cli.testing.js'
import { saveCorpus } from '../data/corpus/save.js'
import { resampleMotion } from '../data/motion_resample.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { motionHdf5Writer } from '../formats/hdf5/motions.js'
import type { Clip } from '../motion/clip.js'
import { saveMotion } from '../outputs/save.js'
import { silent } from './clips.testing.js'
import { formatScoreMotion, type ScoreMotionOptions, scoreMotion } from './score_motion.js'

const folder = await mkdtemp(join(tmpdir(), 'score-'))
afterAll(() => rm(folder, { recursive: true }))
const { train, dev } = syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 40 })
const clips = train.slice(0, 4).map((clip, i) => ({ ...clip, name: `clip${i}` }))
let made = 0
const at = (name: string): string => join(folder, `${name}${++made}`)

/** A corpus of these clips, and its prefix. */
async function corpus(of: readonly Clip[], prefix = at('corpus')): Promise<string> {
  await saveCorpus(prefix, of)
  return prefix
}
async function withoutNames(of: readonly Clip[]): Promise<string> {
  const prefix = await corpus(of)
  await rm(`${prefix}.files`)
  return prefix
}
async function hdf5(of: readonly Clip[]): Promise<string> {
  const path = `${at('motions')}.h5`
  const writer = await motionHdf5Writer(path)
  for (const clip of of) await writer.add(clip)
  await writer.close()
  return path
}
const score = (hypotheses: string, references: string, options: Partial<ScoreMotionOptions> = {}) =>
  scoreMotion({ hypotheses, references, stream: silent, ...options })
const references = await corpus(clips)

describe('scoreMotion', () => {
  it('pairs by name across formats and orders, and finds the references perfect', async () => {
    const poses = at('poses')
    await mkdir(poses)
    for (const clip of clips) await saveMotion(join(poses, `${clip.name}.npz`), clip, { text: clip.text, language: clip.language })
    for (const path of [await corpus(clips.toReversed()), await hdf5(clips.toReversed()), poses]) {
      const summary = await score(path, references)
      expect(summary).toMatchObject({ clips: 4, pairedBy: 'name', notes: ['4 clips paired by name'] })
      const [first, ...rest] = summary.rows
      expect(first!.clips.map(({ name }) => name)).toEqual(clips.map(({ name }) => name))
      expect(first!.normalisedDtw).toBeLessThan(1e-3)
      expect(first!.totalDistance).toBeCloseTo(1, 3)
      expect(rest.map(({ name }) => name)).toEqual(['still pose', 'another reference', 'references'])
    }
  })

  it('knows motions without words by their .files', async () => {
    const path = await corpus(clips.toReversed())
    await rm(`${path}.text`)
    expect(await score(path, references)).toMatchObject({
      pairedBy: 'name',
      rows: [{ clips: clips.map(({ name }) => ({ name })) }, {}, {}, {}],
    })
    await writeFile(`${path}.files`, 'clip3\nclip2\n')
    await expect(score(path, references)).rejects.toThrow(`${path}.files:2: wanted as many lines as ${path}.skels has (4), got 2`)
  })

  it('pairs by order where a corpus has no names, and says so', async () => {
    const summary = await score(await withoutNames(clips), references)
    expect(summary).toMatchObject({ pairedBy: 'order', notes: ['4 clips paired by order'] })
    expect(summary.rows[0]!.normalisedDtw).toBeLessThan(1e-3)
    const turned = await score(await withoutNames(clips.toReversed()), references)
    expect(turned.rows[0]!.normalisedDtw).toBeGreaterThan(0.1)
    const asked = await score(await corpus(clips.toReversed()), references, { pair: 'order' })
    expect(asked.notes).toEqual(["4 clips paired by order, the first of them 'clip3' with 'clip0'"])
  })

  it('leaves no clip out of a score', async () => {
    await expect(score(await corpus(clips.slice(1)), references)).rejects.toThrow("got none for 1 reference ('clip0')")
    await expect(score(await withoutNames(clips.slice(1)), references)).rejects.toThrow('wanted 4 clips as in')
    const empty = `${at('broken')}.skels`
    await writeFile(empty, '\n')
    await expect(score(empty, references)).rejects.toMatchObject({ code: 'ERR_DATA' })
    const poses = at('poses')
    await mkdir(poses)
    await saveMotion(join(poses, 'clip0.npz'), clips[0]!, { text: '', language: 'GSL' })
    await writeFile(join(poses, 'clip1.npz'), 'no archive')
    await expect(score(poses, await corpus(clips.slice(0, 2)))).rejects.toThrow('clip1.npz')
    await expect(score(join(folder, 'nothing'), references)).rejects.toThrow('got nothing at that path')
  })

  it('brings hypotheses to the rate of their references, and says so', async () => {
    const summary = await score(await hdf5(clips.map((clip) => resampleMotion(clip, 50))), references)
    expect(summary.notes).toContain('4 hypotheses resampled from 50 to 25 frames per second, as their references have')
    expect(summary.rows[0]!.normalisedDtw).toBeLessThan(0.01)
    expect(summary.rows[0]!.durationRatio).toBeCloseTo(1, 1)
    expect(summary.signatures.dtwMje).toContain('|fps:25|')
  })

  it('takes the split of a folder, and that of a corpus whose names say it', async () => {
    const root = at('splits')
    await mkdir(root)
    for (const [name, of] of [['test', clips.slice(0, 2)], ['train', clips.slice(2)]] as const) await corpus(of, join(root, name)) // biome-ignore format: one line reads better
    const mixed = await corpus(clips.map((clip, i) => ({ ...clip, name: i < 2 ? `test/${clip.name}` : `train/${clip.name}` })))
    const summary = await score(root, mixed, { split: 'test', pair: 'order' })
    expect(summary).toMatchObject({ clips: 2, hypotheses: join(root, 'test'), references: mixed })
    const plain = await corpus(clips.slice(0, 2))
    expect((await score(plain, root, { split: 'test' })).notes).toContain(`${plain}: has no split 'test', so all of its clips are taken`)
    await expect(score(plain, plain, { split: 'dev' })).rejects.toThrow("wanted a split 'dev' in either input")
  })

  it('refuses motions without depth beside motions with it', async () => {
    const flat = clips.map((clip) => ({ ...clip, joints: clip.joints.map((value, i) => (i % 3 === 2 ? 0 : value)) }))
    const path = await corpus(flat)
    await expect(score(path, references)).rejects.toThrow(`${path}: wanted both inputs with depth, or both without, got 4 clips without`)
    await expect(score(references, path)).rejects.toThrow(`${path}: wanted both inputs with depth`)
    expect((await score(path, path)).clips).toBe(4)
  })

  it('finds copies of training clips', async () => {
    const summary = await score(references, await corpus(dev.slice(0, 4)), { pair: 'order', train: await corpus(train) })
    expect(summary.nearestTraining).toMatchObject({ hypotheses: { copied: 4 }, references: { copied: 0 } })
  })

  it('uses fastdtw where asked, and the signature tells', async () => {
    const noised = clips.map((clip) => ({ ...clip, joints: clip.joints.map((value, i) => value + 0.05 * Math.sin(i * 0.7)) }))
    const path = await hdf5(noised)
    const [exact, fast] = [await score(path, references), await score(path, references, { fastdtw: true })]
    expect(exact.signatures.dtwMje).toContain('align:exact')
    expect(fast.signatures.dtwMje).toContain('align:fastdtw')
    expect(fast.rows[0]!.normalisedDtw).toBe(exact.rows[0]!.normalisedDtw)
  })

  it('is printed with its notes, its baselines and its signatures, and is JSON without loss but for what is no number', async () => {
    const summary = await score(await corpus(clips.toReversed()), references)
    const text = formatScoreMotion(summary)
    for (const part of [`beside ${references}`, '  4 clips paired by name', 'still pose', 'another reference', 'dtw-mje|align:exact'])
      expect(text).toContain(part)
    const read = JSON.parse(JSON.stringify(summary)) as typeof summary
    expect(read.rows[0]!.normalisedDtw).toBe(summary.rows[0]!.normalisedDtw)
    expect(read.rows[1]!.repetition).toBeNull()
  })

  it('stops where it is told to', async () => {
    await expect(score(references, references, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})

describe('signllm score --motion', () => {
  it('prints the scores with their notes and signatures, or JSON', async () => {
    const made = await corpus(clips.toReversed())
    const told = await signllm('score', '--motion', made, references, '--train', references, '--fastdtw')
    expect(told, told.stderr).toMatchObject({ status: 0 })
    for (const part of ['4 clips paired by name', 'hypotheses', '(4 of 4 copied)', 'dtw-mje|align:fastdtw|'])
      expect(told.stdout).toContain(part)
    const { status, stdout } = await signllm('--json', 'score', '--motion', made, references, '--pair', 'order')
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ clips: 4, pairedBy: 'order' })])
  })

  it('takes a split of either input', async () => {
    const parts = at('parts')
    await mkdir(parts)
    await corpus(clips.slice(0, 2), join(parts, 'test'))
    const { status, stdout, stderr } = await signllm('--json', 'score', '--motion', parts, parts, '--split', 'test')
    expect([status, stderr, JSON.parse(stdout).clips]).toEqual([0, expect.anything(), 2])
  })

  it('has no options of text, which has none of its', async () => {
    const text = await signllm('score', '--motion', references, references, '--metrics', 'bleu')
    expect([text.status, text.stderr]).toEqual([2, expect.stringContaining("'--metrics <names>' cannot be used with option '--motion'")])
    const motion = await signllm('score', references, references, '--train', references)
    expect([motion.status, motion.stderr]).toEqual([2, expect.stringContaining('wanted --train with --motion, got it alone')])
  })
})
