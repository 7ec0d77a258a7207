// A model exported and looked at as a user does, and taken by commands that take a checkpoint.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCheckpoint } from '../checkpoint/parse.js'
import { exportModel, formatExport } from './export.js'
import { generate } from './generate.js'
import { formatInspection, inspect } from './inspect.js'
import { prompt } from './prompt.js'

const checkpoint = (name: string) => new URL(`../../kernels-test/checkpoints/${name}.safetensors`, import.meta.url).pathname
let folder: string
const file = (name: string) => join(folder, name)
const version = '1.2.3'

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-export-'))
  await mkdir(file('run'))
  await writeFile(file('run/best.safetensors'), await readFile(checkpoint('pose-f32')))
  await writeFile(file('run/config.yaml'), 'name: rain\nseed: 5\n')
  await writeFile(file('run/summary.json'), '{ "step": 40 }')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('export', () => {
  it('writes the best model of a run with all that is known of it, the same bytes each time', async () => {
    const out = file('rain.signllm')
    const summary = await exportModel(file('run'), { out, licence: 'MIT', version })
    expect(summary).toMatchObject({
      task: 'text-to-pose',
      name: 'rain',
      licence: 'MIT',
      provenance: { writtenBy: 'signllm 1.2.3', run: 'rain', seed: 5, steps: 40, runFile: expect.stringMatching(/^[0-9a-f]{64}$/) },
      needs: [],
      notes: [],
    })
    expect(formatExport(summary)).toContain(`${out}: text-to-pose of`)
    const bytes = await readFile(out)
    expect((await exportModel(out, { out, version })).sha256).toBe(summary.sha256)
    expect(await readFile(out)).toEqual(bytes)
    const half = await exportModel(out, { out: file('half.signllm'), half: true, name: 'half a rain', version })
    expect(half).toMatchObject({ name: 'half a rain', licence: 'MIT', provenance: summary.provenance })
    expect(half.bytes).toBeLessThan(summary.bytes)
  })

  it('says that nobody may use what has no licence, and takes no other name or folder', async () => {
    const out = file('x.signllm')
    expect((await exportModel(checkpoint('gloss-f32'), { out, version })).notes.at(-1)).toContain('name one with --licence')
    await expect(exportModel(file('run'), { out: file('x.safetensors'), version })).rejects.toThrow(
      "whose name ends in .signllm, got 'x.safetensors'",
    )
    await expect(exportModel(folder, { out, version })).rejects.toThrow('wanted the folder of a run, got one without best.safetensors')
    await expect(exportModel(file('run'), { out, prompts: file('run'), version })).rejects.toThrow('wanted a text-to-gloss model')
    await expect(exportModel(checkpoint('gloss-f32'), { out, prompts: checkpoint('gloss-f32'), version })).rejects.toThrow(
      'wanted a text-to-pose',
    )
  })
})

describe('a model file', () => {
  it('is told in lines and as facts', async () => {
    const out = file('both.signllm')
    const { sha256, bytes } = await exportModel(file('run'), { out, half: true, prompts: checkpoint('gloss-f32'), version })
    const seen = await inspect(out)
    expect(seen).toMatchObject({ task: 'text-to-pose', sha256, bytes, resumable: false, card: { name: 'rain' } })
    expect(seen.others.prompts).toMatchObject({ task: 'text-to-gloss' })
    const lines = formatInspection(seen)
    for (const line of [
      /^model {6}rain, text-to-pose$/m,
      /^holds {6}text-to-gloss for prompts/m,
      /stored as .*F16/,
      /^licence {4}none said$/m,
    ])
      expect(lines).toMatch(line)
    expect(formatInspection(await inspect(file('run/best.safetensors')))).toContain('signllm export names one')
  })

  it('is what commands take as a model', async () => {
    const out = file('taken.signllm')
    await exportModel(file('run'), { out, prompts: checkpoint('gloss-f32'), version })
    const { card, vocabularies } = await parseCheckpoint(await readFile(out))
    const { tag } = card!.languages[0]!
    const word = Object.values(vocabularies)[0]!.tokens.at(-1)!
    const common = { model: out, lang: tag, out: [file('a.skels')] }
    const made = await generate(word, common)
    const before = await generate(word, { ...common, model: file('run/best.safetensors'), out: [file('b.skels')] })
    expect(made.frames).toBe(before.frames)
    expect(await readFile(file('a.skels'))).toEqual(await readFile(file('b.skels')))
    const glosses = (await parseCheckpoint(await readFile(checkpoint('gloss-f32')))).vocabularies.source!.tokens.at(-1)!
    const read = { lang: tag, beams: 1 }
    const one = await prompt(glosses, { ...read, gloss: out }).catch((error: Error) => error.message)
    const two = await prompt(glosses, { ...read, gloss: checkpoint('gloss-f32') }).catch((error: Error) => error.message)
    expect(one).toEqual(two)
  })
})
