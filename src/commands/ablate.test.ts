import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import type { RewardMode } from '../tasks/text_to_pose/priority.js'
import { type AblationRun, ablate, compare, formatAblation, parseModes } from './ablate.js'

/** A run whose DTW falls as given, a validation every ten seconds. */
const run = (mode: RewardMode, seed: number, falling: readonly number[]): AblationRun => ({
  mode,
  seed,
  steps: 100 * falling.length,
  seconds: 10 * falling.length,
  points: falling.map((dtw, i) => ({ step: 100 * (i + 1), seconds: 10 * (i + 1), dtw, wristPathRatio: 0.9 })),
})

describe('compare', () => {
  const rows = compare([
    run('mse', 1, [5, 3, 2, 1]),
    run('mse', 2, [6, 4, 2, 2.5]),
    run('rl+plc', 1, [4, 1, 0.9, 0.8]),
    run('rl+plc', 2, [6, 5, 4, 3]),
  ])

  it('measures time against the mse run of the same seed, over the seeds that reached its best', () => {
    const [mse, plc] = rows
    expect(mse!.timeRatio).toMatchObject({ mean: 1, deviation: 0 })
    expect(plc!.timeRatio.mean).toBeCloseTo(20 / 40)
    expect([mse!.reached, plc!.reached]).toEqual([2, 1])
  })

  it('gives mean and spread over seeds', () => {
    expect(rows[0]!.finalDtw.mean).toBeCloseTo(1.75)
    expect(rows[0]!.bestDtw.mean).toBeCloseTo(1.5)
    expect(rows[1]!.finalDtw.deviation).toBeCloseTo(2.2 / Math.SQRT2)
  })

  it('prints a dash where nothing was reached', () => {
    const table = formatAblation(compare([run('mse', 1, [1]), run('rl', 1, [9])]))
    expect(table.split('\n')[2]).toMatch(/^rl .*- +0 of 1$/)
  })
})

it('reads modes, and names them when one is unknown', () => {
  expect(parseModes('mse, rl+plc')).toEqual(['mse', 'rl+plc'])
  expect(() => parseModes('mse,plc')).toThrow("wanted modes of mse, rl, rl+plc, plc-literal, rwr, reinforce, got 'plc'")
})

describe('ablate', () => {
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
    const run = (options = {}) => ablate(path, { modes: ['mse', 'rl'], seeds: [1], say: (line) => said.push(line), ...options })
    const kept = () => said.splice(0).filter((line) => line.includes('kept from before')).length
    try {
      await write(0.001)
      const { rows, files } = await run()
      expect(kept()).toBe(0)
      expect(rows.map(({ mode, finalDtw }) => [mode, finalDtw.mean])).toEqual([
        ['mse', rows[0]!.finalDtw.mean],
        ['rl', rows[0]!.finalDtw.mean],
      ])
      for (const file of files) expect(existsSync(file)).toBe(true)

      expect((await run()).rows).toEqual(rows)
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

      expect((await run({ overwrite: true })).rows[0]!.finalDtw).not.toEqual(rows[0]!.finalDtw)
      expect(kept()).toBe(0)

      await writeFile(join(folder, 'out', 'mse-1', 'curve.json'), '{')
      await expect(run()).rejects.toMatchObject({ code: 'ERR_DATA', message: expect.stringContaining('curve.json') })
      await expect(ablate(path, { modes: ['rl'], seeds: [1] })).rejects.toThrow('wanted mse among the modes')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
