// A pseudo-gloss run: from a file, stopped and resumed to the same bytes, refused where it would not be the same run; and what is said of its data.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { pseudoGlossContent, pseudoGlossDescription, restorePseudoGloss } from '../../checkpoint/pseudo_gloss.js'
import { nameHash } from '../../data/checksum.js'
import { PseudoGlossReader } from '../../infer/pseudo_gloss_reader.js'
import { VECTORS } from '../../model/pseudo_gloss.js'
import { planTraining } from '../../profile/plan.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { taskRun } from '../../train/task.js'
import { trainPseudoGlossRun } from '../run.js'
import { parsePseudoGlossConfig } from './config.js'
import { loadPseudoGlossData } from './data.js'
import { loadPseudoGlossTraining, pseudoGloss } from './task.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-pseudo-gloss-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = 'data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'

const runFile = (name: string, { data = synthetic, more = 'items: words' } = {}) => `
task: pseudo-gloss
name: ${name}
out: ${join(folder, name)}
${data}
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], window: 5, dropPath: 0.2, maxFrames: 64 }
vectors: { width: 22 }
schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
batch: { size: 8 }
stop: { steps: 7 }
validate: { every: 3, clips: 2 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

/** Runs a file, stopping itself after step `stopAt`; returns its events. */
async function run(name: string, { more, stopAt = Infinity, ...options }: { more?: string; stopAt?: number } & FolderOptions = {}) {
  const config = parsePseudoGlossConfig(runFile(name, more === undefined ? {} : { more }), name)
  const controller = new AbortController()
  const events = []
  for await (const event of trainPseudoGlossRun(await lentGpu(), config, { ...options, signal: controller.signal })) {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return events
}

const bytes = (name: string, file: string) => readFile(join(folder, name, file))
const load = (data: string, more = 'items: words') => loadPseudoGlossData(parsePseudoGlossConfig(runFile('data', { data, more }), 'data'))

describe('a pseudo-gloss run', () => {
  it('stopped in the middle of an epoch goes on to the same bytes, augmentation and dropped branches too', async () => {
    const more = 'items: words\naugment: { pace: 0.2, noise: 0.01 }'
    const events = await run('whole', { more })
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['checkpoint', 'end', 'start', 'step', 'validation']))
    await run('broken', { more, stopAt: 4 })
    await run('broken', { more, resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
  })

  it('is not resumed as another', async () => {
    const more = 'items: words\naugment: { pace: 0.2, noise: 0.01 }\nloss: { weight: 1 }'
    await expect(run('whole', { resume: true, more })).rejects.toThrow('wanted `loss` as when the run was')
  })

  it('may see all of a clip, at its full rate and without places, and take a batch in passes', async () => {
    const model =
      'model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], attention: global, downSample: false, positions: false, maxFrames: 64 }'
    const file = runFile('switched')
      .replace(/^model:.*$/m, model)
      .replace('batch: { size: 8 }', 'batch: { size: 8, microBatch: 3, bucket: 100 }')
    const config = parsePseudoGlossConfig(file, 'switched')
    const events = []
    for await (const event of trainPseudoGlossRun(await lentGpu(), config)) events.push(event)
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 7 })
  })

  it('keeps its classes and which clips it was trained on, and is the same once saved and read', async () => {
    const saved = await readCheckpoint(join(folder, 'whole', 'best.safetensors'))
    const description = pseudoGlossDescription(saved)
    const { train, dev, description: wanted } = await load(synthetic)
    expect(JSON.parse(JSON.stringify(description))).toEqual(JSON.parse(JSON.stringify(wanted)))
    expect(train.clips.every(({ name }) => description.trainedOn.includes(nameHash(name)))).toBe(true)
    expect(dev.clips.some(({ name }) => description.trainedOn.includes(nameHash(name)))).toBe(false)
    await using model = restorePseudoGloss(await lentGpu(), saved)
    const { tensors } = await pseudoGlossContent(model)
    for (const [name, tensor] of tensors) expect(tensor, name).toEqual(saved.tensors.get(name))
  })

  it('gives each clip the same alone and among others, and a map that adds up to the scores', async () => {
    const gpu = await lentGpu()
    await using model = restorePseudoGloss(gpu, await readCheckpoint(join(folder, 'whole', 'best.safetensors')))
    await using reader = new PseudoGlossReader(gpu, model)
    const train = posesIn((await load(synthetic)).train)
    const together = await reader.find(train)
    const [alone] = await reader.find(train.slice(3, 4))
    const { map, scores, columns, tokens, framesPerToken } = together[3]!
    expect([tokens, framesPerToken, scores.length]).toEqual([Math.ceil(train[3]!.frames / 2), 2, model.classes.size])
    for (const [id, score] of scores.entries()) {
      expect(score).toBeCloseTo(alone!.scores[id]!, 6)
      const sum = Array.from({ length: tokens }, (_, t) => map[t * columns + id]!).reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(score, 5)
    }
    await expect(reader.find([{ values: new Float32Array(149), frames: 1 }])).rejects.toThrow('wanted 150 numbers a frame, got 149')
    await expect(reader.find([{ values: new Float32Array(150 * 65), frames: 65 }])).rejects.toThrow('wanted 1 to 64 frames, got 65')
  })

  it('may count padding as rows: a clip has a token more where its frames are even, and gives the same in any batch', async () => {
    const file = runFile('rows').replace('window: 5,', 'window: 5, padding: rows,')
    const config = parsePseudoGlossConfig(file, 'rows')
    for await (const _ of trainPseudoGlossRun(await lentGpu(), config)) {
      // to its end
    }
    const gpu = await lentGpu()
    const saved = await readCheckpoint(join(folder, 'rows', 'last.safetensors'))
    await using model = restorePseudoGloss(gpu, saved)
    await using reader = new PseudoGlossReader(gpu, model)
    const numbers = (frames: number) => ({ frames, values: Float32Array.from({ length: frames * 150 }, (_, i) => Math.sin(0.7 * i)) })
    const clips = [5, 6, 64].map(numbers)
    const together = await reader.find(clips)
    expect(together.map(({ tokens }) => tokens)).toEqual([3, 4, 33])
    for (const [i, clip] of clips.entries()) {
      const [alone] = await reader.find([clip])
      expect([...alone!.scores]).toEqual([...together[i]!.scores].map((score) => expect.closeTo(score, 5)))
    }
  })

  it('is read as one whose clips are cut where an older checkpoint does not say', async () => {
    const saved = await readCheckpoint(join(folder, 'whole', 'best.safetensors'))
    const model = saved.model as { config: Record<string, unknown> }
    const { padding, ...config } = model.config
    expect(padding).toBe('cut')
    expect(pseudoGlossDescription({ ...saved, model: { ...model, config } }).config.padding).toBe('cut')
  })

  it('can be planned: the published encoder has the published size', async () => {
    const published = runFile('planned')
      .replace(/^model:.*$/m, 'model: { preset: sign2gpt }')
      .replace('size: 8', 'size: 1')
    const config = parsePseudoGlossConfig(published, 'planned')
    const { training } = await (await loadPseudoGlossTraining(config)).begin(await lentGpu())
    const { specs } = training.groups[0]!.weights
    const encoder = specs.filter(({ name }) => name.startsWith('sign_encoder/'))
    expect(encoder.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(12_613_632)
    await training.destroy()
    const small = parsePseudoGlossConfig(runFile('planned'), 'planned')
    const { programs } = await planTraining(await lentGpu(), taskRun(pseudoGloss, small))
    expect(programs.map(({ name }) => name)).toContain('batch 8, 8 target tokens, 16 source frames')
  })
})

/** Writes a corpus of frames of `numbers` zeros and ones. */
async function corpus(name: string, numbers: number, texts: readonly string[], frames = 3) {
  const prefix = join(folder, name)
  const values = Array.from({ length: frames * numbers }, (_, i) => (i * 7) % 2).join(' ')
  await writeFile(`${prefix}.skels`, texts.map(() => `${values}\n`).join(''))
  await writeFile(`${prefix}.text`, texts.map((text) => `${text}\n`).join(''))
  return `data: [{ language: GSL, train: ${prefix}, numbers: ${numbers} }]`
}

const plain = 'augment: { shift: 0, tilt: 0, mirror: 0 }'

describe('the data of a pseudo-gloss run', () => {
  it('have items out of a file, and refuse a sentence that it lacks', async () => {
    const data = await corpus('filed', 8, ['es regnet', 'es schneit'])
    const items = join(folder, 'items.tsv')
    await writeFile(items, 'es regnet\tregen\n')
    await expect(load(data, `items: ${items}\n${plain}`)).rejects.toThrow("wanted items of every sentence, got none of 'es schneit'")
    await writeFile(items, 'es regnet\tregen\nes schneit\tschnee\n')
    const { train, description, notes } = await load(data, `items: ${items}\nubiquitous: 0.6\n${plain}`)
    expect(train.clips.map((clip) => clip.items)).toEqual([['regen'], ['schnee']])
    expect(description.classes.names).toEqual(['regen', 'schnee'])
    expect(notes[0]).toBe('2 classes of pseudo-glosses, 1.0 in a training sentence')
  })

  it('are refused where every sentence has all items, or a language is not known', async () => {
    const data = await corpus('alike', 8, ['regen', 'regen'])
    await expect(load(data, `items: words\n${plain}`)).rejects.toThrow(
      'wanted items to learn in the training split, got 1 item that nearly every sentence has. Check items: words, and ubiquitous',
    )
    const other = data.replace('GSL', 'KSL')
    await expect(load(other, `items: content\n${plain}`)).rejects.toThrow('alike/1: wanted to know what is spoken where KSL is signed')
  })

  it('are refused where joints are mirrored and there are none, and where a clip is too long', async () => {
    await expect(load(await corpus('other', 8, ['a', 'b']), 'items: words')).rejects.toThrow('wanted frames of the 50 joints × 3')
    await expect(load(await corpus('long', 8, ['a', 'b', 'c'], 65), `items: words\n${plain}`)).rejects.toThrow(
      'long/1: wanted at most 64 frames (maxFrames), got 65. Raise model.maxFrames',
    )
  })

  it('have vectors out of a file, random ones for what it lacks', async () => {
    const data = await corpus('vectors', 8, ['regen', 'schnee', 'wind'])
    const file = join(folder, 'words.vec')
    await writeFile(file, '2 6\nregen 1 2 3 4 5 6\nschnee 6 5 4 3 2 1\n')
    const more = `items: words\n${plain}`
    const withVectors = (path: string) => runFile('vectors', { data, more }).replace('vectors: { width: 22 }', `vectors: { file: ${path} }`)
    const config = parsePseudoGlossConfig(withVectors(file), 'vectors')
    const { begin, notes } = await loadPseudoGlossTraining(config)
    const { training } = await begin(await lentGpu())
    expect(notes.join()).toContain("has no vector of 1 of 3 classes, such as 'wind': theirs are random")
    const { shape, data: values } = (await training.model.weights.save()).get(VECTORS)!
    expect(shape).toEqual([4, 6])
    expect([...values.subarray(0, 12)]).toEqual([1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1])
    expect([...values.subarray(18)]).toEqual([0, 0, 0, 0, 0, 0])
    expect(training.model.weights.get(VECTORS).grad).toBeUndefined()
    await training.destroy()
    await writeFile(file, '1 6\nrain 1 2 3 4 5 6\n')
    await expect(loadPseudoGlossData(config)).rejects.toThrow(
      "words.vec: wanted vectors of pseudo-glosses such as 'regen', 'schnee', 'wind', got none",
    )
  })
})

describe('the run file', () => {
  const refused = (line: string) => () =>
    parsePseudoGlossConfig(`task: pseudo-gloss\nname: a\ndata: [{ synthetic: {} }]\n${line}`, 'a.yaml')
  it.each([
    ['model: { window: 6 }', 'a.yaml:4:18: `model.window`: wanted an odd window, the frame itself in the middle, got 6'],
    ['model: { stages: [] }', '`model.stages`'],
    ['model: { heads: 3 }', '`model.heads`: wanted width/heads to be a multiple of 4, got 64/3'],
    ['model: { attention: none }', '`model.attention`'],
    ['input: images', '`input`'],
    ['loss: { weight: 0 }', '`loss.weight`'],
  ])('%s is refused with its place', (line, message) => {
    expect(refused(line)).toThrow(message)
  })

  it('has the published settings where it says nothing', () => {
    const config = parsePseudoGlossConfig('task: pseudo-gloss\nname: a\ndata: [{ synthetic: {} }]\nmodel: { preset: sign2gpt }', 'a')
    expect(config).toMatchObject({
      optimiser: { kind: 'adamw', rate: 3e-4, weightDecay: 1e-3, decayed: 'weights', clip: 1, clipElements: 1 },
      schedule: { kind: 'warmup-cosine', start: 0.01, floor: 0.01 },
      loss: { weight: 10 },
      ubiquitous: 0.4,
      augment: { scale: 0.125, tilt: 5, shift: 0.1, mirror: 0.5 },
      model: { headDropout: 0.2, temperatures: true },
      validate: { threshold: 0.5 },
    })
    const half = (more: string) => parsePseudoGlossConfig(runFile('half').replace(/^schedule: .*$/m, `schedule: ${more}`), 'half').schedule
    expect(half('{ kind: warmup-cosine, warmup: 5, steps: 9 }')).toEqual({
      kind: 'warmup-cosine',
      warmup: 5,
      start: 0.01,
      steps: 9,
      floor: 0.01,
    })
    expect(half('{ warmup: 5 }')).toEqual({ kind: 'warmup-cosine', warmup: 5, start: 0.01, steps: 2000, floor: 0.01 })
  })
})
