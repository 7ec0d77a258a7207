import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { nearest } from '../../train/config/schema.js'
import { formatRunFile } from '../../train/run/file.js'
import type { ScheduleSettings } from '../../train/schedule.js'
import { loadRunConfig } from '../run_file.js'
import { parseRunConfig, type RunConfig } from './config.js'

const small = 'name: demo\ndata:\n  - synthetic: {}\n'
const parse = (source: string) => parseRunConfig(source, 'demo.yaml')

function complaint(source: string): string {
  try {
    parse(source)
  } catch (error) {
    expect(error).toBeInstanceOf(SignError)
    expect((error as SignError).code).toBe('ERR_CONFIG')
    return (error as SignError).message
  }
  throw new Error('parsed without complaint')
}

describe('a run file', () => {
  it('needs only a name and data', () => {
    expect(parse(small)).toEqual({
      task: 'text-to-pose',
      name: 'demo',
      out: 'runs/demo',
      seed: 27,
      data: [
        { synthetic: { languages: ['ASL', 'GSL'], clipsPerLanguage: 24, words: 8, wordsPerSentence: [1, 2], framesPerSign: 8, seed: 1 } },
      ],
      groups: 'each',
      tokens: 'words',
      maxWords: null,
      initFrom: null,
      scaling: 'spread',
      startFrame: 'mean',
      base: null,
      model: {
        preset: 'tiny',
        layout: 'skeleton-50',
        futureFrames: 0,
        justCounter: true,
        head: 'bones',
        lengthHead: false,
        durations: true,
        maxFrames: 300,
        maxTokens: 300,
      },
      precision: 'f32',
      optimiser: {
        kind: 'adam',
        rate: 1e-3,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        momentum: 0.9,
        weightDecay: 0,
        decayed: 'matrices',
        clip: 5,
        clipElements: null,
      },
      schedule: { kind: 'plateau', factor: 0.7, patience: 7, minRate: 2e-4 },
      loss: {
        ...{ kind: 'mse', padding: 'per-sample', bones: 1, velocity: 0.5, byConfidence: false },
        parts: { body: 1, hands: 1, face: 1 },
      },
      learning: { mode: 'mse', priority: 'error', intensity: 1, uniform: 0.1, warmup: 5, ramp: 5, refresh: 10, maxSkip: 0.5, spread: 0.1 },
      noise: { rate: 5, warmup: 0 },
      sampling: { share: 0, passes: 1, ramp: 0 },
      augment: { mirror: 0, speed: 0, rotation: 0 },
      batch: { size: 32, bucket: 16, microBatch: null, order: 'shuffle', languages: 'turns', temperature: null },
      stop: { steps: 2000, epochs: null, patience: null, minRate: null },
      validate: { every: 200, clips: 20, policy: 'auto' },
      checkpoint: { every: 200, keep: 1 },
      log: { every: 10, tensorboard: true },
      adapter: null,
    } satisfies RunConfig)
  })

  it('says what is to differ', () => {
    const config = parse(`
name: phoenix
out: elsewhere/phoenix
data:
  - { language: GSL, train: data/train, dev: data/dev, source: gloss, skipFrames: 2, vocabulary: gloss.txt }
tokens: whitespace
model: { preset: pt-base, width: 256, activation: gelu, lengthHead: true }
optimiser: { rate: 1e-4 }
schedule: { kind: warmup-cosine, steps: 500 }
stop: { steps: null, epochs: 3 }
validate: { policy: predicted-length }
`)
    expect(config.out).toBe('elsewhere/phoenix')
    expect(config.data).toEqual([
      {
        language: 'GSL',
        train: 'data/train',
        dev: 'data/dev',
        source: 'gloss',
        fps: null,
        skipFrames: 2,
        overlong: 'error',
        vocabulary: 'gloss.txt',
      },
    ])
    expect(config.model).toMatchObject({ preset: 'pt-base', width: 256, activation: 'gelu' })
    expect(config.optimiser.rate).toBe(1e-4)
    expect(config.schedule).toEqual({ kind: 'warmup-cosine', warmup: 200, start: 0, steps: 500, floor: 0.05 })
  })

  it('has the defaults of the SignDW Transformer with its preset, and what it says itself', () => {
    const files = 'name: demo\ndata: [{ language: ASE, train: corpus/train }]\n'
    const config = parse(`${files}model: { preset: signdw, encoderLayers: 2 }\noptimiser: { rate: 1e-4, clip: null }\n`)
    expect(config).toMatchObject({
      tokens: 'words-and-marks',
      maxWords: 29_996,
      scaling: 'raw',
      startFrame: 'zeros',
      model: { preset: 'signdw', encoderLayers: 2, futureFrames: 0, head: 'joints', lengthHead: true, durations: false, maxFrames: 96 },
      loss: { kind: 'mse', padding: 'frames', bones: 0, velocity: 0 },
      optimiser: { kind: 'adamw', rate: 1e-4, weightDecay: 0.01, decayed: 'all', clip: null },
      schedule: { kind: 'warmup-cosine', warmup: 1, start: 0, steps: 20_001, floor: 1 / 30 },
      stop: { steps: 20_000 },
      noise: { rate: 0 },
      batch: { size: 120, bucket: 16 },
    })
    expect(parse(formatRunFile(config))).toEqual(config)
    expect(parse(`${files}model: { preset: signdw }\nschedule: { kind: constant }\n`).schedule).toEqual({ kind: 'constant' })
    expect(complaint(`${files}model: { preset: signdw, lengthHead: false }\n`)).toContain(
      'demo.yaml:3:1: `model.counterHead`: wanted lengthHead or durations without counterHead, so that clips end, got neither',
    )
    expect(complaint(`${files}model: { preset: signdw }\nvalidate: { policy: self-counter }\n`)).toContain('predicts no counter')
  })

  it('is written complete and read back equal', () => {
    const config = parse(`${small}schedule: {kind: constant}\nmodel: {heads: 2}\n`)
    expect(parse(formatRunFile(config))).toEqual(config)
    expect(formatRunFile(config)).toContain('rate: 0.001')
  })

  it('has a schedule that schedules take', () => expectTypeOf<RunConfig['schedule']>().toExtend<ScheduleSettings>())
})

describe('how frames are made', () => {
  const decoding = (model: string) => {
    const { futureFrames, justCounter, head, lengthHead, durations } = parse(`${small}model: ${model}\n`).model
    return { futureFrames, justCounter, head, lengthHead, durations }
  }
  const published = { futureFrames: 0, justCounter: false, head: 'joints', lengthHead: false, durations: false }

  it('is as published where the preset is, or where a key of the published model is named', () => {
    expect(decoding('{ preset: pt-base }')).toEqual(published)
    expect(decoding('{ futureFrames: 10 }')).toEqual({ ...published, futureFrames: 10 })
    expect(decoding('{ justCounter: true }')).toEqual({ ...published, justCounter: true })
    expect(decoding('{ lengthHead: true }')).toEqual({ ...published, lengthHead: true })
  })

  it('is the usual way elsewhere, but for what is named', () => {
    const usual = decoding('{ width: 96 }')
    expect(usual).toEqual({ ...published, justCounter: true, head: 'bones', durations: true })
    expect(decoding('{ head: joints }')).toEqual({ ...usual, head: 'joints' })
    expect(decoding('{ preset: base-40m, durations: false }')).toEqual({ ...usual, durations: false })
  })
})

describe('a complaint', () => {
  it.each([
    [
      'a misspelt key',
      `${small}model:\n  widht: 64\n`,
      'demo.yaml:5:3: `model`: wanted one of the keys preset, width, ',
      'got `widht` (did you mean `width`?)',
    ],
    [
      'more layers than can be listed',
      `${small}model: { decoderLayers: 1000000000 }\n`,
      'demo.yaml:4:25: `model.decoderLayers`: wanted at most 1000, got 1000000000',
    ],
    [
      'a width that no buffer holds',
      `${small}model: { width: 400000000 }\n`,
      'demo.yaml:4:17: `model.width`: wanted at most 32768, got 400000000',
    ],
    [
      'more frames than anybody signs',
      `${small}model: { maxFrames: 4000000000 }\n`,
      'demo.yaml:4:21: `model.maxFrames`: wanted at most 1000000, got 4000000000',
    ],
    [
      'heads that do not divide the width',
      `${small}model: { heads: 3 }\n`,
      'demo.yaml:4:17: `model.heads`: wanted width/heads to be a whole number, got 64/3',
    ],
    ['a shortened key', `${small}model: { layers: 2 }\n`, 'demo.yaml:4:10: ', 'got `layers` (did you mean `encoderLayers`?)'],
    [
      'a misspelt key at the top',
      `${small}optimizer: { rate: 1 }\n`,
      'demo.yaml:4:1: wanted one of the keys task, ',
      '(did you mean `optimiser`?)',
    ],
    [
      "another kind's key",
      `${small}schedule:\n  warmup: 3\n`,
      'demo.yaml:5:3: `schedule`: wanted one of the keys kind, factor, patience, minRate, got `warmup`',
    ],
    [
      'an unknown policy',
      `${small}tokens: word\n`,
      'demo.yaml:4:9: `tokens`: wanted one of whitespace, words, letters, spelled, words-and-marks, got "word" (did you mean `words`?)',
    ],
    [
      'an unknown kind',
      `${small}schedule:\n  kind: cosine\n`,
      'demo.yaml:5:9: `schedule.kind`: wanted one of plateau, warmup-cosine, constant, got "cosine" (did you mean `warmup-cosine`?)',
    ],
    [
      'an unknown synthetic language',
      'name: a\ndata:\n  - synthetic:\n      languages: [ASL, XSL]\n',
      'demo.yaml:4:24: `data[0].synthetic.languages[1]`: wanted one of ASL, ',
    ],
    ['no number', `${small}seed: .nan\n`, 'demo.yaml:4:7: `seed`: wanted a number, got NaN'],
    ['text for a number', `${small}seed: "x"\n`, 'demo.yaml:4:7: `seed`: wanted a number, got "x"'],
    ['half a clip', `${small}batch:\n  size: 1.5\n`, 'demo.yaml:5:9: `batch.size`: wanted a whole number, got 1.5'],
    ['a number below its range', `${small}batch: { size: 0 }\n`, 'demo.yaml:4:16: `batch.size`: wanted at least 1, got 0'],
    ['a number at its open end', `${small}optimiser: { beta1: 1 }\n`, 'demo.yaml:4:21: `optimiser.beta1`: wanted less than 1, got 1'],
    ['a value left out', `${small}optimiser:\n  rate:\n`, 'demo.yaml:5:', '`optimiser.rate`: wanted a number, got null'],
    ['a number for keys', `${small}schedule: 3\n`, 'demo.yaml:4:11: `schedule`: wanted keys with values, got 3'],
    ['no name', 'data:\n  - synthetic: {}\n', 'demo.yaml:1:1: `name`: wanted text, got nothing'],
    ['a missing key in a list', 'name: a\ndata:\n  - language: ASL\n', 'demo.yaml:3:5: `data[0].train`: wanted text, got nothing'],
    ['no data', 'name: a\ndata: []\n', 'demo.yaml:2:7: `data`: wanted at least 1 in the list, got []'],
    [
      'a folder for a name',
      'name: a/b\ndata: [synthetic: {}]\n',
      'demo.yaml:1:7: `name`: wanted letters, digits, dots, dashes, underscores, + or =, got "a/b"',
    ],
    [
      'words the wrong way round',
      'name: a\ndata: [synthetic: {wordsPerSentence: [3, 1]}]\n',
      'demo.yaml:2:38: ',
      'wanted [minimum, maximum]',
    ],
    [
      'a language twice',
      'name: a\ndata:\n  - synthetic: {}\n  - { language: GSL, train: x }\n',
      'demo.yaml:4:17: `data[1].language`: wanted each language once, got GSL again',
    ],
    [
      'bones of frames further ahead',
      `${small}loss: { bones: 1 }\nmodel: { futureFrames: 2 }\n`,
      'demo.yaml:4:16: `loss.bones`: wanted 0 with model.futureFrames 2, of which it knows the first alone, got 1',
    ],
    [
      'a velocity that rewards do not weigh',
      `${small}loss: { velocity: 0.5 }\nlearning: { mode: rwr }\n`,
      'demo.yaml:4:19: `loss.velocity`: wanted 0 with learning.mode rwr, whose rewards do not weigh it, got 0.5',
    ],
    [
      'a policy without its head',
      `${small}model: { preset: pt-base }\nvalidate: { policy: predicted-length }\n`,
      'demo.yaml:5:21: `validate.policy`: wanted `model.durations: true` or `model.lengthHead: true`',
    ],
    [
      'frames ahead of a head that places one',
      `${small}model: { head: bones, futureFrames: 2 }\n`,
      'demo.yaml:4:37: `model.futureFrames`: wanted futureFrames 0 or 1 with head bones',
    ],
    [
      'a priority that the literal formula has not',
      `${small}learning: { mode: plc-literal, priority: improvement }\n`,
      'demo.yaml:4:42: `learning.priority`: wanted error with learning.mode plc-literal, since rl+plc alone draws by another, got improvement',
    ],
    [
      'a priority by which nothing is drawn',
      `${small}learning: { priority: length-class }\n`,
      'demo.yaml:4:23: `learning.priority`: wanted error with learning.mode mse, since rl+plc alone draws by another, got length-class',
    ],
    [
      'a mirror that the decoder cannot see',
      `${small}model: { justCounter: true }\naugment: { mirror: 0.5 }\n`,
      'demo.yaml:5:20: `augment.mirror`: wanted 0 with model.justCounter',
    ],
    [
      'a turn that the decoder cannot see',
      `${small}augment: { rotation: 10 }\n`,
      'demo.yaml:4:22: `augment.rotation`: wanted 0 with model.justCounter',
    ],
    [
      'a run without an end',
      `${small}stop: { steps: null }\nschedule: { kind: constant }\n`,
      'demo.yaml:4:7: `stop`: wanted steps, epochs, patience or minRate',
    ],
    [
      'a warm-up longer than all',
      `${small}schedule: {kind: warmup-cosine, steps: 5}\n`,
      'demo.yaml:4:1: `schedule.warmup`: wanted at most `steps`',
    ],
    ['a key twice', `${small}seed: 1\nseed: 2\n`, 'demo.yaml:5:1: wanted YAML, got an error: Map keys must be unique'],
    ['bad syntax', 'name: [demo\n', 'demo.yaml:2:1: wanted YAML, got an error: '],
    ['an empty file', '# nothing yet\n', 'demo.yaml:1:1: wanted a run, got an empty file'],
    ['a list for a run', '- name: a\n', 'demo.yaml:1:1: wanted keys with values, got [{"name":"a"}]'],
  ])('about %s has line and column', (_what, source, start, ...parts) => {
    const message = complaint(source)
    expect(message.slice(0, start.length)).toBe(start)
    for (const part of parts) expect(message).toContain(part)
  })

  it('tells all faults at once, in the order of the file', () => {
    const message = complaint(`${small}seed: x\nbatch: { size: 0 }\nnois: {}\n`)
    expect(message.match(/demo\.yaml:\d+/g)).toEqual(['demo.yaml:4', 'demo.yaml:5', 'demo.yaml:6'])
  })

  it('finds the place behind an alias', () => {
    expect(complaint(`name: a\ndata: [synthetic: &s { seed: x }]\nbatch: *s\n`)).toContain('demo.yaml:2:30: `data[0].synthetic.seed`')
  })
})

describe('a key that decides others', () => {
  const told = (source: string) => {
    const notes: string[] = []
    parseRunConfig(source, 'demo.yaml', (note) => notes.push(note))
    return notes
  }
  const notesOf = (model: string) => told(`${small}model: { ${model} }\n`)

  it.each([
    ['justCounter: true', 'justCounter', 'head: joints, durations: false', 'head: bones, durations: true'],
    [
      'preset: slt-base, futureFrames: 0, lengthHead: false',
      'futureFrames and lengthHead',
      'justCounter: false, head: joints, durations: false',
      'justCounter: true, head: bones, durations: true',
    ],
    ['justCounter: true, durations: true', 'justCounter', 'head: joints', 'head: bones'],
  ])('is told, with what it decides: %s', (model, named, decided, usual) => {
    expect(notesOf(model)).toEqual([
      `demo.yaml: model names ${named}, so that what it leaves open is as published: ${decided}. Name what is usual to have it: ${usual}`,
    ])
  })

  it.each(['width: 16', 'preset: pt-base, justCounter: true', 'justCounter: true, durations: true, head: bones', 'head: joints'])(
    'is not told where it decides nothing: %s',
    (model) => {
      expect(notesOf(model)).toEqual([])
    },
  )

  it('is not told of the run file that a run writes', () => {
    expect(told(formatRunFile(parse(`${small}model: { justCounter: true }\n`)))).toEqual([])
  })
})

it('answers any edited file with a config or a SignError, never a crash', () => {
  const source = formatRunFile(parse(small))
  const scrap = fc.constantFrom(':', '-', '\n', ' ', '{', ']', '&a', '*a', '"', 'null', '9e999', '.nan', '?', '!!set', '<<', '\t', '\0')
  fc.assert(
    fc.property(fc.nat(source.length), fc.nat(12), scrap, (at, cut, scrap) => {
      try {
        parse(source.slice(0, at) + scrap + source.slice(at + cut))
      } catch (error) {
        expect(error).toBeInstanceOf(SignError)
        expect((error as SignError).message).toMatch(/^demo\.yaml:\d+:\d+: /)
      }
    }),
    { seed: 4, numRuns: 300 },
  )
})

describe('nearest', () => {
  it.each([
    ['laysers', 'layers'],
    ['LAYERS', 'layers'],
    ['layer', 'layers'],
    ['rat', 'rate'],
    ['quantum', undefined],
    ['', undefined],
  ])('of %s is %s', (word, name) => expect(nearest(word, ['rate', 'layers', 'encoderLayers'])).toBe(name))
})

describe('loadRunConfig', () => {
  it('reads a file, and names one that is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'signllm-'))
    try {
      await writeFile(join(folder, 'run.yaml'), small)
      expect((await loadRunConfig(join(folder, 'run.yaml'))).name).toBe('demo')
      await expect(loadRunConfig(join(folder, 'none.yaml'))).rejects.toThrow(/none\.yaml: wanted to read a run file, got ENOENT/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

it('adds no language to a shared group', () => {
  const text = 'name: x\ngroups: shared\ndata: [{ language: ASL, train: a, source: lang_gloss }]\nbase: { model: m }'
  expect(() => parseRunConfig(text, 'x')).toThrow(/wanted none in a shared group, whose words and weights are those of all its languages/)
})
