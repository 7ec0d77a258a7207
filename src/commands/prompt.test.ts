// The cascade as a user has it: two checkpoints, a prompt, a file. Both models are hardly trained; what is asked is the way, not the signing.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCheckpoint } from '../train/checkpoint.js'
import { dataPrompts } from './data_prompts.js'
import { prompt } from './prompt.js'
import { train } from './train.js'

let folder: string
const file = (name: string) => join(folder, name)
const stream = { write: () => true }

const synthetic =
  'data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 24, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'
const sizes = 'width: 32, heads: 2, hidden: 64, encoderLayers: 1, decoderLayers: 1, dropout: 0'

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

  it('signs with one group for all languages, or with the group of the language', async () => {
    const { groups: all } = await readCheckpoint(shared)
    expect(all.map(({ language }) => language)).toEqual(['ALL'])
    for (const model of [shared, groups]) {
      const out = file('sun.json')
      const summary = await prompt('How do you sign “sun” in ASL?', { gloss, model, out: [out], beams: 2 })
      const motion = JSON.parse(await readFile(out, 'utf8'))
      expect(motion.frames.length ?? motion.frames).toBe(summary.frames)
      await rm(out)
    }
  })

  it('reads the prompts of a corpus, for the second stage to be tuned on', async () => {
    await writeFile(file('c.text'), 'sun\nxyzzy\n')
    const summary = await dataPrompts({ corpus: file('c'), lang: 'ASL', readBy: gloss })
    const lines = (await readFile(file('c.lang_gloss'), 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/^<ASL_/)
    // It cannot have read a word it never saw as it is meant.
    expect(summary.misread).toBeGreaterThanOrEqual(1)
    await writeFile(
      file('tuned.yaml'),
      `name: tuned\nout: ${file('tuned')}\ngroups: shared\nstart: ${shared}\n${synthetic}
model: { ${sizes}, maxFrames: 40, maxTokens: 8 }\nstop: { steps: 1 }\nlog: { tensorboard: false }\n`,
    )
    const untuned = (await readCheckpoint(shared)).tensors('weights', 'ALL')
    await train(file('tuned.yaml'), { stream })
    const tuned = await readCheckpoint(file('tuned/last.safetensors'))
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
    ['a prompt of unknown words', 'xyzzy plugh', { lang: 'ASL' }, 'got no word it knows'],
    ['a file without a model', 'sun', { lang: 'ASL', out: ['x.json'] }, 'wanted --model and --out together'],
  ])('refuses %s', async (_, text, options, message) => {
    await expect(prompt(text, { gloss, beams: 1, ...options })).rejects.toThrow(message)
    expect(existsSync('x.json')).toBe(false)
  })

  it('refuses a model of motion for a model of gloss, and the other way round', async () => {
    await expect(prompt('sun', { gloss: shared, lang: 'ASL', beams: 1 })).rejects.toThrow('wanted a text-to-gloss model')
    await expect(readCheckpoint(gloss)).rejects.toThrow('give it to signllm prompt as --gloss')
  })
})
