// `signllm translate`: a clip's text shown as it comes, a corpus' sentences as a file, by either kind of model; what it cannot read is refused.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { poseOfMotion, writePose } from '../formats/pose/write.js'
import { writeSkels } from '../formats/skels/write.js'
import { loadTaskRun } from '../tasks/run_file.js'
import { silent } from './clips.testing.js'
import { TextStream } from './text_stream.js'
import { trainTask } from './train.js'
import { translate } from './translate.js'

const sizes = { languages: ['ASL'], clipsPerLanguage: 12, words: 4, wordsPerSentence: [1, 2], framesPerSign: 4 } as const
const best = (name: string) => join(folder, name, 'best.safetensors')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-translate-'))
  await trained('language', 'language-model', 'model: { width: 16, heads: 2, hidden: 16, layers: 1, maxTokens: 8 }\nvalidate: { every: 2 }')
  const signs = 'width: 16, heads: 2, hidden: 16, stages: [1], maxFrames: 40, maxTokens: 8'
  const over = `language_model: ${best('language')}`
  await trained('signs', 'sign-to-text', `${over}\nmodel: { ${signs} }\nvalidate: { every: 2, clips: 1, beams: 1 }`)
  const judge = 'width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8'
  await trained('judge', 'pose-to-text', `model: { ${judge} }\nvalidate: { every: 2, clips: 1 }`)
  const own = 'width: 16, heads: 2, hidden: 16, features: 16, maxFrames: 40, maxTokens: 8'
  await trained('own', 'sign-translation', `model: { ${own} }\nvalidate: { every: 2, clips: 1, beams: 1 }`)
  const { train } = syntheticCorpus({ ...sizes, languages: ['ASL'], wordsPerSentence: [1, 2] })
  const clips = train.slice(0, 3)
  await writeSkels(join(folder, 'three.skels'), clips)
  await writeFile(join(folder, 'three.text'), clips.map(({ text }) => `${text}\n`).join(''))
  await writePose(join(folder, 'one.pose'), poseOfMotion(clips[0]!))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

async function trained(name: string, task: string, more: string): Promise<void> {
  const path = join(folder, `${name}.yaml`)
  const data = `data: [{ synthetic: ${JSON.stringify(sizes)} }]`
  await writeFile(path, `task: ${task}\nname: ${name}\nout: ${join(folder, name)}\n${data}\nstop: { steps: 2 }\n${more}\n`)
  await trainTask(await loadTaskRun(path), { stream: silent })
}

/** What is written to a stream of some kind. */
function listening(isTTY = false) {
  const written: string[] = []
  return { isTTY, write: (text: string) => written.push(text), written }
}

describe('translate', () => {
  it('gives the sentences of a corpus, by beams, and writes them a line a clip', async () => {
    const out = join(folder, 'read.txt')
    const { clips, languages } = await translate(join(folder, 'three'), { model: best('signs'), out, stream: silent })
    expect(clips).toHaveLength(3)
    expect(clips.every(({ text, score }) => typeof text === 'string' && score! < 0)).toBe(true)
    expect(languages).toEqual(['ASL'])
    expect(await readFile(out, 'utf8')).toBe(clips.map(({ text }) => `${text}\n`).join(''))
  })

  it('writes by a decoder of the model’s own, and takes no language model then', async () => {
    const model = best('own')
    const { clips, languages } = await translate(join(folder, 'three'), { model, stream: silent })
    expect(clips.every(({ text, score }) => typeof text === 'string' && score! < 0)).toBe(true)
    expect(languages).toEqual(['ASL'])
    const run = await translate(join(folder, 'own.yaml'), { model, split: 'dev', limit: 2, stream: silent })
    expect(run.scores).toMatchObject({ clips: run.clips.length })
    await expect(translate(join(folder, 'three'), { model, languageModel: 'x', stream: silent })).rejects.toThrow(
      'got a sign translation model, which has none',
    )
  })

  it('reads a split of a run file, of either kind of model, and tells how well', async () => {
    const run = join(folder, 'signs.yaml')
    const read = await translate(run, { model: best('signs'), stream: silent })
    expect(read.scores!.clips).toBe(read.clips.length)
    expect(read.scores!.text.bleu).toHaveLength(4)
    const { test, train } = syntheticCorpus({ ...sizes, languages: ['ASL'], wordsPerSentence: [1, 2] })
    expect(read.clips.map(({ name }) => name)).toEqual(test.map(({ name }) => name))
    const some = { split: 'train', limit: 2, maxTokens: 1, stream: silent } as const
    for (const model of ['signs', 'judge']) {
      const { clips } = await translate(run, { ...some, model: best(model) })
      expect(clips.map(({ name }) => name)).toEqual(train.slice(0, 2).map(({ name }) => name))
      expect(clips.every(({ text }) => !text.includes(' '))).toBe(true)
    }
    await expect(translate(join(folder, 'language.yaml'), { ...some, model: best('signs') })).rejects.toThrow('got language-model')
  })

  it('reads no more clips than are asked for', async () => {
    for (const model of ['signs', 'judge'])
      expect((await translate(join(folder, 'three'), { model: best(model), limit: 2, stream: silent })).clips).toHaveLength(2)
  })

  it('shows the text of a single clip as it comes where the search is greedy', async () => {
    const stream = listening()
    const { clips } = await translate(join(folder, 'one.pose'), { model: best('signs'), beams: 1, json: true, stream })
    const shown = stream.written.map((line) => JSON.parse(line).soFar as string).filter((text) => text !== undefined)
    expect(shown.at(-1) ?? '').toBe(clips[0]!.text)
  })

  it('reads with a pose-to-text model too, and refuses others by name', async () => {
    const { clips } = await translate(join(folder, 'three'), { model: best('judge'), stream: silent })
    expect(clips).toHaveLength(3)
    await expect(translate(join(folder, 'three'), { model: best('language'), stream: silent })).rejects.toThrow(
      'wanted a sign-to-text model, got a language-model model',
    )
    await expect(translate(join(folder, 'nothing'), { model: best('signs'), stream: silent })).rejects.toMatchObject({ code: 'ERR_DATA' })
  })
})

describe('a text that grows', () => {
  it('refuses the path of a language model for a model that refers to none', async () => {
    const elsewhere = { languageModel: best('language'), stream: silent }
    await expect(translate(join(folder, 'three'), { ...elsewhere, model: best('judge') })).rejects.toThrow('got a pose-to-text model')
    await expect(translate(join(folder, 'three'), { ...elsewhere, model: best('signs') })).rejects.toThrow('got one that holds its own')
  })

  it('is drawn anew on a terminal, appended to a log, and told to programs', () => {
    const of = (isTTY: boolean, json: boolean) => {
      const stream = listening(isTTY)
      const text = new TextStream(stream, { json })
      for (const soFar of ['it', 'it', 'it rains', 'its rain']) text.show(soFar)
      text.done()
      return stream.written
    }
    expect(of(false, false)).toEqual(['it', ' rains', '\nits rain', '\n'])
    expect(of(true, false)).toEqual(['\r\u001B[Kit', '\r\u001B[Kit rains', '\r\u001B[Kits rain', '\r\u001B[K'])
    expect(of(false, true)).toEqual(['it', 'it rains', 'its rain'].map((soFar) => `${JSON.stringify({ soFar })}\n`))
  })
})
