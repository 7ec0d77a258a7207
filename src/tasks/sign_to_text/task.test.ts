// A sign-to-text run: over a language model of our own, from a stage 1, stopped and resumed to the same bytes, refused where what it names does not fit; and
// what its model is: the frozen one's bits while its gates are shut, text a token at a time as all at once, nothing of what is frozen trained.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu, noise } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignToText, signToTextDescription } from '../../checkpoint/sign_to_text.js'
import { xglmTensorsOf } from '../../checkpoint/xglm_files.testing.js'
import { SlotPool } from '../../device/memory.js'
import { Program, Recorder } from '../../device/program.js'
import { formatSafetensors } from '../../formats/safetensors/format.js'
import type { PoseFrames } from '../../infer/pose_reader.js'
import { paddedSigning } from '../../infer/sign_reader.js'
import { signTextArrays, signTextFeeds } from '../../infer/sign_text_reader.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import { languagePresets, readSentences } from '../../model/language_model.js'
import { signFeaturesOf } from '../../model/sign_features.js'
import { signPresets } from '../../model/sign_sizes.js'
import { readText, type SignToTextConfig, SignToTextModel, signToTextSpecs, textLayers } from '../../model/sign_to_text.js'
import { isTrainable, trainedNumbers } from '../../nn/parameter_spec.js'
import { xglmPlaces } from '../../nn/positions.js'
import { Graph } from '../../ops/graph.js'
import { vocabularyTop } from '../../ops/vocabulary.js'
import { letterFiles } from '../../text/pieces/pieces.testing.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { runTask } from '../../train/run/run.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { recordStep } from '../../train/trainer.js'
import { openReferred } from '../language_source.js'
import { trainSignToTextRun } from '../run.js'
import { loadTaskRun } from '../run_file.js'
import { parseSignToTextConfig, type SignToTextRunConfig } from './config.js'
import { loadSignToTextData } from './data.js'
import { signToText } from './task.js'
import type { SignToTextTraining } from './training.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-signs-'))
  await trained('language', languageFile('language'))
  await trained('stage-1', stageFile('stage-1', 'stages: [1, 1]'))
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = 'data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]'
const signs = 'width: 16, heads: 2, hidden: 32, maxFrames: 64'
const last = (name: string) => join(folder, name, 'last.safetensors')

const common = (task: string, name: string) => `
task: ${task}
name: ${name}
out: ${join(folder, name)}
${synthetic}
batch: { size: 8 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
`

const languageFile = (name: string) => `${common('language-model', name)}
tokens: words
model: { width: 24, heads: 2, hidden: 32, layers: 2, dropout: 0.1, maxTokens: 10 }
stop: { steps: 3 }
validate: { every: 3 }`

const stageFile = (name: string, sizes: string) => `${common('pseudo-gloss', name)}
items: words
model: { ${signs}, ${sizes} }
stop: { steps: 3 }
validate: { every: 3, clips: 2 }`

const runFile = (name: string, more = '', sizes = 'stages: [1, 1], maxTokens: 8') => `${common('sign-to-text', name)}
language_model: ${last('language')}
model: { ${signs}, ${sizes} }
stop: { steps: 7 }
validate: { every: 3, clips: 2, beams: 2 }
${more}`

/** Runs a file of any task to its end. */
async function trained(name: string, text: string): Promise<void> {
  const path = join(folder, `${name}.yaml`)
  await writeFile(path, text)
  const { task, config } = await loadTaskRun(path)
  for await (const _ of runTask(task, await lentGpu(), config, {})) {
    // to its end
  }
}

interface Changes extends FolderOptions {
  readonly more?: string
  /** Another run file altogether. */
  readonly config?: SignToTextRunConfig
  readonly stopAt?: number
}

/** Runs a file, stopping itself after step `stopAt`; returns its events. */
async function run(name: string, { more = '', config: given, stopAt = Infinity, ...options }: Changes = {}) {
  const config = given ?? parseSignToTextConfig(runFile(name, more), name)
  const controller = new AbortController()
  const events = []
  for await (const event of trainSignToTextRun(await lentGpu(), config, { ...options, signal: controller.signal })) {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return events
}

const load = (more = '', sizes?: string) => loadSignToTextData(parseSignToTextConfig(runFile('data', more, sizes), 'data'))
const bytes = (name: string, file: string) => readFile(join(folder, name, file))

describe('a sign-to-text run', () => {
  it('stopped in the middle of an epoch goes on to the same bytes', async () => {
    const events = await run('whole')
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['checkpoint', 'end', 'start', 'step', 'validation']))
    await run('broken', { stopAt: 4 })
    await run('broken', { resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
  }, 120_000)

  it('has a checkpoint that needs no other file: it says what it is, and translates alike wherever it is opened', async () => {
    const gpu = await lentGpu()
    const saved = await readCheckpoint(last('whole'))
    const { dev, description } = await load()
    expect(JSON.parse(JSON.stringify(signToTextDescription(saved)))).toEqual(JSON.parse(JSON.stringify({ ...description, seed: 27 })))
    expect(saved.tensors.has('frozen/language/norm/gamma')).toBe(true)
    expect([...saved.tensors.keys()].filter((name) => /^(first|second)\/language/.test(name))).toEqual([])
    const read = []
    for (let i = 0; i < 2; i++) {
      await using model = await restoreSignToText(gpu, saved)
      await using translator = new SignTranslator(gpu, model)
      read.push(await translator.translate(posesIn(dev), { beams: 3 }))
    }
    expect(read[0]).toEqual(read[1])
    expect(read[0]!.every(({ text, score }) => typeof text === 'string' && score! < 0)).toBe(true)
  })

  it.each([
    ['tokenizer.json', (file: string) => file],
    ['pieces.model', (file: string) => `{ file: ${file}, layout: xglm }`],
  ] as const)('writes by the pieces of a %s, those of its language model if nothing else is said', async (kind, written) => {
    const file = join(folder, kind)
    await writeFile(file, letterFiles('▁rain', '▁sun', '▁wind', '▁snow', '▁cloud')[kind])
    const tokens = `tokens: ${written(file)}`
    const language = `language-${kind}`
    await trained(language, languageFile(language).replace('tokens: words', tokens).replace('maxTokens: 10', 'maxTokens: 20'))
    const over = (name: string, more = '') => {
      const text = runFile(name, more, 'stages: [1, 1], maxTokens: 18').replace(last('language'), last(language))
      return { config: parseSignToTextConfig(text, name) }
    }
    await run(`said-${kind}`, over(`said-${kind}`, tokens))
    await run(`cut-${kind}`, { ...over(`cut-${kind}`), stopAt: 4 })
    await run(`cut-${kind}`, { ...over(`cut-${kind}`), resume: true })
    const [said, cut] = [await readCheckpoint(last(`said-${kind}`)), await readCheckpoint(last(`cut-${kind}`))]
    for (const [name, { data }] of said.tensors) expect(cut.tensors.get(name)!.data, name).toEqual(data)

    const { text } = signToTextDescription(cut)
    expect(text.decode(text.encode('fog rain'))).toBe('fog rain')
    await using model = await restoreSignToText(await lentGpu(), cut)
    await using translator = new SignTranslator(await lentGpu(), model)
    for (const read of await translator.translate(posesIn((await load()).dev))) expect(read.text).toBe(text.decode(read.tokens))

    const others = over('other', 'tokens: words').config
    await expect(loadSignToTextData(others)).rejects.toThrow('wanted a tokenizer whose end is 2, as the language model has it, got 3')
  })

  it('drops weights of attention as its language model was trained, or as the file says', async () => {
    const files = join(folder, 'published')
    await publish(files, 1)
    const rateOf = async (change: (file: string) => string) => {
      const config = parseSignToTextConfig(change(runFile('data')), 'data')
      return (await loadSignToTextData(config)).description.config.language.attentionDropout
    }
    expect(await rateOf((file) => file)).toBe(0)
    expect(await rateOf((file) => file.replace(last('language'), `{ file: ${last('language')}, attentionDropout: 0.2 }`))).toBe(0.2)
    expect(await rateOf((file) => `${file}\ntokens: words`.replace(last('language'), files))).toBe(0.1)
  })

  it('refers to the files of a published model, and tells when they are gone or others', async () => {
    const gpu = await lentGpu()
    const files = join(folder, 'published')
    await publish(files, 1)
    const text = `${runFile('over')}\ntokens: words`.replace(last('language'), files)
    await trained('over', text)
    const saved = await readCheckpoint(last('over'))
    expect([...saved.tensors.keys()].filter((name) => name.includes('language/'))).toEqual([])
    const opened = async () => {
      await using model = await restoreSignToText(gpu, saved, { openLanguage: openReferred })
      return model.frozen.stored
    }
    expect(await opened()).toBe('f16')
    await expect(restoreSignToText(gpu, saved)).rejects.toThrow('wanted the language model with it, got one that refers to')
    await publish(files, 2)
    await expect(opened()).rejects.toThrow('wanted the language model that it was trained with')
    await rm(files, { recursive: true })
    await expect(opened()).rejects.toMatchObject({ code: 'ERR_CHECKPOINT' })
  })

  it('finds a published model that was named from a folder around the checkpoint, whatever the working directory', async () => {
    const gpu = await lentGpu()
    await publish(join(folder, 'models', 'tiny'), 1)
    const saved = await readCheckpoint(last('over'))
    const description = signToTextDescription(saved)
    const opened = async (path: string) => {
      const model = await openReferred(gpu, { ...description, frozen: { ...description.frozen, path } }, saved.path)
      model.destroy()
    }
    await opened(join('models', 'tiny'))
    await expect(opened(join('models', 'none'))).rejects.toThrow(/last\.safetensors: wanted the files of its language model/)
  })

  it('is not resumed as another', async () => {
    await expect(run('whole', { resume: true, more: 'smoothing: 0' })).rejects.toThrow('wanted `smoothing` as when the run was')
  })

  it('begins with what stage 1 has learnt, and keeps it where it is frozen', async () => {
    await run('begun', { more: `initFrom: ${last('stage-1')}\nsigns: frozen` })
    const [stage, begun] = [await readCheckpoint(last('stage-1')), await readCheckpoint(last('begun'))]
    const own = [...begun.tensors].filter(([name]) => /^weights\/(?!adapters)/.test(name))
    expect(own.length).toBeGreaterThan(20)
    for (const [name, { data }] of own) expect(data, name).toEqual(stage.tensors.get(name)!.data)
    expect([...begun.tensors.keys()].filter((name) => name.startsWith('first/')).every((name) => name.startsWith('first/adapters/'))).toBe(
      true,
    )
  })

  it.each([
    [
      'a sentence over maxTokens',
      '',
      'stages: [1, 1], maxTokens: 2',
      'wanted at most 2 tokens with the closing one (maxTokens), got 3. Raise',
    ],
    [
      'more tokens than positions',
      '',
      'stages: [1, 1], maxTokens: 11',
      'wanted model.maxTokens up to 10, the positions that it has, got 11',
    ],
    ['a vocabulary of another size', 'tokens: letters', undefined, 'wanted an embedding table of'],
    ['a clip over maxFrames', '', 'stages: [1, 1], maxTokens: 8, maxFrames: 8', 'wanted at most 8 frames (maxFrames)'],
  ])('refuses %s', async (_, more, sizes, problem) => {
    const text = runFile('data', more, sizes).replace(
      'maxFrames: 64, stages: [1, 1], maxTokens: 8, maxFrames: 8',
      'stages: [1, 1], maxTokens: 8, maxFrames: 8',
    )
    await expect(loadSignToTextData(parseSignToTextConfig(text, 'data'))).rejects.toThrow(problem)
  })

  it('refuses what is no language model, no stage 1, and a stage 1 of other sizes', async () => {
    const loaded = (more: string, sizes?: string) =>
      signToText.load(parseSignToTextConfig(runFile('data', more, sizes), 'data'), { resumed: false })
    const other = runFile('data').replace(last('language'), last('stage-1'))
    await expect(loadSignToTextData(parseSignToTextConfig(other, 'data'))).rejects.toThrow(
      'wanted a language-model model, got a pseudo-gloss model',
    )
    await expect(loaded(`initFrom: ${last('language')}`)).rejects.toThrow('wanted a pseudo-gloss model, got a language-model model')
    await expect(loaded(`initFrom: ${last('stage-1')}`, 'stages: [1], maxTokens: 8')).rejects.toThrow(
      'wanted stages 1, as the run file has it, got 1,1',
    )
    await expect(loaded(`initFrom: ${last('stage-1')}`, 'stages: [1, 1], maxTokens: 8, padding: rows')).rejects.toThrow(
      'wanted padding rows, as the run file has it, got cut',
    )
    expect(() => parseSignToTextConfig(runFile('data', 'signs: frozen'), 'x')).toThrow('wanted initFrom')
  })
})

describe('a sign-to-text model', () => {
  it('has the frozen model’s bits while its gates are shut', async () => {
    await using model = await firstModel()
    const given = Uint32Array.from([2, 5, 6, 7, 2, 6, 4, 1])
    const adapted = await featuresOf(model, given, true)
    expect(adapted).toEqual(await featuresOf(model, given, false))
    expect(adapted.some((v) => v !== 0)).toBe(true)
    await open(model)
    expect(await featuresOf(model, given, true)).not.toEqual(adapted)
  })

  it('writes a token at a time what follows from all at once', async () => {
    const gpu = await lentGpu()
    await using model = await firstModel()
    await open(model)
    await using translator = new SignTranslator(gpu, model)
    const [clip] = posesIn((await load()).dev)
    const heard: string[] = []
    const [read] = await translator.translate([clip!], { onText: (_, text) => heard.push(text) })
    expect(heard).toHaveLength(read!.tokens.length)
    expect(heard.at(-1) ?? '').toBe(read!.text)
    const given = Uint32Array.from([2, ...read!.tokens])
    const best = await bestAfter(model, given, clip!)
    expect(best).toEqual([...read!.tokens, ...(read!.tokens.length < 8 ? [3] : best.slice(-1))])
  })

  it('trains nothing of what is frozen, and dispatches nothing for it', async () => {
    const kernels = async (more: string) => {
      const config = parseSignToTextConfig(runFile('data', more), 'data')
      await using training = (await (await signToText.load(config, { resumed: false })).begin(await lentGpu()))
        .training as SignToTextTraining
      const [plan] = training.planEpoch(0)
      using slots = { pool: new SlotPool(await lentGpu()), [Symbol.dispose]: () => undefined }
      const { program } = await recordStep(await lentGpu(), training, { ...plan!, batch: plan!.examples.length }, config, slots.pool)
      const names = program.steps.map(({ kernel }) => kernel.name)
      program.destroy()
      slots.pool.destroy()
      expect(training.model.language.weights.grads).toBeUndefined()
      expect(training.model.language.weights.first).toBeUndefined()
      return { names, trained: training.model.weights.specs.filter(isTrainable).map(({ name }) => name) }
    }
    const frozen = await kernels(`initFrom: ${last('stage-1')}\nsigns: frozen`)
    const count = ({ names }: { names: string[] }, kernel: RegExp) => names.filter((name) => kernel.test(name)).length
    expect(frozen.trained.every((name) => name.startsWith('adapters/'))).toBe(true)
    // Of linear layers' own weights only those of the one that signing goes through are trained.
    expect(count(frozen, /^linear.*weight_grad/)).toBe(1)
    expect(count(frozen, /layer_norm.*weight_grad|banded_attention.*grad|vocabulary_embedding_grad|batch_norm.*grad/)).toBe(0)
    const trainedToo = await kernels('')
    expect(count(trainedToo, /^linear.*weight_grad/)).toBeGreaterThan(1)
    expect(count(trainedToo, /vocabulary_embedding_grad/)).toBe(0)
  })

  it('has the published counts', () => {
    const config = {
      signs: { ...signPresets.sign2gpt, input: 'poses', numbers: 150, maxFrames: 256 },
      signsTrained: true,
      adapters: { rank: 4, alpha: 4, dropout: 0.1, gate: 'clamp' },
      language: languagePresets['xglm-1.7b'],
      maxTokens: 64,
    } as const satisfies SignToTextConfig
    const specs = signToTextSpecs(config)
    const of = (own: (name: string) => boolean) => trainedNumbers(specs.filter(({ name }) => own(name)))
    expect(of((name) => name.startsWith('adapters/'))).toBe(3_803_520)
    expect(of((name) => !/^(adapters|frames)\//.test(name))).toBe(12_613_632)
  })
})

/** Writes a small language model as Hugging Face publishes XGLM. */
async function publish(path: string, scale: number): Promise<void> {
  const { description } = await load()
  const { padding, start, end } = description.text.special
  const sizes = { d_model: 16, ffn_dim: 24, num_layers: 1, vocab_size: description.text.size }
  const ids = { pad_token_id: padding, decoder_start_token_id: start, eos_token_id: end }
  const told = { model_type: 'xglm', attention_heads: 2, max_position_embeddings: 12, activation_function: 'gelu', dropout: 0.1 }
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'config.json'), JSON.stringify({ ...told, ...sizes, ...ids }))
  const tensors = [...xglmTensorsOf(sizes)].map(([name, tensor]) => {
    const data = (tensor.data as Float32Array).map((v) => scale * v)
    return [name, { dtype: 'F32' as const, shape: tensor.shape, data }] as const
  })
  await writeFile(join(path, 'model.safetensors'), formatSafetensors(new Map(tensors), {}))
}

/** A model with first weights. */
async function firstModel(): Promise<SignToTextModel> {
  const gpu = await lentGpu()
  const { description, language } = await load()
  return new SignToTextModel(gpu, description, await language.open(gpu))
}

/** Opens the gates and moves every adapter. */
async function open(model: SignToTextModel): Promise<void> {
  const moved = [...(await model.weights.save())].map(([name, { shape, data }]) => {
    if (!name.startsWith('adapters/layer')) return [name, { shape, data }] as const
    const more = noise(data.length, name.length, 0.2)
    return [name, { shape, data: data.map((v, i) => (name.endsWith('gate') ? 0.7 : v + more[i]!)) }] as const
  })
  model.weights.load(new Map(moved), 'test')
}

/** Features after each of two sentences of four tokens, by the model with signing of noise, or by the language model alone. */
async function featuresOf(model: SignToTextModel, given: Uint32Array, adapted: boolean): Promise<Float32Array> {
  const [batch, length] = [2, 4]
  const { language, config } = model
  const recorder = new Recorder()
  const graph = new Graph(recorder)
  const feeds = sentenceFeeds(recorder, batch, length)
  const memory = recorder.feed('memory', [batch, 3, config.language.width])
  const memoryLengths = recorder.feed('memory_lengths', [batch], 'u32')
  const sentence = { tokens: { ids: feeds.ids }, at: feeds.at, lengths: feeds.lengths }
  const features = adapted
    ? readText(model, graph, { ...sentence, memory, memoryLengths })
    : readSentences(
        { graph, weights: language.weights, config: textLayers(config) },
        { ...sentence, positions: language.positions },
        language.vocabulary,
      )
  recorder.report(features)
  await using program = await Program.build(model.gpu, recorder)
  write(program, feeds, model, given, length)
  if (adapted) {
    program.write(memory, Float32Array.from(noise(batch * 3 * config.language.width, 1)))
    program.write(memoryLengths, Uint32Array.of(3, 2))
  }
  const [found] = await program.run()
  const { width } = config.language
  // The last sentence ends with padding.
  return new Float32Array(found!).slice(0, 7 * width)
}

/** The most likely token after each of a sentence's, all at once. */
async function bestAfter(model: SignToTextModel, given: Uint32Array, clip: PoseFrames): Promise<number[]> {
  const { signs } = model.config
  const shape = { rows: 1, length: paddedSigning([clip], signs) }
  const recorder = new Recorder()
  const graph = new Graph(recorder)
  const { feeds: signing, inputs } = signTextFeeds(recorder, shape, signs)
  const feeds = sentenceFeeds(recorder, 1, given.length)
  const { memory } = signFeaturesOf(model, graph, inputs)
  const sentence = { tokens: { ids: feeds.ids }, at: feeds.at, lengths: feeds.lengths, memory, memoryLengths: inputs.lengths.at(-1)! }
  recorder.report(vocabularyTop(graph, readText(model, graph, sentence), model.language.vocabulary, { k: 1 }).id)
  await using program = await Program.build(model.gpu, recorder)
  write(program, feeds, model, given, given.length)
  const arrays: Record<string, Float32Array | Uint32Array> = signTextArrays([clip], shape, signs)
  for (const [name, tensor] of Object.entries(signing)) program.write(tensor, arrays[name]!)
  const [ids] = await program.run()
  return [...new Uint32Array(ids!)]
}

const sentenceFeeds = (recorder: Recorder, batch: number, length: number) => ({
  ids: recorder.feed('ids', [batch, length], 'u32'),
  at: recorder.feed('token_places', [batch * length], 'u32'),
  lengths: recorder.feed('lengths', [batch], 'u32'),
})

function write(program: Program, feeds: ReturnType<typeof sentenceFeeds>, { config }: SignToTextModel, given: Uint32Array, length: number) {
  const { padding, maxTokens } = config.language
  program.write(feeds.ids, given)
  program.write(feeds.at, xglmPlaces(given, length, padding, maxTokens))
  const lengths = Array.from(
    { length: given.length / length },
    (_, b) => given.slice(b * length, (b + 1) * length).filter((id) => id !== padding).length,
  )
  program.write(feeds.lengths, Uint32Array.from(lengths))
}
