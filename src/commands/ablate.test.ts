import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { ablate, varied } from './ablate.js'
import { type AblationRun, compare } from './ablation.js'
import { formatAblation } from './ablation_table.js'

/** A run whose score falls as given, a validation every ten seconds. */
const run = (variant: string, seed: number, falling: readonly number[]): AblationRun => ({
  variant,
  seed,
  steps: 100 * falling.length,
  seconds: 10 * falling.length,
  points: falling.map((score, i) => ({ step: 100 * (i + 1), seconds: 10 * (i + 1), score, scalars: { wristPathRatio: 0.9 } })),
})

describe('compare', () => {
  const rows = compare(
    [run('mse', 1, [5, 3, 2, 1]), run('mse', 2, [6, 4, 2, 2.5]), run('rl+plc', 1, [4, 1, 0.9, 0.8]), run('rl+plc', 2, [6, 5, 4, 3])],
    'mse',
  )

  it('measures time against the mse run of the same seed, over the seeds that reached its best', () => {
    const [mse, plc] = rows
    expect(mse!.timeRatio).toMatchObject({ mean: 1, deviation: 0 })
    expect(plc!.timeRatio.mean).toBeCloseTo(20 / 40)
    expect([mse!.reached, plc!.reached]).toEqual([2, 1])
  })

  it('gives mean and spread over seeds', () => {
    expect(rows[0]!.finalScore.mean).toBeCloseTo(1.75)
    expect(rows[0]!.bestScore.mean).toBeCloseTo(1.5)
    expect(rows[1]!.finalScore.deviation).toBeCloseTo(2.2 / Math.SQRT2)
  })

  it('prints a dash where nothing was reached', () => {
    const table = formatAblation(compare([run('mse', 1, [1]), run('rl', 1, [9])], 'mse'), { scoreName: 'DTW', reference: 'mse' })
    expect(table.split('\n')[2]).toMatch(/^rl .*- +0 of 1$/)
  })
})

it('reads what is varied', () => {
  expect(varied({ modes: 'mse, rl+plc' })).toEqual({ values: ['mse', 'rl+plc'] })
  expect(varied({ vary: 'model.width = 16,32' })).toEqual({ vary: { key: 'model.width', values: ['16', '32'] } })
  for (const vary of ['model.width', 'model.width=', '=1', 'model.width=16,,32', 'model.width=16,16']) {
    expect(() => varied({ vary })).toThrow(`wanted a key and its values, such as learning.mode=mse,rl, got '${vary}'`)
  }
})

describe('ablate', () => {
  it.each(['seed=1,2', 'out=a,b', 'name=a,b', 'adapter=gpu,software', 'task=text-to-pose,text-to-gloss'])(
    'refuses to vary what is the same for all of its runs: %s',
    async (vary) => {
      const path = join(await mkdtemp(join(tmpdir(), 'signllm-ablate-')), 'run.yaml')
      await writeFile(path, 'name: t\ndata: [{ synthetic: { languages: [ASL] } }]\n')
      await expect(ablate(path, { ...varied({ vary }), seeds: [1] })).rejects.toMatchObject({
        code: 'ERR_USAGE',
        message: expect.stringContaining(`wanted a key of the training itself, got '${vary.split('=')[0]}', which is the same`),
      })
    },
  )

  it('keeps runs that are done, throws none away unasked that the run file changes, and compares rl with mse to the bit', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-ablate-'))
    const path = join(folder, 'run.yaml')
    const write = (rate: number) =>
      writeFile(
        path,
        `name: tiny
out: ${join(folder, 'out')}
data:
  - synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] }
  - { language: GSL, train: ${join(folder, 'train')} }
model: { width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
optimiser: { rate: ${rate} }
stop: { steps: 4 }
validate: { every: 2, clips: 2 }
log: { tensorboard: false }
`,
      )
    await saveCorpus(
      join(folder, 'train'),
      syntheticCorpus({ languages: ['GSL'], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] }).train,
    )
    const said: string[] = []
    const run = (options = {}) => ablate(path, { values: ['mse', 'rl'], seeds: [1], say: (line) => said.push(line), ...options })
    const kept = () => said.splice(0).filter((line) => line.includes('kept from an earlier run')).length
    try {
      await write(0.001)
      const { rows, files } = await run()
      expect(kept()).toBe(0)
      expect(rows.map(({ variant, finalScore }) => [variant, finalScore.mean])).toEqual([
        ['mse', rows[0]!.finalScore.mean],
        ['rl', rows[0]!.finalScore.mean],
      ])
      for (const file of files) expect(existsSync(file)).toBe(true)

      expect((await run()).rows).toEqual(rows)
      expect(kept()).toBe(2)
      // A curve that an earlier version kept has the names it had then.
      const file = join(folder, 'out', 'rl-1', 'curve.json')
      const { points, ...rest } = JSON.parse(await readFile(file, 'utf8'))
      const older = points.map(({ step, seconds, score }: { step: number; seconds: number; score: number }) => ({
        ...{ step, seconds, dtw: score },
        wristPathRatio: 0.5,
      }))
      await writeFile(file, JSON.stringify({ ...rest, points: older }))
      const [, rl] = (await run()).rows
      expect([rl!.finalScore.mean, rl!.scalars.wristPathRatio!.mean]).toEqual([rows[1]!.finalScore.mean, 0.5])
      expect(kept()).toBe(2)

      await write(0.002)
      const curve = await readFile(join(folder, 'out', 'mse-1', 'curve.json'), 'utf8')
      await expect(run()).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringMatching(/mse-1: .*another run.*--overwrite/) })
      // The folder of a mode that comes later is looked at before any work.
      await rename(join(folder, 'out', 'mse-1'), join(folder, 'out', 'mse-1-away'))
      await expect(run()).rejects.toThrow(/rl-1: .*another run/)
      expect(said.splice(0)).toEqual([])
      await rename(join(folder, 'out', 'mse-1-away'), join(folder, 'out', 'mse-1'))
      expect(await readFile(join(folder, 'out', 'mse-1', 'curve.json'), 'utf8')).toBe(curve)

      expect((await run({ overwrite: true })).rows[0]!.finalScore).not.toEqual(rows[0]!.finalScore)
      expect(kept()).toBe(0)

      await writeFile(join(folder, 'out', 'mse-1', 'curve.json'), '{')
      await expect(run()).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringContaining('curve.json') })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('varies any key of a run of any task, and refuses what the key cannot have before any work', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-ablate-'))
    const path = join(folder, 'run.yaml')
    await writeFile(
      path,
      `task: text-to-gloss
name: glosses
out: ${join(folder, 'out')}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 30, words: 6, wordsPerSentence: [1, 3] } }]
model: { width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1 }
stop: { steps: 4 }
validate: { every: 4, sentences: 2 }
log: { tensorboard: false }
`,
    )
    const said: string[] = []
    const say = (line: string) => said.push(line)
    const run = (vary?: string) => ablate(path, { ...varied(vary === undefined ? {} : { vary }), seeds: [1], say })
    try {
      const { rows, reference, scoreName } = await run('model.width=16,32')
      expect(rows.map(({ variant }) => variant)).toEqual(['model.width=16', 'model.width=32'])
      expect([reference, scoreName]).toEqual(['model.width=16', '200 - BLEU-4 - ROUGE-L'])
      expect(Object.keys(rows[0]!.scalars)).toContain('bleu4')
      expect(await readFile(join(folder, 'out', 'model.width=32-1', 'config.yaml'), 'utf8')).toMatch(/^ +width: 32$/m)

      expect((await run('model.width=16,32')).rows).toEqual(rows)
      expect(said.filter((line) => line.endsWith('kept from an earlier run'))).toHaveLength(2)

      const refused = (message: string | RegExp) => ({ code: 'ERR_USAGE', message: expect.stringMatching(message) })
      await expect(run()).rejects.toMatchObject(refused('wanted --vary for a run of task text-to-gloss, got none'))
      await expect(run('model.width=16,wide')).rejects.toMatchObject(refused(/`model.width` can have, got 'wide': .*number/))
      await expect(run('learning.mode=rl')).rejects.toMatchObject(refused("wanted a key of the run file, got 'learning.mode'"))
      await expect(run('model.width=[16')).rejects.toMatchObject(refused(/wanted values in YAML, got '\[16': Flow sequence/))
      await expect(run('model.__proto__=1')).rejects.toMatchObject(refused(/__proto__/))
      await expect(run('optimiser.rate=1e-3,0.001')).rejects.toMatchObject(refused(/values that differ, got 'optimiser.rate=1e-3' and/))
      await expect(run('model.wide=16')).rejects.toMatchObject(refused(/model\.wide/))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
