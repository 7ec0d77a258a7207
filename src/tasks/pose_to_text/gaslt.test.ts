// GASLT as switches of pose to text: gloss attention, and clips drawn as near as their sentences are.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { poseToTextDescription, restorePoseToText } from '../../checkpoint/pose_to_text.js'
import { formatSafetensors } from '../../formats/safetensors/format.js'
import { Translator } from '../../infer/translator.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { parseLanguageConfig } from '../language_model/config.js'
import { trainLanguageRun, trainPoseToTextRun } from '../run.js'
import { parsePoseToTextConfig } from './config.js'
import { loadPoseToTextData } from './data.js'
import { similaritySource } from './similarity.js'

let folder: string
let sentences: string[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-gaslt-'))
  const { train } = await loadPoseToTextData(configOf('sentences'))
  sentences = [...new Set(train.map(({ text }) => text))]
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'

const configOf = (name: string, more = '', attention = 'attention: gloss, samples: 5') =>
  parsePoseToTextConfig(
    `
task: pose-to-text
name: ${name}
out: ${join(folder, name)}
${synthetic}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 2, decoderLayers: 1, dropout: 0.1, attentionDropout: 0.1, maxFrames: 64, maxTokens: 8, ${attention} }
batch: { size: 8, microBatch: 3 }
stop: { steps: 5 }
validate: { every: 3, clips: 2 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`,
    name,
  )

async function run(config: ReturnType<typeof configOf>, { stopAt = Infinity, ...options }: { stopAt?: number } & FolderOptions = {}) {
  const controller = new AbortController()
  const steps = []
  for await (const event of trainPoseToTextRun(await lentGpu(), config, { ...options, signal: controller.signal })) {
    if (event.kind !== 'step') continue
    steps.push(event)
    if (event.step === stopAt) controller.abort()
  }
  return steps
}

const bytes = (name: string) => readFile(join(folder, name, 'last.safetensors'))

/** A file that tells of sentences, [their number, columns]; returns its path. */
async function told(name: string, tensor: string, of: readonly string[], columns: number, listed: string | null = JSON.stringify(of)) {
  const path = join(folder, `${name}.safetensors`)
  const data = Float32Array.from({ length: of.length * columns }, (_, at) => Math.sin(Math.floor(at / columns) * (at % columns)))
  await writeFile(
    path,
    formatSafetensors(
      new Map([[tensor, { dtype: 'F32', shape: [of.length, columns], data }]]),
      listed === null ? {} : { sentences: listed },
    ),
  )
  return path
}

describe('gloss attention with the similarity of sentences', () => {
  it('makes a run that goes on to the same bytes', async () => {
    const more = `similarity: { weight: 10, file: ${await told('similar', 'similarity', sentences, sentences.length)} }`
    for (const { loss, recognition, translation, contrast, similarity } of await run(configOf('whole', more))) {
      expect(similarity).toBeGreaterThan(0)
      expect(loss).toBe(recognition + translation + contrast + similarity)
    }
    const broken = { ...configOf('whole', more), out: join(folder, 'broken') }
    await run(broken, { stopAt: 3 })
    await run(broken, { resume: true })
    expect((await bytes('broken')).equals(await bytes('whole'))).toBe(true)
    await expect(run({ ...broken, similarity: { ...broken.similarity, weight: 1 } }, { resume: true })).rejects.toThrow('`similarity`')
  })

  it('makes a model that reads a clip in the same way beside longer ones', async () => {
    const saved = await readCheckpoint(join(folder, 'whole', 'last.safetensors'))
    expect(poseToTextDescription(saved).config.glossAttention).toEqual({ samples: 5, form: 'clean' })
    expect(saved.tensors.get('weights/encoder.1/self/offsets/weight')!.shape).toEqual([2 * 5, 16])
    await using model = restorePoseToText(await lentGpu(), saved)
    await using translator = new Translator(await lentGpu(), model)
    const clips = (await loadPoseToTextData(configOf('clips'))).train.toSorted((a, b) => a.frames - b.frames)
    const [alone] = await translator.translate(clips.slice(0, 1))
    const [beside] = await translator.translate([clips[0]!, clips.at(-1)!])
    expect(beside).toEqual(alone)
  })

  it('trains in the released form too, and not as the clean one', async () => {
    const [clean] = await run(configOf('clean'), { stopAt: 1 })
    const [released] = await run(configOf('released', '', 'attention: gloss, samples: 5, form: released'), { stopAt: 1 })
    expect(clean!.similarity).toBe(0)
    expect(released!.loss).toBeGreaterThan(0)
    expect(released!.loss).not.toBe(clean!.loss)
  })
})

describe('the similarity of sentences', () => {
  const none = { weight: 1, file: null, language_model: null }

  it('is what a file says', async () => {
    const [a, b] = sentences as [string, string]
    const file = await told('pairs', 'similarity', sentences, sentences.length)
    const similarity = await (await similaritySource({ ...none, file }, sentences))!(await lentGpu())
    expect([similarity(a, b), similarity(b, sentences[2]!)]).toEqual([Math.fround(Math.sin(0)), Math.fround(Math.sin(2))])
  })

  it('is the cosine of vectors in a file', async () => {
    const file = await told('vectors', 'vectors', ['x', 'y', 'z'], 3)
    const similarity = await (await similaritySource({ ...none, file }, ['z', 'y', 'z']))!(await lentGpu())
    const [y, z] = [1, 2].map((row) => [0, 1, 2].map((column) => Math.sin(row * column))) as [number[], number[]]
    const cosine = y.reduce((sum, value, c) => sum + value * z[c]!, 0) / Math.hypot(...y) / Math.hypot(...z)
    expect(similarity('y', 'z')).toBeCloseTo(cosine, 6)
    expect(similarity('z', 'z')).toBeCloseTo(1, 12)
  })

  it('is the cosine of what a language model makes of them, about their mean', async () => {
    const language = `
task: language-model
name: language
out: ${join(folder, 'language')}
${synthetic}
model: { width: 16, heads: 2, hidden: 32, layers: 1 }
stop: { steps: 20 }
log: { tensorboard: false }`
    for await (const _ of trainLanguageRun(await lentGpu(), parseLanguageConfig(language, 'language')));
    const source = { ...none, language_model: join(folder, 'language', 'best.safetensors') }
    const similarity = await (await similaritySource(source, sentences))!(await lentGpu())
    const all = sentences.flatMap((a) => sentences.map((b) => similarity(a, b)))
    expect(Math.max(...all)).toBeCloseTo(1, 9)
    expect(Math.min(...all)).toBeLessThan(0)
    expect(all.filter((one, at) => one === all[(at % sentences.length) * sentences.length + Math.floor(at / sentences.length)])).toEqual(
      all,
    )
    const [first] = await run(configOf('by-language', `similarity: { weight: 10, language_model: ${source.language_model} }`), {
      stopAt: 1,
    })
    expect(first!.similarity).toBeGreaterThan(0)
  })

  it.each([
    ['lacks a sentence', ['only this'], 1, undefined, 'wanted all sentences of the training clips, got none such as'],
    [
      'has too few columns',
      ['a', 'b'],
      1,
      undefined,
      'wanted similarity [2, 2] or vectors [2, their width] of its sentences, got similarity [2, 1]',
    ],
    ['lists none', ['a'], 1, null, 'wanted its sentences as a JSON list of texts in metadata `sentences`, each once, got none'],
    ['lists no JSON', ['a'], 1, 'a, b', 'got no JSON'],
    ['lists one twice', ['a', 'a'], 2, undefined, 'got some twice'],
    ['lists no texts', ['a'], 1, '[1]', 'got something else'],
  ])('is refused of a file that %s', async (name, of, columns, listed, problem) => {
    const file = await told(name.replaceAll(' ', '-'), 'similarity', of, columns, listed)
    const wanted = name === 'lacks a sentence' ? sentences : of
    await expect(similaritySource({ ...none, file }, wanted)).rejects.toThrow(problem)
  })

  it('wants one source, where it has a weight', () => {
    const refused = (keys: string) => () => configOf('refused', `similarity: { ${keys} }`)
    expect(refused('weight: 1')).toThrow('wanted file or language_model, which says how similar sentences are, got neither')
    expect(refused('weight: 1, file: a, language_model: b')).toThrow('got both')
    expect(refused('file: a')).not.toThrow()
    expect(() => configOf('refused', '', 'samples: 0')).toThrow('samples')
  })
})
