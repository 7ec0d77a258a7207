// Sign translation of videos by ResNet-18: its published size, what trains and goes on, what begins with released weights, and files that are translated.

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { encodeVideo } from '../../../kernels-test/video_files.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { translate } from '../../commands/translate.js'
import { syntheticCorpus } from '../../data/synthetic/corpus.js'
import { formatSafetensors } from '../../formats/safetensors/format.js'
import { signTranslationSpecs } from '../../model/sign_translation.js'
import { trainedNumbers } from '../../nn/parameter_spec.js'
import { noBrowser } from '../../platform/node/chromium.js'
import type { TextCoder } from '../../text/text_coder.js'
import { runTask } from '../../train/run/run.js'
import { drawnMotion } from '../../video/source.js'
import { convolvedImagesOf, convolvedSizesOf } from '../convolved_sizes.js'
import { loadTaskRun } from '../run_file.js'
import { parseSignTranslationConfig } from './config.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-residual-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const synthetic = { languages: ['GSL'] as const, clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2] as const, framesPerSign: 4 }
const drawn = `data: [{ synthetic: ${JSON.stringify(synthetic)} }]`
const images = '{ preset: resnet18, widths: [4, 8, 8, 12], size: 32 }'
const last = (name: string) => join(folder, name, 'last.safetensors')

const runFile = (name: string, { more = '', data = drawn, model = `images: ${images}` } = {}) => `task: sign-translation
name: ${name}
out: ${join(folder, name)}
input: video
${data}
model: { width: 16, heads: 2, hidden: 16, maxFrames: 16, maxTokens: 6, ${model} }
optimiser: { kind: adamw, rate: 5.0e-3 }
batch: { size: 4 }
stop: { steps: 4 }
validate: { every: 4, clips: 2, beams: 2 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

/** Runs a file, stopping itself after step `stopAt`. */
async function trained(name: string, text: string, { stopAt = Infinity, resume = false } = {}): Promise<void> {
  const path = join(folder, `${name}.yaml`)
  await writeFile(path, text)
  const { task, config } = await loadTaskRun(path)
  const controller = new AbortController()
  for await (const event of runTask(task, await lentGpu(), config, { signal: controller.signal, resume }))
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
}

describe('sign translation by ResNet-18', () => {
  it('has as many numbers as published for GFSLT-VLP', () => {
    const config = parseSignTranslationConfig(
      `task: sign-translation\nname: x\ninput: video\n${drawn}\nmodel: { preset: gfslt }\nstop: { steps: 1 }\n`,
      'x',
    )
    const seen = convolvedImagesOf(config)
    const sizes = convolvedSizesOf(config, { numbers: 512, ...(seen && { images: seen }) })
    // The trimmed vocabulary of PHOENIX14T; nothing else of what writes text decides sizes.
    const words = { size: 2454, special: { padding: 1 } } as TextCoder
    const specs = signTranslationSpecs({ ...sizes, maxTokens: 64 }, words)
    const numbersOf = (part: RegExp) => trainedNumbers(specs.filter(({ name }) => part.test(name)))
    expect(numbersOf(/^image\//)).toBe(11_176_512)
    expect(numbersOf(/^time/)).toBe(7_870_464)
    expect(numbersOf(/^tokens\//)).toBe(1_051_648)
    expect(numbersOf(/^(words|encoder|decoder)[./]/)).toBe(95_313_920)
    expect(trainedNumbers(specs)).toBe(115_412_544)
  })

  it('trains what sees too, and goes on to the same bytes where it was stopped', async () => {
    await trained('whole', runFile('whole'))
    await trained('broken', runFile('broken'), { stopAt: 3 })
    await trained('broken', runFile('broken'), { resume: true })
    expect((await readFile(last('broken'))).equals(await readFile(last('whole')))).toBe(true)
    const { tensors } = await readCheckpoint(last('whole'))
    for (const name of ['image/first/weight', 'image/stage.3/block.0/past/weight', 'image/stage.1/block.1/second/norm/gamma'])
      expect(
        tensors.get(`first/${name}`)!.data.some((moment) => moment !== 0),
        name,
      ).toBe(true)
    const running = tensors.get('weights/image/first/norm/running')!
    expect(running.data.subarray(0, running.shape[1]).some((mean) => mean !== 0)).toBe(true)
  }, 120_000)

  it('begins with torchvision’s weights, and keeps them where it is not trained', async () => {
    const path = join(folder, 'resnet18.safetensors')
    const theirs = torchvision([4, 8, 8, 12])
    await writeFile(path, formatSafetensors(theirs))
    const kept = runFile('kept', { more: `video: { encoder: ${path} }`, model: `images: ${images.replace('size', 'trained: none, size')}` })
    await trained('kept', kept)
    const { tensors } = await readCheckpoint(last('kept'))
    expect([...tensors.keys()].filter((name) => name.startsWith('first/image'))).toEqual([])
    expect(tensors.get('weights/image/stage.1/block.0/past/norm/gamma')!.data).toEqual(theirs.get('layer2.0.downsample.1.weight')!.data)
    // [outputs, inputs, 3, 3], and here tap by tap.
    const [weight, convolution] = [tensors.get('weights/image/stage.0/block.1/second/weight')!, theirs.get('layer1.1.conv2.weight')!]
    expect(weight.shape).toEqual([4, 36])
    expect(weight.data[4 * 7 + 2]).toBe(convolution.data[9 * 2 + 7])

    const refused = async (changed: ReturnType<typeof torchvision>, words: string) => {
      await writeFile(path, formatSafetensors(changed))
      await expect(trained('refused', kept.replaceAll(join(folder, 'kept'), join(folder, 'refused')))).rejects.toThrow(words)
    }
    await refused(
      new Map([...theirs].filter(([name]) => name !== 'bn1.running_var')),
      `resnet18.safetensors: wanted 'bn1.running_var' beside`,
    )
    await refused(torchvision([4, 8, 8, 16]), 'as [12,')
    await refused(new Map([...theirs].filter(([name]) => name !== 'layer4.1.conv2.weight')), 'wanted tensor')
  }, 120_000)

  it('refuses keys of a vision transformer, and adapters', () => {
    const refused = (sizes: string) => expect(() => parseSignTranslationConfig(runFile('x', { model: `images: ${sizes}` }), 'x'))
    refused('{ preset: resnet18, patch: 14 }').toThrow('wanted a preset that is a vision transformer with it, got resnet18')
    refused('{ preset: tiny, widths: [4, 4, 4, 4] }').toThrow('wanted a preset that is a residual network with it, got tiny')
    refused('{ preset: resnet18, trained: adapters }').toThrow('has no adapters')
    refused('{ preset: resnet18, widths: [4, 4, 4] }').toThrow()
    refused('{ preset: resnet18, widths: [4, 4, 4, 6] }').toThrow('wanted a multiple of 4')
  })

  it.skipIf(noBrowser)(
    'learns from video files, which the command translates',
    async () => {
      await mkdir(join(folder, 'files/videos'), { recursive: true })
      const clips = syntheticCorpus({ ...synthetic, seed: 1 }).train.slice(0, 2)
      for (const [i, clip] of clips.entries()) {
        const frames: Uint8Array[] = []
        await using video = await drawnMotion(clip, clip.name).open()
        for await (const { rgba } of video) frames.push(rgba)
        const encoded = await encodeVideo(frames, { width: 224, height: 224, fps: clip.fps, kind: 'mp4' })
        await writeFile(join(folder, 'files/videos', `clip${i}.mp4`), encoded)
      }
      await writeFile(join(folder, 'files/train.files'), clips.map((_, i) => `clip${i}\n`).join(''))
      await writeFile(join(folder, 'files/train.text'), clips.map(({ text }) => `${text}\n`).join(''))
      const data = `data: [{ language: GSL, train: ${join(folder, 'files/train')}, videos: ${join(folder, 'files/videos')} }]`
      await trained('files', runFile('files', { data }).replace('steps: 4', 'steps: 2'))
      const read = await translate(join(folder, 'files/videos/clip0.mp4'), {
        model: last('files'),
        stream: { write: () => true },
        beams: 2,
      })
      expect(read.clips).toEqual([{ name: 'clip0', text: expect.any(String), score: expect.any(Number) }])
    },
    120_000,
  )
})

/** A state dict as torchvision's ResNet-18 has it, of other widths. */
function torchvision(widths: readonly number[]) {
  let at = 0
  const numbers = (...shape: number[]) => ({
    dtype: 'F32' as const,
    shape,
    data: Float32Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => 0.1 + ((at++ * 37) % 101) / 200),
  })
  const norm = (name: string, width: number) =>
    ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, numbers(width)] as const)
  const blocks = widths.flatMap((width, stage) =>
    [0, 1].flatMap((block) => {
      const name = `layer${stage + 1}.${block}`
      const inputs = block === 0 ? (widths[stage - 1] ?? widths[0]!) : width
      const past = block === 0 && stage > 0
      return [
        [`${name}.conv1.weight`, numbers(width, inputs, 3, 3)] as const,
        ...norm(`${name}.bn1`, width),
        [`${name}.conv2.weight`, numbers(width, width, 3, 3)] as const,
        ...norm(`${name}.bn2`, width),
        ...(past ? [[`${name}.downsample.0.weight`, numbers(width, inputs, 1, 1)] as const, ...norm(`${name}.downsample.1`, width)] : []),
      ]
    }),
  )
  return new Map([
    ['conv1.weight', numbers(widths[0]!, 3, 7, 7)] as const,
    ...norm('bn1', widths[0]!),
    ...blocks,
    ['fc.weight', numbers(10, widths[3]!)] as const,
    ['fc.bias', numbers(10)] as const,
  ])
}
