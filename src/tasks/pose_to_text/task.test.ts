// A pose-to-text run: from a file, stopped and resumed to the same bytes, refused where it would not be the same run; and what is said of its data.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { poseToTextDescription, restorePoseToText } from '../../checkpoint/pose_to_text.js'
import { nameHash } from '../../data/checksum.js'
import { Translator } from '../../infer/translator.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { trainPoseToTextRun } from '../run.js'
import { parsePoseToTextConfig } from './config.js'
import { framesNeeded, loadPoseToTextData } from './data.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-judge-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'

const runFile = (name: string, { data = synthetic, more = '' } = {}) => `
task: pose-to-text
name: ${name}
out: ${join(folder, name)}
${data}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, attentionDropout: 0.1, maxFrames: 64, maxTokens: 8 }
schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
batch: { size: 8 }
stop: { steps: 7 }
${more.includes('validate:') ? '' : 'validate: { every: 3, clips: 2 }'}
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

/** Runs a file, stopping itself after step `stopAt`; returns its events. */
async function run(name: string, { more = '', stopAt = Infinity, ...options }: { more?: string; stopAt?: number } & FolderOptions = {}) {
  const config = parsePoseToTextConfig(runFile(name, { more }), name)
  const controller = new AbortController()
  const events = []
  for await (const event of trainPoseToTextRun(await lentGpu(), config, { ...options, signal: controller.signal })) {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return events
}

/** Four frames of 50 joints with their progress, as .skels has them. */
const frames = (seed: number) =>
  Array.from({ length: 4 }, (_, t) =>
    [...Array.from({ length: 150 }, (_, j) => Math.sin(seed + t + j).toFixed(3)), (t / 3).toFixed(3)].join(' '),
  ).join(' ')

const bytes = (name: string, file: string) => readFile(join(folder, name, file))

describe('a pose-to-text run', () => {
  it('stopped in the middle of an epoch goes on to the same bytes, running statistics and augmentation too', async () => {
    const more = 'augment: { turn: 10, scale: 0.1, pace: 0.2, dropFrames: 0.1, noise: 0.01 }'
    const events = await run('whole', { more })
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['checkpoint', 'end', 'start', 'step', 'validation']))
    await run('broken', { more, stopAt: 4 })
    await run('broken', { more, resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
  })

  it('is not resumed as another', async () => {
    await expect(run('whole', { resume: true, more: 'loss: { recognition: 1 }' })).rejects.toThrow('wanted `loss` as when the run was')
  })

  it('is not resumed with clips of the same names that say something else', async () => {
    const files = join(folder, 'files')
    const write = (text: string) =>
      Promise.all(
        [
          ['text', text],
          ['files', 'a\nb\n'],
          ['skels', `${frames(1)}\n${frames(2)}\n`],
        ].map(([ending, content]) => writeFile(`${files}.${ending}`, content!)),
      )
    const config = parsePoseToTextConfig(
      runFile('files', { data: `data: [{ language: ASL, train: ${files} }]`, more: 'loss: { recognition: 0, translation: 1 }' }),
      'files',
    )
    const trained = async (resume: boolean) => {
      const stopped = new AbortController()
      for await (const event of trainPoseToTextRun(await lentGpu(), config, { resume, signal: stopped.signal }))
        if (event.kind === 'step') stopped.abort()
    }
    await write('rain sun\nsun rain\n')
    await trained(false)
    await write('sun rain\nrain sun\n')
    await expect(trained(true)).rejects.toThrow('wanted the training clips that the run was started with')
    await write('rain sun\nsun rain\n')
    await trained(true)
  })

  it('reports the joint loss as the sum of its weighted parts', async () => {
    const steps = (await run('parts', { more: 'signCl: { weight: 0.01, maxDistance: 4 }' })).filter((event) => event.kind === 'step')
    for (const { loss, recognition, translation, contrast, unaligned } of steps) {
      expect(loss).toBe(recognition + translation + contrast)
      expect([recognition > 0, translation > 0, contrast > 0, unaligned]).toEqual([true, true, true, 0])
    }
  })

  it('measures how near instances of a gloss are, where that is asked for and glosses are recognised', async () => {
    const events = await run('dense', { more: 'validate: { every: 3, density: true }' })
    const ratios = events.flatMap((event) => (event.kind === 'validation' ? [event.scalars['dev/densityRatio']] : []))
    expect(ratios.length).toBe(3)
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(0)
    expect(() =>
      parsePoseToTextConfig(runFile('dense', { more: 'validate: { density: true }\nloss: { recognition: 0 }' }), 'dense'),
    ).toThrow('wanted loss.recognition above 0, by which glosses are aligned to frames, got 0')
  })

  it.each([
    ['recognise only', 'loss: { recognition: 1, translation: 0 }', ['glosses'], 'gloss/weight', 'words/table'],
    ['translate only', 'loss: { recognition: 0, translation: 1 }', ['words'], 'words/table', 'gloss/weight'],
  ])('may %s: then it has no other half', async (name, more, vocabularies, there, lacking) => {
    const events = await run(name.replaceAll(' ', '-'), { more })
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 7 })
    const saved = await readCheckpoint(join(folder, name.replaceAll(' ', '-'), 'last.safetensors'))
    expect(Object.keys(saved.vocabularies)).toEqual(vocabularies)
    expect([saved.tensors.has(`weights/${there}`), saved.tensors.has(`weights/${lacking}`)]).toEqual([true, false])
    const { clips } = await clipsOf()
    await using model = restorePoseToText(await lentGpu(), saved)
    await using translator = new Translator(await lentGpu(), model)
    const [read] = await translator.translate(clips.slice(0, 1))
    expect([read!.words !== undefined, read!.glosses !== undefined]).toEqual([vocabularies[0] === 'words', vocabularies[0] === 'glosses'])
  })

  it('keeps which clips it was trained on, by the hashes of their names, and its vocabularies', async () => {
    const description = poseToTextDescription(await readCheckpoint(join(folder, 'whole', 'best.safetensors')))
    const { train, dev } = (await clipsOf()).data
    expect(train.every(({ name }) => description.trainedOn.includes(nameHash(name)))).toBe(true)
    expect(dev.some(({ name }) => description.trainedOn.includes(nameHash(name)))).toBe(false)
    expect(description).toMatchObject({ languages: ['ASL'], fps: 25, seed: 27, config: { numbers: 150 } })
  })
})

async function clipsOf() {
  const data = await loadPoseToTextData(parsePoseToTextConfig(runFile('clips'), 'clips'))
  return { data, clips: data.dev }
}

/** Writes a corpus of frames of `numbers` zeros and ones. */
async function corpus(name: string, numbers: number, lines: readonly { frames: number; text: string; gloss?: string }[]) {
  const prefix = join(folder, name)
  const frames = ({ frames }: { frames: number }) => Array.from({ length: frames * numbers }, (_, i) => (i * 7) % 2).join(' ')
  await writeFile(`${prefix}.skels`, `${lines.map(frames).join('\n')}\n`)
  await writeFile(`${prefix}.text`, `${lines.map(({ text }) => text).join('\n')}\n`)
  if (lines.some(({ gloss }) => gloss)) await writeFile(`${prefix}.gloss`, `${lines.map(({ gloss = '' }) => gloss).join('\n')}\n`)
  return prefix
}

const load = (data: string, more = '') => loadPoseToTextData(parsePoseToTextConfig(runFile('data', { data, more }), 'data'))

describe('the clips of a pose-to-text run', () => {
  it.each([151, 534, 384])('may have %i numbers a frame, which are read as they are', async (numbers) => {
    const prefix = await corpus(`wide-${numbers}`, numbers, [{ frames: 3, text: 'rain', gloss: 'RAIN' }])
    const { train, description } = await load(`data: [{ language: GSL, train: ${prefix}, numbers: ${numbers} }]`)
    expect(description.config.numbers).toBe(numbers)
    expect([train[0]!.frames, train[0]!.values.length, train[0]!.values[1]]).toEqual([3, 3 * numbers, 1])
  })

  it('of another count of numbers than the run file says are refused with the line', async () => {
    const prefix = await corpus('ragged', 10, [{ frames: 3, text: 'rain', gloss: 'RAIN' }])
    await expect(load(`data: [{ language: GSL, train: ${prefix}, numbers: 9 }]`)).rejects.toThrow(`${prefix}.skels:1: wanted`)
  })

  it('without a gloss are refused by name, unless nothing is recognised or the letters are', async () => {
    const prefix = await corpus('bare', 8, [{ frames: 9, text: 'rain' }])
    const data = `data: [{ language: GSL, train: ${prefix}, numbers: 8 }]`
    await expect(load(data)).rejects.toThrow('bare/1: wanted a gloss, got none. Add it to the .gloss file, or set labels: letters')
    expect((await load(data, 'labels: letters')).train[0]!.labels).toBe('r a i n')
    expect((await load(data, 'loss: { recognition: 0 }')).description.glosses).toBeUndefined()
  })

  it('with more labels than frames, and glosses nobody could learn, are told', async () => {
    const train = await corpus('short', 8, [
      { frames: 3, text: 'a b', gloss: 'A A A' },
      { frames: 9, text: 'b a', gloss: 'A B' },
    ])
    const dev = await corpus('strange', 8, [{ frames: 9, text: 'a', gloss: 'C' }])
    const { notes } = await load(`data: [{ language: GSL, train: ${train}, dev: ${dev}, numbers: 8 }]`)
    expect(notes).toEqual([
      expect.stringContaining('100 % of the labels of dev are unknown'),
      "1 of 2 train clips have more labels than frames, such as 'short/1' of 3 frames: CTC learns nothing from them",
    ])
  })

  it('over the limits of the model are refused by name', async () => {
    const prefix = await corpus('long', 8, [{ frames: 65, text: 'a', gloss: 'A' }])
    await expect(load(`data: [{ language: GSL, train: ${prefix}, numbers: 8 }]`)).rejects.toThrow(
      'long/1: wanted at most 64 frames (maxFrames), got 65',
    )
  })

  it('need a frame a label and one between two alike', () => {
    expect([framesNeeded([]), framesNeeded(['A']), framesNeeded(['A', 'A', 'B', 'B'])]).toEqual([0, 1, 6])
  })
})
