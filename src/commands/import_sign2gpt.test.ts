// Checkpoints of the names and shapes that the released Sign2GPT code gives them, imported, and used as the models are that are built of the same
// numbers directly; and what is said of those that are not whole, or not what they are taken for.

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { pseudoGlossDescription, restorePseudoGloss } from '../checkpoint/pseudo_gloss.js'
import { restoreSignToText, signToTextDescription } from '../checkpoint/sign_to_text.js'
import { loadXglm } from '../checkpoint/xglm_files.js'
import { xglmTensorsOf } from '../checkpoint/xglm_files.testing.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import type { Tensor } from '../formats/safetensors/types.js'
import { PseudoGlossReader } from '../infer/pseudo_gloss_reader.js'
import { SignTranslator } from '../infer/sign_translator.js'
import { PseudoGlossModel } from '../model/pseudo_gloss.js'
import { type SignConfig, signPresets } from '../model/sign_sizes.js'
import { SignToTextModel } from '../model/sign_to_text.js'
import { Released } from '../model/sign2gpt_state_dict.testing.js'
import type { HostTensor } from '../nn/host_tensor.js'
import { openReferred } from '../tasks/language_source.js'
import { PieceVocabulary } from '../text/pieces/piece_vocabulary.js'
import { tokenizerJson } from '../text/pieces/pieces.testing.js'
import { type ImportOptions, importStateDict } from './import.js'
import { storedAs, writeReleased } from './import_sign2gpt.testing.js'

const signs = { width: 24, heads: 2, hidden: 20, stages: [2, 1], numbers: 10 }
const config: SignConfig = { ...signPresets.sign2gpt, ...signs, input: 'poses', maxFrames: 256, padding: 'rows' }
const language = { width: 16, heads: 2, hidden: 24, layers: 2, vocabulary: 12, rank: 4 }
const xglm = xglmTensorsOf({ d_model: 16, ffn_dim: 24, num_layers: 2, vocab_size: 12 }) as ReadonlyMap<string, Tensor & HostTensor>
const first = Released.firstStage(signs, { vector: 6, classes: 3 })
const second = Released.secondStage(signs, language, xglm)

/** Clips of different lengths, even and odd. */
const clips = [9, 14, 40].map((frames) => ({
  frames,
  values: Float32Array.from({ length: frames * signs.numbers }, (_, i) => Math.sin(0.37 * i + frames)),
}))

let folder: string
const file = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-sign2gpt-'))
  await writeFile(file('classes.txt'), 'rain\nsun\nsnow\n')
  await writeFile(file('ubiquitous.txt'), 'sun\n')
  await writeFile(file('tokenizer.json'), JSON.stringify(tokenizerJson()))
  await publish('published')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const write = (name: string, ...of: Tail<Parameters<typeof writeReleased>>) => writeReleased(file(name), ...of)
type Tail<List extends readonly unknown[]> = List extends readonly [unknown, ...infer Rest] ? Rest : never

/** Writes the language model as Hugging Face publishes it; `scale` makes it another. */
async function publish(name: string, scale = 1) {
  await mkdir(file(name), { recursive: true })
  const told = { attention_heads: language.heads, max_position_embeddings: 30, d_model: 16, ffn_dim: 24, num_layers: 2, vocab_size: 12 }
  await writeFile(join(file(name), 'config.json'), JSON.stringify({ model_type: 'xglm', ...told }))
  await writeFile(join(file(name), 'tokenizer.json'), JSON.stringify(tokenizerJson()))
  const tensors = new Map([...xglm].map(([of, { shape, data }]) => [of, storedAs({ shape, data: data.map((v) => scale * v) })] as const))
  await writeFile(join(file(name), 'model.safetensors'), formatSafetensors(tensors, {}))
}

const importing = (path: string, options: Partial<ImportOptions> = {}) =>
  importStateDict(path, { lang: 'GSL', out: `${path}.imported`, overwrite: true, ...options })

describe('a checkpoint of the first stage', () => {
  const options = () => ({ classes: file('classes.txt'), ubiquitous: file('ubiquitous.txt') })

  it('becomes a pseudo-gloss model that finds what the same numbers find', async () => {
    const path = await write('first.safetensors', first.theirs)
    const summary = await importing(path, options())
    expect(summary).toMatchObject({ task: 'pseudo-gloss', language: 'GSL', classes: 3, width: 24, heads: 2, stages: [2, 1], numbers: 10 })
    const gpu = await lentGpu()
    const saved = await readCheckpoint(summary.out)
    const description = pseudoGlossDescription(saved)
    expect(description).toMatchObject({
      languages: ['GSL'],
      fps: 12.5,
      config: { ...config, vectorWidth: 6, trained: { vectors: false, temperatures: true } },
    })
    expect([description.classes.names, [...description.classes.ubiquitous]]).toEqual([['rain', 'sun', 'snow'], ['sun']])
    await using imported = restorePseudoGloss(gpu, saved)
    await using direct = new PseudoGlossModel(gpu, description, { tensors: first.ours })
    await using reader = new PseudoGlossReader(gpu, imported)
    await using wanted = new PseudoGlossReader(gpu, direct)
    const found = await reader.find(clips)
    expect(found).toEqual(await wanted.find(clips))
    expect(found.map(({ tokens }) => tokens)).toEqual([5, 8, 21])
    expect(new Set(found.flatMap(({ scores }) => [...scores])).size).toBe(9)
  })

  it('may be one of other sizes, without a pool and with temperatures that are not trained', async () => {
    const scalar = { shape: [], data: Float32Array.of(0.5) }
    const tensors = new Map([...first.theirs].map(([name, tensor]) => [`module.${name.replace('network.2.', 'network.1.')}`, tensor]))
    const changed = { 'module.post_model.class_temperature': scalar, 'module.post_model.time_temperature': scalar }
    const path = await write('other.safetensors', tensors, changed)
    const told = { heads: 2, window: 3, padding: 'cut', attention: 'global', maxFrames: 100 } as const
    expect(await importing(path, { ...options(), ...told, fps: 25 })).toMatchObject({ downSample: false, ...told })
    const { config: sizes, fps } = pseudoGlossDescription(await readCheckpoint(`${path}.imported`))
    expect([sizes.trained.temperatures, fps]).toEqual([false, 25])
  })

  const scale = 'sign_model.encoder.network_block.network.0.1.layer_scale_1'
  const heads = 'sign_model.encoder.network_block.network.0.0.token_mixer.attention.rotary_embeddings.inv_freq'
  const zeros = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) })
  it.each([
    ['without a tensor of the sign encoder', { [scale]: undefined }, {}, "wanted tensor 'sign_encoder/layer.1/self/scale', got none"],
    ['of another shape', { [scale]: zeros(4) }, {}, "wanted 'sign_encoder/layer.1/self/scale' as [24], got [4]"],
    ['with a tensor too many', { 'sign_model.encoder.gate': zeros(4) }, {}, "got tensors it does not have: 'sign_model.encoder.gate'"],
    ['with one of no part', { 'optimizer.step': zeros(1) }, {}, "got tensors it does not have: 'optimizer.step'"],
    ['without a frame head', { 'sign_model.spatial_model.lin.bias': undefined }, {}, "wanted tensor 'frames/bias', got none"],
    ['without a variance', { 'sign_model.spatial_model.bn.running_var': undefined }, {}, 'of one size, got 24 and none'],
    ['of both stages', { 'post_model.fc.bias': zeros(4) }, {}, 'got one of both. Export the whole state dict'],
    ['with other prototypes', { 'post_model.vocab_embedding': zeros(6, 4, 1) }, {}, 'wanted 4 classes, a word for each prototype, got 3'],
    [
      'with heads of an image encoder that it has not',
      {},
      { imageHeads: 2 },
      "wanted options of a model of poses, as it has no image encoder, got 'imageHeads'",
    ],
    ['with other heads than told', {}, { heads: 4 }, "wanted 2 heads, as 'rotary_embeddings.inv_freq' tells, got 4"],
    ['with an even window', {}, { window: 4 }, "wanted window as an odd number, or 'all', got 4"],
    ['without classes', {}, { classes: undefined }, 'wanted the words of the classes, which no tensor tells, got none'],
    ['with a tokenizer', {}, { tokens: 'x.json' }, "wanted options of Sign2GPT’s first stage, which it is of, got 'tokens'"],
    ['with a vocabulary', {}, { vocabulary: 'x.txt' }, 'wanted options that say something of a Sign2GPT checkpoint, got --vocabulary'],
  ] as const)('is refused %s', async (_, changed, told, problem) => {
    const path = await write('wrong.safetensors', first.theirs, changed as Record<string, HostTensor | undefined>)
    await expect(importing(path, { ...options(), ...told, out: file('wrong.imported') })).rejects.toThrow(problem)
    expect(await readdir(folder)).not.toContain('wrong.imported')
  })

  it('says its heads, or has them said', async () => {
    const tensors = new Map([...first.theirs].filter(([name]) => name !== heads && !name.endsWith('inv_freq')))
    const path = await write('headless.safetensors', tensors)
    await expect(importing(path, options())).rejects.toThrow("got no 'rotary_embeddings.inv_freq', which tells them. Say them: --heads 8")
    expect(await importing(path, { ...options(), heads: 6 })).toMatchObject({ heads: 6 })
  })

  it('wants a word of its own for each class', async () => {
    const path = await write('first.safetensors', first.theirs)
    await writeFile(file('twice.txt'), 'rain\nsun\nrain\n')
    await expect(importing(path, { classes: file('twice.txt') })).rejects.toThrow("twice.txt:3: wanted a word of its own, got 'rain' again")
    await writeFile(file('twice.txt'), 'rain\n\nsun\n')
    await expect(importing(path, { classes: file('twice.txt') })).rejects.toThrow(
      'twice.txt:2: wanted a word of its own, got an empty line',
    )
  })
})

describe('a checkpoint of the second stage', () => {
  const withoutLanguage = new Map([...second.theirs].filter(([name]) => !xglm.has(name.replace('lang_model.', ''))))

  it('becomes a sign-to-text model over the files that it was trained over, and translates as the same numbers do', async () => {
    const path = await write('second.safetensors', second.theirs)
    const summary = await importing(path, { languageModel: file('published'), stored: 'f32' })
    expect(summary).toMatchObject({ task: 'sign-to-text', language: 'GSL', languageLayers: 2, languageWidth: 16 })
    expect(summary).toMatchObject({ task: 'sign-to-text', width: 24, adapters: { rank: 4, alpha: 4, gate: 'clamp' }, maxTokens: 30 })
    const gpu = await lentGpu()
    const saved = await readCheckpoint(summary.out)
    expect([...saved.tensors.keys()].filter((name) => name.includes('language/'))).toEqual([])
    const description = signToTextDescription(saved)
    expect(description).toMatchObject({
      config: { signs: config },
      languages: ['GSL'],
      fps: 12.5,
      frozen: { path: join(file('published'), 'model.safetensors') },
    })
    await using imported = await restoreSignToText(gpu, saved, { openLanguage: openReferred })
    const languageModel = await loadXglm(gpu, file('published'), { stored: 'f32' })
    await using direct = new SignToTextModel(gpu, description, languageModel, { tensors: second.ours })
    await expectSame(imported, direct)
  })

  it('keeps the language model that it holds, as it is stored there', async () => {
    const path = await write('whole.safetensors', second.theirs)
    await importing(path, { tokens: file('tokenizer.json') })
    const halves = await write('halves.safetensors', second.theirs, {}, 'BF16')
    await importing(halves, { tokens: file('tokenizer.json') })
    const gpu = await lentGpu()
    const [saved, half] = [await readCheckpoint(`${path}.imported`), await readCheckpoint(`${halves}.imported`)]
    const description = signToTextDescription(saved)
    expect(description.frozen).toEqual({ mark: expect.stringMatching(/^[0-9a-f]{16}$/), stored: 'f32' })
    expect(signToTextDescription(half).frozen.stored).toBe('f16')
    expect(description.config).toMatchObject({
      maxTokens: 64,
      language: { layers: 2, width: 16, heads: 2, hidden: 24, vocabulary: 12, maxTokens: 2048 },
    })
    await using imported = await restoreSignToText(gpu, saved)
    const languageModel = await loadXglm(gpu, file('published'), { config: description.config.language, stored: 'f32' })
    await using direct = new SignToTextModel(gpu, description, languageModel, { tensors: second.ours })
    await expectSame(imported, direct)
    await using inHalves = await restoreSignToText(gpu, half)
    await using translator = new SignTranslator(gpu, inHalves)
    expect((await translator.translate(clips, { beams: 2, limit: 3 })).every(({ score }) => score! < 0)).toBe(true)
  })

  it.each([
    ['without a language model', {}, {}, 'wanted the language model with it'],
    [
      'over one of other sizes',
      {},
      { languageModel: 'narrow' },
      'of 2 layers of width 16 with 2 heads, got one of 2 layers of width 16 with 4 heads',
    ],
    ['over sizes alone', {}, { languageModel: 'xglm-564m' }, 'got one of 24 layers'],
    [
      'without an adapter',
      { 'lang_model.model.layers.1.self_attn.lora_wo_l2.weight': undefined },
      {},
      "wanted tensor 'adapters/layer.1/out/b', got none",
    ],
    ['without a gate', { 'lang_model.model.layers.0.self_attn.adaptor_gate': undefined }, {}, "adaptor_gate' of 1 dimensions, got none"],
    [
      'with a type to store none as',
      {},
      { languageModel: undefined, stored: 'f32' },
      'wanted the files of a language model to store as f32, got none',
    ],
    ['with α of 0', {}, { alpha: 0 }, 'wanted α above 0, got 0'],
    ['with too many tokens', {}, { maxTokens: 31 }, 'wanted 1 to 30 tokens at most, the positions that it has, got 31'],
    ['with classes', {}, { classes: 'x' }, "wanted options of Sign2GPT’s second stage, which it is of, got 'classes'"],
  ] as const)('is refused %s', async (what, changed, told, problem) => {
    await publish('narrow')
    await writeFile(
      join(file('narrow'), 'config.json'),
      JSON.stringify({ attention_heads: 4, max_position_embeddings: 30, d_model: 16, ffn_dim: 24, num_layers: 2, vocab_size: 12 }),
    )
    const path = await write('wrong.safetensors', withoutLanguage, changed as Record<string, HostTensor | undefined>)
    const over = what === 'without a language model' ? undefined : file('published')
    const named = 'languageModel' in told && told.languageModel === 'narrow' ? { languageModel: file('narrow') } : told
    await expect(importing(path, { languageModel: over, ...named })).rejects.toThrow(problem)
  })

  it('is refused over another language model than it holds, and with a tokenizer of another', async () => {
    const path = await write('second.safetensors', second.theirs)
    await publish('doubled', 2)
    await expect(importing(path, { languageModel: file('doubled') })).rejects.toThrow(
      "was trained over, got one with another 'model.layer_norm.weight'",
    )
    await expect(importing(path)).rejects.toThrow(
      'second.safetensors: wanted a tokenizer beside it, got none. Name its tokenizer.json: --tokens',
    )
    const large = tokenizerJson({
      model: {
        type: 'Unigram',
        unk_id: 3,
        vocab: Array.from({ length: 20 }, (_, i) => [['<s>', '<pad>', '</s>', '<unk>'][i] ?? `p${i}`, -i]),
      },
    })
    await writeFile(file('large.json'), JSON.stringify(large))
    await expect(importing(path, { tokens: file('large.json') })).rejects.toThrow('wanted an embedding table of 20 rows')
  })

  it('wants α of adapters of another rank than the published', async () => {
    const wide = Released.secondStage(signs, { ...language, rank: 8 }, xglm)
    const path = await write('wide.safetensors', wide.theirs)
    await expect(importing(path, { languageModel: file('published') })).rejects.toThrow('wanted to know α of adapters of rank 8')
    expect(await importing(path, { languageModel: file('published'), alpha: 16, gate: 'tanh' })).toMatchObject({
      adapters: { rank: 8, alpha: 16, gate: 'tanh' },
    })
  })
})

/** Both translate clips to the same, and not all of them to nothing. */
async function expectSame(imported: SignToTextModel, direct: SignToTextModel): Promise<void> {
  expect(imported.text).toBeInstanceOf(PieceVocabulary)
  const gpu = await lentGpu()
  await using translator = new SignTranslator(gpu, imported)
  await using wanted = new SignTranslator(gpu, direct)
  const read = await translator.translate(clips, { beams: 4, limit: 6 })
  expect(read).toEqual(await wanted.translate(clips, { beams: 4, limit: 6 }))
  expect(new Set(read.map(({ score }) => score)).size).toBe(3)
}
