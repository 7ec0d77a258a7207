import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveCheckpoint, savePoseCheckpoint } from '../checkpoint/file.js'
import { poseToTextContent } from '../checkpoint/pose_to_text.js'
import { signllm } from '../cli.testing.js'
import { loadCorpus } from '../data/corpus/corpus.js'
import { saveCorpus } from '../data/corpus/save.js'
import { madeUpClips, nearestMeanJudge } from '../judge/judge.testing.js'
import { tinyJudge, tinyModel, words } from '../model/tiny_models.testing.js'
import { openGpu } from '../platform/node/open.js'
import { silent } from './clips.testing.js'
import { type EvalCommandOptions, evalCommand } from './eval.js'

let folder: string
let model: string
const at = (...names: string[]) => join(folder, ...names)
const [rain, sun, snow, wind] = words as [string, string, string, string]
const texts = [
  `${rain} ${sun} ${snow} ${wind}`,
  `${sun} ${wind} ${rain} ${sun}`,
  `${snow} ${snow} ${sun} ${rain} ${wind}`,
  `${wind} ${sun}`,
]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-eval-'))
  await mkdir(at('run'))
  model = at('run', 'best.safetensors')
  const { gpu } = await openGpu()
  await savePoseCheckpoint(model, tinyModel(gpu))
  await gpu.destroy()
  await saveCorpus(at('corpus', 'train'), madeUpClips([...texts, `${rain} ${snow}`, wind], { split: 'train' }))
  await saveCorpus(at('corpus', 'test'), madeUpClips(texts))
  await saveCorpus(at('made'), madeUpClips(texts, { noise: 0.03 }).reverse())
  await writeFile(
    at('run', 'config.yaml'),
    `name: x\ndata: [{ language: ASL, train: ${at('corpus', 'train')}, test: ${at('corpus', 'test')} }]\n`,
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Judges named by their seeds, which have learned from the training split. */
const open: EvalCommandOptions['open'] = async (_, path) =>
  nearestMeanJudge((await loadCorpus({ skels: at('corpus', 'train') })).clips, { seed: Number(path) })
const options = (out: string, changes: Partial<EvalCommandOptions> = {}): EvalCommandOptions => ({
  judge: ['1', '2', '3'],
  out: at(out),
  stream: silent,
  open,
  ...changes,
})

describe('signllm eval', () => {
  it('generates the test split of the run file beside the model, and writes what was read in it', async () => {
    const lines: string[] = []
    const stream = { write: (text: string) => lines.push(text) }
    const { report, files, passed } = await evalCommand(model, options('first', { json: true, stream, version: '1.2.3' }))
    expect(files).toEqual([at('first', 'report.html'), at('first', 'eval.json')])
    expect((await readdir(at('first'))).sort()).toEqual(['eval.json', 'report.html'])
    expect(JSON.parse(await readFile(at('first', 'eval.json'), 'utf8'))).toEqual(JSON.parse(JSON.stringify(report)))
    expect(await readFile(at('first', 'report.html'), 'utf8')).toContain('<iframe title="The worst clips, then the best"')
    expect([report.clipCount, report.systems.length, report.judges.length, passed]).toEqual([4, 6, 3, true])
    const truth = report.systems.find(({ name }) => name === 'ground truth')!
    expect(truth.text.wer!.mean).toBeLessThan(report.systems.find(({ name }) => name === 'generated')!.text.wer!.mean)
    expect(report.provenance.versions.signllm).toBe('1.2.3')
    expect(lines.join('')).toMatch(/"done":4,/)
  })

  it('tells where its numbers come from without a path of this machine', async () => {
    const { report } = await evalCommand(model, options('second', { limit: 2, seed: 5 }))
    expect(report.clipCount).toBe(2)
    expect(report.provenance.command).toBe('signllm eval best.safetensors --judge 1 --judge 2 --judge 3 --limit 2 --seed 5')
    expect(report.provenance.files.map(({ name }) => name)).toEqual([
      'best.safetensors',
      'test.skels',
      'test.text',
      'train.skels',
      'train.text',
    ])
    expect(JSON.stringify(report)).not.toContain(folder)
  })

  it('gives the same bytes again', async () => {
    const bytes = async (name: string) => {
      await evalCommand(model, options(name))
      return [await readFile(at(name, 'eval.json'), 'utf8'), await readFile(at(name, 'report.html'), 'utf8')]
    }
    expect(await bytes('once')).toEqual(await bytes('twice'))
  })

  it('takes motions made elsewhere, by the names of the clips or in their order', async () => {
    const named = await evalCommand(undefined, options('named', { motions: at('made'), data: [at('corpus')] }))
    const made = named.report.systems[0]!
    expect([made.name, made.text.wer!.mean, made.motion.dtwMje! < 0.2]).toEqual(['generated', 0, true])
    expect(named.report.warnings.join('\n')).not.toContain('in their order')

    await saveCorpus(at('unnamed'), madeUpClips(texts, { split: 'elsewhere', noise: 0.03 }))
    const inOrder = await evalCommand(undefined, options('ordered', { motions: at('unnamed'), data: [at('corpus', 'test')] }))
    expect(inOrder.report.systems[0]!.text.wer!.mean).toBe(0)
    expect(inOrder.report.warnings).toContain('motions of unnamed are not named as the clips, and were taken in their order')

    await saveCorpus(at('fewer'), madeUpClips(texts.slice(1), { split: 'elsewhere' }))
    await expect(evalCommand(undefined, options('none', { motions: at('fewer'), data: [at('corpus')] }))).rejects.toThrow(
      "fewer: wanted a motion for each of 4 clips, got 3, without 'test/ASL_0'",
    )
  })

  it('brings motions to the rate of the clips, and says so', async () => {
    const slow = madeUpClips(texts).map((clip) => ({
      ...clip,
      frames: clip.frames / 2,
      joints: clip.joints.slice(0, clip.joints.length / 2),
      fps: 12.5,
    }))
    await saveCorpus(at('slow'), slow)
    const { report } = await evalCommand(undefined, options('rates', { motions: at('slow'), data: [at('corpus')] }))
    expect(report.warnings).toContain('motions of 12.5 frames per second were brought to the 25 of the clips')
    expect(report.systems[0]!.motion.durationRatio).toBeGreaterThan(0.9)
  })

  it('looks at the judges alone without either', async () => {
    const { report } = await evalCommand(undefined, options('alone', { data: [at('corpus')] }))
    expect(report.systems[0]!.name).toBe('ground truth')
    expect(report.warnings).toContain('nothing was generated: these are the ceiling and the floor of the judges alone')
  })

  it('leaves out what the model cannot read, and says so', async () => {
    await saveCorpus(at('odd', 'test'), madeUpClips([texts[0]!, '…', Array(30).fill(rain).join(' ')]))
    const { report } = await evalCommand(model, options('odd-eval', { data: [at('odd')] }))
    expect(report.clipCount).toBe(1)
    expect(report.warnings.join('\n')).toContain(
      "2 sentences of 3 that the model cannot read, without a word or too long ('test/ASL_1', 'test/ASL_2')",
    )
  })

  it('lets a gate decide by the worst class', async () => {
    const gated = async (gate: number) => (await evalCommand(model, options('gated', { gate }))).passed
    expect([await gated(0.99), await gated(-5)]).toEqual([false, true])
  })

  it('leaves nothing where it is stopped', async () => {
    const controller = new AbortController()
    const stream = { write: () => controller.abort(new Error('enough')) }
    await expect(evalCommand(model, options('stopped', { stream, json: true, signal: controller.signal }))).rejects.toThrow('enough')
    await expect(readdir(at('stopped'))).rejects.toThrow('ENOENT')
  })

  it('writes both files or none', async () => {
    await mkdir(at('blocked', 'eval.json'), { recursive: true })
    await expect(evalCommand(model, options('blocked'))).rejects.toThrow('eval.json')
    expect(await readdir(at('blocked'))).toEqual(['eval.json'])
  })

  it('refuses what it cannot evaluate', async () => {
    const refused = (changes: Partial<EvalCommandOptions>, which: string | undefined = model) =>
      expect(evalCommand(which, options('no', changes))).rejects
    await refused({ motions: at('made') }).toThrow('eval: wanted a model or --motions, got both')
    await copyFile(model, at('elsewhere.safetensors'))
    await refused({}, at('elsewhere.safetensors')).toThrow(
      'wanted data to evaluate on, got none, and no config.yaml beside elsewhere.safetensors',
    )
    await refused({ split: 'dev' }).toThrow('config.yaml: wanted a dev split of ASL, got none')
    await refused({ data: [at('nowhere')] }).toThrow('wanted a run file, a corpus or a folder with test.skels')
    await saveCorpus(at('german', 'test'), madeUpClips(texts, { language: 'GSL' }))
    await refused({ data: [at('german')] }).toThrow('wanted a clip of ASL, which')
  })

  it('signs glosses with the clean-up that was asked for', async () => {
    const { report } = await evalCommand(undefined, options('cleaned', { data: [at('corpus')], cleanUp: 'phoenix-2014t' }))
    expect(report.signatures.text.glossWer).toContain('clean:phoenix-2014t')
    expect(report.provenance.command).toContain('--clean-up phoenix-2014t')
  })

  it('is a command, with the exit status of what is wrong', async () => {
    const help = await signllm('eval', '--help')
    expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('--judge <file>')])
    const none = await signllm('eval', model)
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('wanted the checkpoint of a judge, got none')])
    const judge = await signllm('eval', model, '--judge', model, '--out', at('cli'))
    expect([judge.status, judge.stderr]).toEqual([4, expect.stringContaining('wanted a pose-to-text model, got a text-to-pose model')])
  })

  it('reads the run file of a judge too, and says of a judge where a model is wanted what it is', async () => {
    const split = `language: ASL, train: ${at('corpus', 'train')}, test: ${at('corpus', 'test')}`
    await writeFile(at('judge.yaml'), `task: pose-to-text\nname: j\ndata: [{ ${split} }]\n`)
    const { report } = await evalCommand(undefined, options('own', { data: [at('judge.yaml')] }))
    expect([report.clipCount, report.systems[0]!.name]).toEqual([4, 'ground truth'])
    const judge = at('mistaken.safetensors')
    const { gpu } = await openGpu()
    await saveCheckpoint(judge, await poseToTextContent(tinyJudge(gpu)))
    await gpu.destroy()
    await expect(evalCommand(judge, options('mistaken', { data: [at('gloss.yaml')], judge: [] }))).rejects.toThrow(
      'wanted a text-to-pose model, got a pose-to-text model. It is a pose-to-text model: pass it as --model to signllm translate',
    )
    await writeFile(at('gloss.yaml'), `task: text-to-gloss\nname: g\ndata: [{ ${split} }]\n`)
    await expect(evalCommand(undefined, options('gloss', { data: [at('gloss.yaml')] }))).rejects.toThrow(
      'wanted a run of task text-to-pose or pose-to-text, got text-to-gloss',
    )
  })

  it('is judge report where only judges are looked at, with the same options', async () => {
    const judge = at('run', 'judge.safetensors')
    const { gpu } = await openGpu()
    await saveCheckpoint(judge, await poseToTextContent(tinyJudge(gpu)))
    await gpu.destroy()
    const args = ['judge', 'report', judge, '--data', at('corpus'), '--limit', '2', '--clean-up', 'phoenix-2014t', '--seed', '3']
    const { status, stdout, stderr } = await signllm('--json', ...args)
    expect(status, stderr).toBe(0)
    const report = JSON.parse(stdout)
    expect([report.clipCount, report.seed, report.glossCleanUp]).toEqual([2, 3, 'phoenix-2014t'])
    expect(report.systems[0].name).toBe('ground truth')
    expect((await readdir(at('run', 'eval'))).sort()).toEqual(['eval.json', 'report.html'])
    const none = await signllm('judge', 'report', '--data', at('corpus'))
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("missing required argument 'judges'")])
  })
})
