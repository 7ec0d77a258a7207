import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { toDwpose } from '../motion/layout/to_dwpose.js'
import { silent } from './clips.testing.js'
import { evalCommand } from './eval.js'
import { judgeTrain } from './judge_train.js'
import { judgeTranslate } from './judge_translate.js'
import { scoreMotion } from './score_motion.js'
import { train } from './train.js'

let folder: string
const at = (...names: string[]) => join(folder, ...names)
const built = 'synthetic: { languages: [GSL], clipsPerLanguage: 24, words: 8 }'
const clips = syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 24, words: 8 })
const quiet = { stream: silent } as const

/** A run file of a few steps. */
async function runFile(name: string, lines: readonly string[]): Promise<string> {
  const path = at(`${name}.yaml`)
  await writeFile(path, [`name: ${name}`, `out: ${at(name)}`, `data: [{ ${built} }]`, 'stop: { steps: 2 }', ...lines].join('\n'))
  return path
}
const sizes = 'width: 16, heads: 2, hidden: 32'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-layouts-'))
  await train(await runFile('points', [`model: { layout: dwpose-128, ${sizes}, maxFrames: 64, maxTokens: 8 }`]), quiet)
  const judge = (layout: string) => [
    'task: pose-to-text',
    `model: { layout: ${layout}, ${sizes}, maxFrames: 64, maxTokens: 8 }`,
    'augment: { tilt: 4, mirror: 0.5 }',
  ]
  await judgeTrain(await runFile('judge', judge('dwpose-128')), quiet)
  await judgeTrain(await runFile('joints-judge', judge('skeleton-50')), quiet)
  await saveCorpus(
    at('seen'),
    clips.dev.map((clip) => toDwpose(clip)),
  )
  await saveCorpus(at('joints'), clips.dev)
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const judgeOf = (name: string) => [at(name, 'best.safetensors')]

describe('a model of DWPose’s points', () => {
  it('is judged by one that reads these, and gated by parts of the body', async () => {
    const { report, failed } = await evalCommand(at('points', 'best.safetensors'), {
      ...quiet,
      judge: judgeOf('judge'),
      out: at('eval'),
      gateParts: { body: -100, face: 0 },
    })
    expect(report.systems.map(({ name }) => name)).toContain('mean pose')
    const [generated, truth] = report.systems.map(({ motion }) => motion)
    expect(Object.keys(generated!.parts)).toEqual(['body', 'left hand', 'right hand', 'face'])
    expect([truth!.normalisedDtw, truth!.parts.body, truth!.parts.face]).toEqual([0, 0, null])
    expect(report.signatures.motion.normalisedDtw).toContain('layout:dwpose-128')
    // The built-in signer has no face in a picture.
    expect(report.parts.map(({ part }) => part)).toEqual(['body', 'hands'])
    expect(failed).toEqual(['wanted at least 0 of the face, got no score'])
    expect(await readFile(at('eval', 'report.html'), 'utf8')).toContain('bones: body')
  })

  it('is not judged by one that reads 50 joints', async () => {
    const judged = evalCommand(at('points', 'best.safetensors'), { ...quiet, judge: judgeOf('joints-judge'), out: at('other') })
    await expect(judged).rejects.toThrow(
      'wanted a motion of skeleton-50, which the judge reads, got one of dwpose-128. Judge with one trained on dwpose-128',
    )
  })
})

describe('motions made elsewhere', () => {
  it('are brought to the layout of the clips that they are evaluated beside', async () => {
    const { report } = await evalCommand(undefined, {
      ...quiet,
      motions: at('joints'),
      data: [at('seen')],
      judge: judgeOf('judge'),
      out: at('made'),
      lang: 'GSL',
    })
    expect(report.systems[0]!.motion.normalisedDtw).toBeLessThan(1e-4)
  })

  it('are read in the layout of the judge', async () => {
    const { clips: read } = await judgeTranslate(judgeOf('judge')[0]!, at('joints'), quiet)
    expect(read.map(({ name }) => name)).toEqual(clips.dev.map(({ name }) => name))
  })

  it('are scored in their own layout, and of two layouts in one, by the points that both have', async () => {
    const score = (hypotheses: string, references: string) =>
      scoreMotion({ ...quiet, hypotheses: at(hypotheses), references: at(references), train: at('joints') })
    const own = await score('seen', 'seen')
    const mixed = await score('joints', 'seen')
    for (const { rows, signatures } of [own, mixed]) {
      expect(rows[0]!.normalisedDtw).toBeLessThan(1e-4)
      expect(signatures.normalisedDtw).toContain('points:of-50-joints')
    }
    expect(mixed.notes).toContain('motions of skeleton-50 and dwpose-128 are compared in dwpose-128, by the points of the 50 joints')
    expect(mixed.nearestTraining!.hypotheses.copied).toBe(clips.dev.length)
    const alone = await scoreMotion({ ...quiet, hypotheses: at('seen'), references: at('seen') })
    expect(alone.signatures.normalisedDtw).toContain('points:body-and-hands')
    expect(alone.notes).toHaveLength(1)
  })
})
