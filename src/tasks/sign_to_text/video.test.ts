// Sign to text out of videos: drawn ones, whose image encoder is trained or is not, and files; in a run, from a stage 1, stopped and resumed; and that what is
// seen in training is what is seen afterwards.

import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { encodeVideo } from '../../../kernels-test/video_files.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreSignToText } from '../../checkpoint/sign_to_text.js'
import { pseudoGlosses } from '../../commands/pseudo_gloss.js'
import { translate } from '../../commands/translate.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { Program, Recorder } from '../../device/program.js'
import { signFeeds } from '../../infer/sign_reader.js'
import { SignTranslator } from '../../infer/sign_translator.js'
import { signLayers, signTokens } from '../../model/sign_tokens.js'
import { Graph } from '../../ops/graph.js'
import { noBrowser } from '../../platform/node/chromium.js'
import { planTraining } from '../../profile/plan.js'
import { runTask } from '../../train/run/run.js'
import { asSeen } from '../../train/signing/open_signing.js'
import type { Signing } from '../../train/signing/signing.js'
import { seeVideo } from '../../video/see_video.js'
import { drawnMotion } from '../../video/source.js'
import { loadTaskRun } from '../run_file.js'
import { parseSignToTextConfig } from './config.js'
import { loadTextClips } from './data.js'
import { signToText } from './task.js'
import type { SignToTextTraining } from './training.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-video-'))
  await trained('language', languageFile())
  await trained('stage-1', stageFile())
}, 120_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = { languages: ['ASL'] as const, clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2] as const, framesPerSign: 4 }
const drawn = `data: [{ synthetic: ${JSON.stringify(synthetic)} }]`
const last = (name: string) => join(folder, name, 'last.safetensors')
const common = (task: string, name: string, data = drawn) => `
task: ${task}
name: ${name}
out: ${join(folder, name)}
${data}
batch: { size: 4 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
`
const languageFile = () => `${common('language-model', 'language')}
tokens: words
model: { width: 24, heads: 2, hidden: 32, layers: 2, maxTokens: 10 }
stop: { steps: 2 }
validate: { every: 2 }`

const images = '{ width: 16, heads: 2, hidden: 32, layers: 2, size: 28, patch: 7 }'
const signs = `stages: [1, 1], width: 16, heads: 2, hidden: 32, maxFrames: 32, images: ${images}`
const stageFile = () => `${common('pseudo-gloss', 'stage-1')}
input: video
items: words
model: { ${signs} }
stop: { steps: 3 }
validate: { every: 3, clips: 2 }`

const runFile = (name: string, more = '', data?: string, model = signs) => `${common('sign-to-text', name, data)}
input: video
language_model: ${last('language')}
model: { ${model}, maxTokens: 8 }
stop: { steps: 6 }
validate: { every: 3, clips: 2, beams: 2 }
${more}`

/** Runs a file of any task, stopping itself after step `stopAt`. */
async function trained(name: string, text: string, { stopAt = Infinity, resume = false } = {}): Promise<void> {
  const path = join(folder, `${name}.yaml`)
  await writeFile(path, text)
  const { task, config } = await loadTaskRun(path)
  const controller = new AbortController()
  for await (const event of runTask(task, await lentGpu(), config, { signal: controller.signal, resume }))
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
}

const bytes = (name: string) => readFile(last(name))
const restored = async (name: string) => restoreSignToText(await lentGpu(), await readCheckpoint(last(name)))

describe('a sign-to-text run on video', () => {
  it('trains the image encoder too, and goes on to the same bytes where it was stopped', async () => {
    await trained('whole', runFile('whole'))
    await trained('broken', runFile('broken'), { stopAt: 4 })
    await trained('broken', runFile('broken'), { resume: true })
    expect((await bytes('broken')).equals(await bytes('whole'))).toBe(true)
    const [saved, stage] = [await readCheckpoint(last('whole')), await readCheckpoint(last('stage-1'))]
    for (const name of ['image/patches/weight', 'image/layer.0/attention/qkv/weight', 'frames/weight'])
      expect(
        saved.tensors.get(`first/${name}`)!.data.some((moment) => moment !== 0),
        name,
      ).toBe(true)
    expect(stage.tensors.get('weights/image/patches/weight')!.shape).toEqual([16, 147])
  }, 120_000)

  it('keeps frames out of memory where there is no room, to the same bytes', async () => {
    await trained('roomless', runFile('roomless', 'cache: { memory: 0 }'))
    const [roomless, whole] = [await readCheckpoint(last('roomless')), await readCheckpoint(last('whole'))]
    for (const [name, { data }] of whole.tensors) expect(roomless.tensors.get(name)!.data, name).toEqual(data)
  }, 120_000)

  it('sees a clip the same in a batch of pictures as afterwards', async () => {
    await using model = await restored('whole')
    const config = parseSignToTextConfig(runFile('whole', 'video: { augment: false }'), 'whole')
    const { training } = await (await signToText.load(config, { resumed: false })).begin(await lentGpu())
    const { signing } = training as SignToTextTraining
    try {
      const [batch] = training.planEpoch(0)
      await training.prepare!(batch!)
      const shape = { rows: batch!.examples.length, length: batch!.source }
      const { signs } = model.config
      const { feeds, inputs } = signing.record(new Recorder(), shape)
      expect(Object.keys(feeds)).toContain('pixels_0')
      expect('pictures' in inputs).toBe(true)
      const arrays = training.feedsOf(batch!.examples, batch!, { step: 1 })
      const pictures = await tokensOf((recorder) => signing.record(recorder, shape), arrays)
      const split = await loadTextClips(config, 'train')
      const seen = await asSeen(model, signs, split, { cache: null })
      const numbers = await tokensOf((recorder) => signFeeds(recorder, shape, signs), {
        ...arrays,
        ...framesOf(
          batch!.examples.map((i) => seen[i]!.values),
          shape,
          signs.numbers,
        ),
      })
      for (const [i, value] of pictures.entries()) expect(value).toBeCloseTo(numbers[i]!, 4)
      expect(new Set(pictures).size).toBeGreaterThan(50)
    } finally {
      await training.destroy()
    }

    async function tokensOf(
      record: (recorder: Recorder) => ReturnType<Signing['record']>,
      arrays: Record<string, Float32Array | Uint32Array>,
    ) {
      const recorder = new Recorder()
      const { feeds, inputs } = record(recorder)
      const r = { graph: new Graph(recorder), weights: model.weights, config: signLayers(model.config.signs) }
      recorder.report(signTokens(r, model.config.signs, inputs, model.tables))
      const program = await Program.build(await lentGpu(), recorder)
      for (const [name, tensor] of Object.entries(feeds)) program.write(tensor, arrays[name]!)
      const [tokens] = await program.run()
      program.destroy()
      return [...new Float32Array(tokens!)]
    }
  }, 120_000)

  it('sees each video once where the image encoder is not trained, and keeps what it saw', async () => {
    const cache = join(folder, 'cache')
    const file = (name: string) => runFile(name, `cache: { folder: ${cache} }`, drawn, signs.replace('size: 28', 'trained: none, size: 28'))
    await trained('frozen', file('frozen'))
    const kept = await readdir(cache)
    expect(kept.filter((name) => name.endsWith('.safetensors'))).toHaveLength(18)
    expect(kept.filter((name) => name.endsWith('.json'))).toHaveLength(18)
    await trained('again', file('again'))
    expect((await readdir(cache)).sort()).toEqual(kept.sort())
    const [frozen, again] = [await readCheckpoint(last('frozen')), await readCheckpoint(last('again'))]
    for (const [name, { data }] of frozen.tensors) expect(again.tensors.get(name)!.data, name).toEqual(data)
    expect([...frozen.tensors.keys()].filter((name) => name.startsWith('first/image'))).toEqual([])
    expect(frozen.tensors.has('weights/image/patches/weight')).toBe(true)
  }, 120_000)

  it('begins with what stage 1 has learnt to see, and keeps it where signs are frozen', async () => {
    await trained('frozen-signs', runFile('frozen-signs', `initFrom: ${last('stage-1')}\nsigns: frozen`))
    const [saved, stage] = [await readCheckpoint(last('frozen-signs')), await readCheckpoint(last('stage-1'))]
    for (const name of ['image/patches/weight', 'frames/weight', 'sign_encoder/stage.0/layer.0/attention/query/weight'])
      if (stage.tensors.has(`weights/${name}`))
        expect(saved.tensors.get(`weights/${name}`), name).toEqual(stage.tensors.get(`weights/${name}`))
    await expect(
      trained('other', runFile('other', `initFrom: ${last('stage-1')}`, drawn, signs.replace('patch: 7', 'patch: 14'))),
    ).rejects.toThrow('wanted images {')
  }, 120_000)

  it('has the published sizes, told by its plan from a run file alone', async () => {
    const published = 'preset: sign2gpt, maxFrames: 2, images: { preset: dinov2-small }'
    const path = join(folder, 'planned.yaml')
    await writeFile(path, runFile('planned', '', drawn, published).replace('batch: { size: 4 }', 'batch: { size: 1 }'))
    const { parameters } = await planTraining(await lentGpu(), await loadTaskRun(path))
    const part = (name: string) => parameters.find((one) => one.name === name)!
    const [image, frames] = [part('image'), part('frames')]
    expect(image.trained + frames.trained).toBe(271_872)
    expect(image.frozen).toBe(22_056_576)
    expect(part('sign_encoder').trained).toBe(12_613_632)
  }, 120_000)

  it('refuses keys of the other input, and sizes that do not fit', () => {
    const refused = (file: string) => expect(() => parseSignToTextConfig(file, 'run.yaml'))
    refused(runFile('x', 'augment: { tilt: 3 }')).toThrow('wanted video.augment, since input is video')
    refused(runFile('x', 'video: { stride: 3 }').replace('input: video', 'input: poses')).toThrow(
      'wanted input: video with it, got input: poses',
    )
    refused(runFile('x').replace('input: video', '')).toThrow('wanted input: video with it, got input: poses')
  })
})

describe.skipIf(noBrowser)('video files', () => {
  const data = () =>
    `data: [{ language: ASL, train: ${join(folder, 'files/train')}, dev: ${join(folder, 'files/dev')}, videos: ${join(folder, 'files/videos')} }]`

  it('are learned from, and translated by the command', async () => {
    await mkdir(join(folder, 'files/videos'), { recursive: true })
    const corpus = syntheticCorpus({ ...synthetic, seed: 1 })
    for (const split of ['train', 'dev'] as const) {
      const clips = corpus[split].slice(0, 4)
      for (const [i, clip] of clips.entries()) {
        const frames: Uint8Array[] = []
        await using video = await drawnMotion(clip, clip.name).open()
        for await (const { rgba } of video) frames.push(rgba)
        const kind = i % 2 === 0 ? 'mp4' : 'webm'
        await writeFile(
          join(folder, 'files/videos', `${split}${i}.${kind}`),
          await encodeVideo(frames, { width: 224, height: 224, fps: clip.fps, kind }),
        )
      }
      await writeFile(join(folder, 'files', `${split}.files`), clips.map((_, i) => `${split}${i}\n`).join(''))
      await writeFile(join(folder, 'files', `${split}.text`), clips.map(({ text }) => `${text}\n`).join(''))
    }
    await trained('files', runFile('files', '', data()))
    const stream = { write: () => true }
    const one = await translate(join(folder, 'files/videos/dev0.mp4'), { model: last('files'), stream, beams: 2 })
    expect(one.clips).toEqual([{ name: 'dev0', text: expect.any(String), score: expect.any(Number) }])
    await using model = await restored('files')
    await using translator = new SignTranslator(await lentGpu(), model)
    const seen = await seeVideo(join(folder, 'files/videos/dev0.mp4'), model)
    expect([seen.fps, seen.notes]).toEqual([model.fps, []])
    expect((await translator.translate([seen], { beams: 2 }))[0]!.text).toBe(one.clips[0]!.text)
    const all = await translate(join(folder, 'files/videos'), { model: last('files'), stream, beams: 2 })
    expect(all.clips.map(({ name }) => name)).toEqual(['dev0', 'dev1', 'train0', 'train1', 'train2', 'train3'])
    const inOrder = await translate(join(folder, 'files/train'), {
      model: last('files'),
      videos: join(folder, 'files/videos'),
      stream,
      beams: 2,
    })
    expect(inOrder.clips.map(({ name }) => name)).toEqual(['train0', 'train1', 'train2', 'train3'])
    expect(all.clips.find(({ name }) => name === 'dev0')!.text).toBe(one.clips[0]!.text)
    const found = await pseudoGlosses(last('stage-1'), { data: join(folder, 'files/videos/dev0.mp4'), split: 'dev', stream })
    expect(found.clips).toHaveLength(1)
  }, 240_000)

  it('that have changed are not gone on with', async () => {
    const [first, second] = ['train0.mp4', 'train2.mp4'].map((name) => join(folder, 'files/videos', name)) as [string, string]
    const kept = await readFile(first)
    const resumed = () => trained('files', runFile('files', '', data()).replace('steps: 6', 'steps: 7'), { resume: true })
    await copyFile(second, first)
    await expect(resumed()).rejects.toThrow('wanted the training clips that the run was started with')
    await writeFile(first, kept)
    await resumed()
  }, 120_000)

  it('that are not there, are none, or have no frames end in words', async () => {
    const loaded = (text: string) => signToText.load(parseSignToTextConfig(text, 'x'), { resumed: false })
    await writeFile(join(folder, 'files/gone.files'), 'nobody\n')
    await writeFile(join(folder, 'files/gone.text'), 'hello\n')
    await expect(loaded(runFile('x', '', data().replace('files/train', 'files/gone')))).rejects.toThrow('gone.files:1: wanted')
    await writeFile(join(folder, 'files/videos/nobody.mp4'), 'no video at all')
    await expect(loaded(runFile('x', '', data().replace('files/train', 'files/gone')))).rejects.toThrow('nobody.mp4: wanted')
    const warned: string[] = []
    const stream = { write: (text: string) => warned.push(text) }
    const out = join(folder, 'rest.txt')
    const rest = await translate(join(folder, 'files/videos'), { model: last('files'), stream, beams: 2, out })
    expect(rest.broken).toEqual([{ name: 'nobody', problem: expect.stringContaining('nobody.mp4: wanted a video') }])
    expect(rest.clips.map(({ name }) => name)).toEqual(['dev0', 'dev1', 'nobody', 'train0', 'train1', 'train2', 'train3'])
    expect(rest.clips[2]!.text).toBe('')
    expect(await readFile(out, 'utf8')).toBe(rest.clips.map(({ text }) => `${text}\n`).join(''))
    await expect(translate(join(folder, 'files/videos/nobody.mp4'), { model: last('files'), stream })).rejects.toThrow('nobody.mp4: wanted')
    await expect(translate(join(folder, 'files/videos'), { model: last('files'), languageModel: folder, stream })).rejects.toThrow(
      'got one that holds its own',
    )
    await expect(loaded(runFile('x', '', data().replace(/, videos: [^}]*/, ' ')))).rejects.toThrow(
      'wanted the folder of its videos, got none',
    )
    await expect(translate(join(folder, 'files/train.text'), { model: last('files') })).rejects.toThrow(
      'wanted a video or a folder of videos',
    )
  }, 120_000)
})

function framesOf(clips: readonly Float32Array[], { rows, length }: { rows: number; length: number }, numbers: number) {
  const frames = new Float32Array(rows * length * numbers)
  for (const [r, values] of clips.entries()) frames.set(values, r * length * numbers)
  return { frames }
}
