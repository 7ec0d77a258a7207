// The one format, without a GPU and, but for what is looked at here, without files.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { PieceVocabulary } from '../text/pieces/piece_vocabulary.js'
import { tokenizerJson } from '../text/pieces/pieces.testing.js'
import { Vocabulary } from '../text/vocabulary.js'
import { type CheckpointContent, formatCheckpoint, trainerState } from './checkpoint.js'
import { coderNamed, savedCoders } from './one_model.js'
import { parseCheckpoint } from './parse.js'
import { glossCheckpoint } from './text_to_gloss.js'
import { poseCheckpoint } from './text_to_pose.js'

const content: CheckpointContent = {
  task: 'copy',
  model: { letters: 12, deep: [{ a: null }] },
  vocabularies: { letters: Vocabulary.build(['a b', 'b c'], 'whitespace') },
  normalisation: { 'a/b': 2 },
  state: { step: 3 },
  tensors: new Map([['weights/out', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 3) }]]),
}
const read = (change: Partial<CheckpointContent>) => parseCheckpoint(formatCheckpoint({ ...content, ...change }, 'x'), 'x')

/** The bytes of a file with this metadata. */
const file = (metadata: Record<string, string>) => formatSafetensors(new Map(), metadata)

describe('a checkpoint of any task', () => {
  it('is read as it was saved, and saved again to the same bytes', async () => {
    const bytes = formatCheckpoint(content, 'x')
    const back = await parseCheckpoint(bytes, 'x')
    expect(back).toEqual({ ...content, path: 'x', notes: [], stored: ['F32'] })
    expect(formatCheckpoint(back, 'x')).toEqual(bytes)
  })

  it('may lack units and a state, and then is not gone on with', async () => {
    const back = await read({ normalisation: undefined, state: undefined })
    expect([back.normalisation, back.state]).toEqual([undefined, undefined])
    expect(() => trainerState(back)).toThrow('x: wanted a checkpoint to resume from, got a model without optimiser state')
    expect(trainerState(await read({}))).toEqual({ step: 3 })
  })

  it('carries tokenizers, so that its model runs without their files', async () => {
    const text = PieceVocabulary.ofFile(new TextEncoder().encode(JSON.stringify(tokenizerJson())), 't')
    const words = Vocabulary.build(['rain'], 'words')
    const back = await read(savedCoders({ text, words }))
    expect([...coderNamed(back, 'text').encode('rain sun')]).toEqual([...text.encode('rain sun')])
    expect(coderNamed(back, 'words').decode(words.encode('rain'))).toBe('rain')
    expect(formatCheckpoint(back, 'x')).toEqual(formatCheckpoint({ ...content, ...savedCoders({ text, words }) }, 'x'))
    expect(() => coderNamed(back, 'gloss')).toThrow("x: wanted a vocabulary or tokenizer 'gloss', got words, text")
    const broken = { format: 'signllm-2', task: 'copy', model: '1', vocabularies: '{}', pieces: '{"a":{}}' }
    await expect(parseCheckpoint(file(broken), 'x')).rejects.toThrow('x: wanted a saved tokenizer, got')
  })

  it('with a number that is not finite is not made', () => {
    const tensors = new Map([['weights/out', { shape: [1, 2], data: Float32Array.of(1, Number.NaN) }]])
    expect(() => formatCheckpoint({ ...content, tensors }, 'x')).toThrow(
      expect.objectContaining({
        code: 'ERR_DIVERGED',
        message: expect.stringContaining('x: wanted finite numbers to save, got NaN at [0, 1] in weights/out'),
      }),
    )
  })

  it.each([
    ['no checkpoint of ours', {}, 'x: wanted format signllm-2 or an older one, got none. For a state dict'],
    ['one of the future', { format: 'signllm-9', task: 'copy' }, 'got signllm-9. Update signllm to read it'],
    ['an older one without its description', { format: 'signllm-1' }, 'wanted format signllm-2 or an older one, got signllm-1'],
    ['one that lacks its model', { format: 'signllm-2', task: 'copy', vocabularies: '{}' }, "wanted 'model' in the metadata, got none"],
    ['broken JSON', { format: 'signllm-2', task: 'copy', model: '{', vocabularies: '{}' }, 'wanted JSON in the metadata'],
    ['a list of vocabularies', { format: 'signllm-2', task: 'copy', model: '1', vocabularies: '[]' }, 'wanted vocabularies by name'],
    ['an older gloss model that is a list', { format: 'signllm-gloss-1', model: '[]' }, 'wanted the description of a model'],
    ['older groups that are none', { format: 'signllm-1', groups: '{}' }, 'wanted descriptions of groups'],
  ] as [string, Record<string, string>, string][])('is not %s', async (_, metadata, message) => {
    await expect(parseCheckpoint(file(metadata), 'x')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining(message),
    })
  })
})

describe('a checkpoint as a model of a task', () => {
  const refused = (message: string) => expect.objectContaining({ code: 'ERR_CHECKPOINT', message: expect.stringContaining(message) })

  it('is refused where it is of another task', async () => {
    const copy = await read({})
    expect(() => poseCheckpoint(copy)).toThrow(refused('x: wanted a text-to-pose model, got a copy model'))
    expect(() => glossCheckpoint(copy)).toThrow(refused('x: wanted a text-to-gloss model, got a copy model'))
    const gloss = await read({ task: 'text-to-gloss' })
    expect(() => poseCheckpoint(gloss)).toThrow(
      refused('got a text-to-gloss model. It is a text-to-gloss model: pass it as --gloss to signllm prompt'),
    )
  })

  const sizes = { width: 4, heads: 1, hidden: 4, encoderLayers: 1, decoderLayers: 1, dropout: 0, activation: 'relu', maxTokens: 8 }
  const config = { ...sizes, futureFrames: 0, justCounter: false, lengthHead: false, maxFrames: 8 }
  const units = {
    motions: 'neck-shoulder-3',
    startFrame: new Array(150).fill(0),
    scaling: { centre: new Array(151).fill(0), scale: new Array(151).fill(1) },
    fps: 25,
  }
  const vocabulary = Vocabulary.build(['rain'], 'words')
  const pose = (change: Partial<CheckpointContent>) =>
    read({
      task: 'text-to-pose',
      model: { groups: ['ASL', 'GSL'].map((language) => ({ language, config })) },
      vocabularies: { ASL: vocabulary, GSL: vocabulary },
      normalisation: { ASL: units, GSL: units },
      ...change,
    })

  it('of before there was a head of bones regresses joints, and knows no bones', async () => {
    const [group] = poseCheckpoint(await pose({})).groups
    expect([group!.config.head, group!.bones]).toEqual(['joints', undefined])
  })

  it('is refused where a language lacks its words or its units, or has others than are known', async () => {
    expect(poseCheckpoint(await pose({})).groups.map(({ language }) => language)).toEqual(['ASL', 'GSL'])
    const wrong = async (change: Partial<CheckpointContent>, message: string) => {
      const checkpoint = await pose(change)
      expect(() => poseCheckpoint(checkpoint)).toThrow(refused(message))
    }
    await wrong({ vocabularies: { ASL: vocabulary } }, 'wanted a vocabulary of GSL, got none')
    await wrong({ normalisation: { ASL: units } }, 'wanted the units of GSL, got')
    await wrong({ normalisation: undefined }, 'wanted the units of ASL, got')
    await wrong({ normalisation: { ASL: units, GSL: { ...units, fps: 0 } } }, 'wanted the units of GSL, got')
    await wrong({ normalisation: { ASL: { ...units, motions: 'metres' }, GSL: units } }, 'wanted the units of ASL, got')
    await wrong({ normalisation: { ASL: { ...units, more: 1 }, GSL: units } }, 'wanted the units of ASL, got')
    const few = { ...units, bones: { lengths: new Array(48).fill(1), spread: 0 } }
    await wrong({ normalisation: { ASL: few, GSL: units } }, 'wanted the units of ASL, got')
    await wrong({ model: { groups: [{ language: 'ASL', config: { ...config, head: 'angles' } }] } }, 'wanted descriptions of groups, got')
    await wrong({ model: { groups: [{ language: 'ASL', config: sizes }] } }, 'wanted descriptions of groups, got')
  })

  it('of glosses is refused without both vocabularies', async () => {
    const model = { config: sizes, languages: ['ASL'], reads: 'text' }
    const checkpoint = await read({ task: 'text-to-gloss', model, vocabularies: { source: vocabulary } })
    expect(() => glossCheckpoint(checkpoint)).toThrow(refused('wanted the vocabularies source and gloss, got source'))
  })
})

/** Files that a file runs with: what it imports, statically or dynamically, and what those do; types aside. */
function closureOf(path: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(path)) return found
  const text = readFileSync(path, 'utf8')
  found.set(path, text)
  const imports = /^(?:import|export) (?!type )(?:\{[^}]*\}|\* as \w+|\w+) from '([^']+)'|^import '([^']+)'|import\('([^']+)'\)/gm
  for (const [, named, bare, dynamic] of text.matchAll(imports)) {
    const target = (named ?? bare ?? dynamic)!
    if (target.startsWith('.')) {
      const file = join(dirname(path), target)
      // What threads run too is JavaScript as it stands.
      closureOf(existsSync(file) ? file : file.replace(/\.js$/, '.ts'), found)
    } else found.set(target, '')
  }
  return found
}

describe('reading from bytes', () => {
  it('touches nothing of Node, neither modules nor globals', () => {
    const closure = ['parse', 'text_to_pose', 'text_to_gloss'].reduce((all, name) => closureOf(`src/checkpoint/${name}.ts`, all), new Map())
    expect([...closure.keys()].filter((name) => !existsSync(name))).toEqual(['zod'])
    expect(closure.size).toBeGreaterThan(15)
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    for (const [path, text] of closure) expect(code(text), path).not.toMatch(/\bnode:|\bprocess\.|\bBuffer\b|\brequire\(|\b__dirname\b/)
    // Those that open a path do.
    expect([...closureOf('src/checkpoint/file.ts').keys()]).toContain('node:fs/promises')
  })
})
