// The cascade as a user has it: two checkpoints, a prompt, a file. Both models are hardly trained; what is asked is the way, not the signing.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint } from '../checkpoint/file.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { specialId } from '../text/vocabulary.js'
import { dataPrompts } from './data_prompts.js'
import { exportModel } from './export.js'
import { prompt } from './prompt.js'
import { train } from './train.js'

let folder: string
const file = (name: string) => join(folder, name)
const stream = { write: () => true }

const synthetic =
  'data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 24, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'
const WIDTH = 32
const sizes = `width: ${WIDTH}, heads: 2, hidden: 64, encoderLayers: 1, decoderLayers: 1, dropout: 0`

async function trained(name: string, text: string): Promise<string> {
  await writeFile(file(`${name}.yaml`), `name: ${name}\nout: ${file(name)}\n${synthetic}\n${text}\nlog: { tensorboard: false }\n`)
  await train(file(`${name}.yaml`), { stream })
  return file(`${name}/last.safetensors`)
}

let gloss: string
let shared: string
let groups: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-prompt-'))
  gloss = await trained(
    'gloss',
    `task: text-to-gloss
model: { ${sizes}, maxTokens: 40 }
optimiser: { kind: adamw, rate: 5.0e-3, clip: 1 }
schedule: { kind: constant }
batch: { size: 20 }
stop: { steps: 160 }
validate: { every: 160, sentences: 4 }`,
  )
  const pose = `model: { ${sizes}, maxFrames: 40, maxTokens: 8 }\nstop: { steps: 2 }\nvalidate: { every: 2, clips: 2 }`
  shared = await trained('shared', `groups: shared\n${pose}`)
  groups = await trained('groups', pose)
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('prompt', () => {
  it('glosses what is asked for, in the language that the prompt names', async () => {
    const summary = await prompt('How do you sign “sun” in ASL?', { gloss, lang: 'GSL', beams: 4 })
    expect(summary).toMatchObject({ language: 'ASL', languageFrom: 'prompt', out: [] })
    expect(summary.tokens.length).toBeGreaterThan(0)
    for (const token of summary.tokens) expect(token).toMatch(/^<ASL_/)
  })

  it('takes the language told beside a prompt that names none', async () => {
    const summary = await prompt('How do you sign “sun” xyzzy?', { gloss, lang: 'GSL', beams: 1 })
    expect(summary).toMatchObject({ language: 'GSL', languageFrom: 'field', unknownWords: ['xyzzy'] })
  })

  it.each([
    ['“sun” in GSL, please', 'GSL', 'prompt'],
    ['How do you sign “sun” in gsl?', 'GSL', 'prompt'],
    ['How do you sign “sun” in german sign language?', 'GSL', 'prompt'],
    ['How do you sign “sun”, quoting “GSL”?', 'ASL', 'field'],
    ['Is “sun” the same in ASL and DGS?', 'ASL', 'field'],
    ['How do you sign “sun” in Greek Sign Language?', 'GSL', 'prompt'],
  ])('reads %s as %s, the %s having said so', async (text, language, languageFrom) => {
    const lang = text.includes('Greek') ? 'GSL' : 'ASL'
    const summary = await prompt(text, { gloss, lang, beams: 1 })
    expect(summary).toMatchObject({ language, languageFrom })
    for (const word of ['gsl', 'german']) expect(summary.unknownWords.includes(word)).toBe(text.includes('quoting') && word === 'gsl')
  })

  it('signs with one group for all languages, or with the group of the language', async () => {
    const { groups: all } = await readPoseCheckpoint(shared)
    expect(all.map(({ language }) => language)).toEqual(['ALL'])
    for (const model of [shared, groups]) {
      const out = file('sun.json')
      const summary = await prompt('How do you sign “sun” in ASL?', { gloss, model, out: [out], beams: 2 })
      const motion = JSON.parse(await readFile(out, 'utf8'))
      expect(summary.frames).toBeGreaterThan(0)
      expect(motion.frames).toBe(summary.frames)
      expect(motion.data).toHaveLength(summary.frames!)
      await rm(out)
    }
  })

  it('reads prompts with the model that a model file holds for it', async () => {
    const [model, json] = [file('asked.signllm'), file('asked.json')]
    await exportModel(shared, { out: model, prompts: gloss, version: '0' })
    const text = 'How do you sign “sun” in ASL?'
    const { tokens } = await prompt(text, { gloss, beams: 2 })
    expect(await prompt(text, { model, beams: 2 })).toMatchObject({ tokens, out: [] })
    expect((await prompt(text, { model, out: [json], beams: 2 })).frames).toBeGreaterThan(0)
    expect(existsSync(json)).toBe(true)
    await expect(prompt(text, { beams: 2 })).rejects.toThrow('prompt: wanted a model that reads prompts, got none. Pass --model')
    await expect(prompt(text, { model: shared, beams: 2 })).rejects.toThrow(
      'wanted a model file that holds a model of prompts, got one without',
    )
  })

  it('says so where the gloss model reads nothing out of a prompt', async () => {
    const mute = file('mute.safetensors')
    const { tensors, metadata } = await readSafetensors(gloss)
    const set = (name: string, value: (i: number) => number) => {
      const { shape, data } = tensors.get(`weights/${name}`)!
      return [`weights/${name}`, { dtype: 'F32', shape, data: Float32Array.from(data as Float32Array, (_, i) => value(i)) }] as const
    }
    // Whatever comes in, the end is the likeliest token.
    const ends = [
      set('decoder/norm/gamma', () => 0),
      set('decoder/norm/beta', () => 1),
      set('gloss/weight', (i) => (Math.floor(i / WIDTH) === specialId.end ? 1 : 0)),
    ]
    await writeFile(mute, formatSafetensors(new Map([...tensors, ...ends]), metadata))
    for (const beams of [1, 4]) {
      const nothing = 'the text-to-gloss model found no glosses in the prompt'
      expect(await prompt('sun', { gloss: mute, lang: 'ASL', beams })).toMatchObject({ tokens: [], notes: [nothing] })
      const out = [file('none.json')]
      for (const model of [shared, groups])
        await expect(prompt('sun', { gloss: mute, model, lang: 'ASL', beams, out })).rejects.toMatchObject({
          code: 'ERR_USAGE',
          message: expect.stringContaining(
            "prompt: wanted glosses to sign, got nothing: that is the text-to-gloss model's output for 'sun'",
          ),
        })
      expect(existsSync(out[0]!)).toBe(false)
    }
  })

  it('reads the prompts of a corpus, for the second stage to be tuned on', async () => {
    await writeFile(file('c.text'), 'sun\nxyzzy\n')
    const summary = await dataPrompts({ corpus: file('c'), lang: 'ASL', readBy: gloss })
    const lines = (await readFile(file('c.lang_gloss'), 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^<ASL_/)
    const meant = ['<ASL_SUN>', '<ASL_XYZZY>']
    const prompts = (await readFile(file('c.prompt'), 'utf8')).trim().split('\n')
    const read = await Promise.all(prompts.map((text) => prompt(text, { gloss, lang: 'ASL', beams: 4 })))
    const readings = read.map(({ tokens }) => tokens.join(' '))
    expect(lines).toEqual(readings.map((reading, i) => reading || meant[i]))
    expect(summary.misread).toBe(readings.filter((reading, i) => reading !== meant[i]).length)
    // It cannot have read a word it never saw as it is meant.
    expect(readings[1]).not.toBe(meant[1])
    await writeFile(
      file('tuned.yaml'),
      `name: tuned\nout: ${file('tuned')}\ngroups: shared\nstart: ${shared}\n${synthetic}
model: { ${sizes}, maxFrames: 40, maxTokens: 8 }\nstop: { steps: 1 }\nlog: { tensorboard: false }\n`,
    )
    const untuned = (await readPoseCheckpoint(shared)).tensors('weights', 'ALL')
    await train(file('tuned.yaml'), { stream })
    const tuned = await readPoseCheckpoint(file('tuned/last.safetensors'))
    const largest = Math.max(
      ...[...tuned.tensors('weights', 'ALL')].flatMap(([name, { data }]) =>
        [...data].map((w, i) => Math.abs(w - untuned.get(name)!.data[i]!)),
      ),
    )
    // One step of Adam moves no weight further than its rate.
    expect(largest).toBeGreaterThan(0)
    expect(largest).toBeLessThan(1.1e-3)
  })

  it.each([
    ['a prompt that names no language', 'How do you sign “sun”?', {}, 'wanted a sign language of ASL, GSL'],
    ['a language it was not trained for', 'How do you sign “sun”?', { lang: 'KSL' }, 'wanted a sign language of ASL, GSL, got KSL'],
    ['another language named', 'Comment signe-t-on « soleil » en LSF-CH ?', { lang: 'LSF-CH' }, 'got LSF-CH'],
    ['a language named by another’s tag', 'How do you sign “sun” in LIS-CH?', { lang: 'ASL' }, 'got LIS-CH'],
    ['another language that goes by the name of ours', 'Sign “sun” in Greek Sign Language', {}, 'got GSS'],
    ['several languages', 'Is “sun” the same in ASL and DGS?', { lang: 'KSL' }, 'got a prompt that names ASL and GSL'],
    ['a prompt with letters lost', 'How do you sign “s\uFFFDn” in ASL?', {}, 'wanted text, got U+FFFD'],
    ['a prompt of marks', '\u{1F327}\uFE0F', { lang: 'ASL' }, 'got no word it knows'],
    ['a prompt of unknown words', 'xyzzy plugh', { lang: 'ASL' }, 'got no word it knows'],
    ['a file without a model', 'sun', { lang: 'ASL', out: ['x.json'] }, 'wanted --model and --out together'],
  ])('refuses %s', async (_, text, options, message) => {
    await expect(prompt(text, { gloss, beams: 1, ...options })).rejects.toThrow(message)
    expect(existsSync('x.json')).toBe(false)
  })

  it('refuses a model of motion for a model of gloss, and the other way round', async () => {
    await expect(prompt('sun', { gloss: shared, lang: 'ASL', beams: 1 })).rejects.toThrow('wanted a text-to-gloss model')
    await expect(readPoseCheckpoint(gloss)).rejects.toThrow('pass it as --gloss to signllm prompt')
  })
})
