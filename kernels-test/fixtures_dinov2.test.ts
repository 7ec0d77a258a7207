// The image encoder with adapters and the frame head behind it against the released Sign2GPT and DINOv2 code: tokens, features, every gradient, running
// statistics, and positions at other grids. The fixture is read where it is present; all sizes are its own.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../src/device/memory.js'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { dinov2Sizes, dinov2Tensors } from '../src/model/dinov2_state_dict.js'
import { frameHeadTensors } from '../src/model/frame_head_state_dict.js'
import { frameHead, frameHeadSpecs } from '../src/nn/frame_head.js'
import type { HostTensor, HostTensors } from '../src/nn/host_tensor.js'
import { imageFeatures } from '../src/nn/image_encoder.js'
import { type PositionForm, positionForms, positionShares } from '../src/nn/image_positions.js'
import { ImageTables } from '../src/nn/image_tables.js'
import { ParameterSet } from '../src/nn/parameter_set.js'
import { trainedNumbers } from '../src/nn/parameter_spec.js'
import { imageNorm, imageTokens } from '../src/nn/vision_transformer.js'
import { dinov2Small, type VisionTransformerConfig } from '../src/nn/vision_transformer_config.js'
import { visionTransformerSpecs } from '../src/nn/vision_transformer_specs.js'
import { Graph } from '../src/ops/graph.js'
import { lentGpu } from './harness.js'
import { floats, tensorsOf } from './parity/fixture.js'

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures')
const path = join(folder, 'dinov2_tiny.safetensors')
const namesPath = join(folder, 'dinov2_names.json')

const HEAD = 'frames'

/** Tensors under a prefix, by our names: of the encoder and of the frame head. */
function named(file: TensorFile, prefix: string): Map<string, HostTensor> {
  const all = [...tensorsOf(file, prefix)]
  const isEncoders = (name: string) => name.startsWith('spatial_model.')
  return new Map([
    ...dinov2Tensors(new Map(all.filter(([name]) => isEncoders(name))), path),
    ...frameHeadTensors(new Map(all.filter(([name]) => !isEncoders(name))), HEAD, path),
  ])
}

/** The weights, with running statistics as they were before the one step of training, or after it. */
const weightsOf = (file: TensorFile, statistics: 'buffer.' | 'after.' = 'buffer.'): Map<string, HostTensor> =>
  new Map([...named(file, 'weight.'), ...named(file, statistics)])

function configOf(file: TensorFile, tensors: HostTensors, images: HostTensor): VisionTransformerConfig {
  const told = JSON.parse(file.metadata.config!)
  const { adapters, ...sizes } = dinov2Sizes(tensors, path)
  return {
    ...sizes,
    heads: told.heads,
    imageSize: [images.shape[2]!, images.shape[3]!],
    positions: 'dinov2',
    adapters: adapters && { ...adapters, alpha: told.lora_alpha, dropout: 0 },
    trained: 'all',
    layerScale: 1,
  }
}

const tensorNamed = (file: TensorFile, name: string): HostTensor => ({
  shape: file.tensors.get(name)!.shape,
  data: Float32Array.from(floats(file, name)),
})

interface Encoded {
  readonly tensors: HostTensors
  readonly config: VisionTransformerConfig
  readonly images: HostTensor
  /** How many images go through at once. */
  readonly parts: readonly number[]
  /** How the frames are shared out among clips. */
  readonly clips: readonly number[]
  /** The gradient at what the head puts out; then it is a step of training. */
  readonly cotangent?: HostTensor
  /** Whether the gradient at pixels is wanted. */
  readonly pixels?: boolean
}

/** Runs the encoder and the head; rows of clips are put one behind the other again, padding left out. */
async function encode({ tensors, config, images, parts, clips, cotangent, pixels = false }: Encoded) {
  const gpu = await lentGpu()
  const outputs = tensors.get(`${HEAD}/weight`)!.shape[0]!
  const specs = [...visionTransformerSpecs(config), ...frameHeadSpecs(HEAD, config.width, outputs)]
  const training = cotangent !== undefined
  using weights = disposed(new ParameterSet(gpu, specs, { training }))
  weights.it.load(tensors, path)
  using tables = disposed(new ImageTables(gpu, config))
  const recorder = new Recorder()
  const seed = recorder.feed('seed', [4], 'u32')
  const graph = new Graph(recorder, training ? { training: { seed, dummy: weights.it.dummy } } : {})
  const r = {
    graph,
    weights: weights.it,
    config: { heads: 1, dropout: 0, activation: 'gelu-erf', encoderLayers: 0, decoderLayers: 0 },
  } as const
  const length = Math.max(...clips) + 1
  const lengths = recorder.feed('lengths', [clips.length], 'u32')
  const feeds = parts.map((count, i) => ({
    images: recorder.feed(`images.${i}`, [count, ...images.shape.slice(1)]),
    there: recorder.feed(`there.${i}`, [count], 'u32'),
  }))
  if (pixels) for (const feed of feeds) graph.requireGrad(feed.images)
  const features = imageFeatures(r, feeds, { lengths, length }, config, tables.it)
  const out = frameHead(r, HEAD, features, lengths)
  const reports: Record<string, Tensor> = { features, out }
  if (training) {
    const dy = recorder.feed('dy', out.shape)
    graph.shareGrad([out], dy)
    graph.backward()
    feeds.forEach((feed, i) => {
      if (pixels) reports[`d images.${i}`] = graph.gradAt(feed.images)!
    })
  } else {
    feeds.forEach((feed, i) => {
      reports[`prenorm.${i}`] = imageTokens(r, feed, config, tables.it.shares)
      reports[`norm.${i}`] = imageNorm(r, reports[`prenorm.${i}`]!, config)
    })
  }
  for (const tensor of Object.values(reports)) recorder.report(tensor)
  await using program = await Program.build(gpu, recorder)
  program.write(seed, new Uint32Array(4))
  program.write(lengths, Uint32Array.from(clips))
  const each = images.data.length / images.shape[0]!
  let first = 0
  feeds.forEach((feed, i) => {
    program.write(feed.there, new Uint32Array(parts[i]!).fill(2 ** 32 - 1))
    program.write(feed.images, images.data.slice(first * each, (first + parts[i]!) * each))
    first += parts[i]!
  })
  const inClips = (data: Float32Array, width: number) => {
    const padded = new Float32Array(clips.length * length * width).fill(Number.NaN)
    let row = 0
    for (const [b, frames] of clips.entries())
      for (let t = 0; t < frames; t++, row++) padded.set(data.subarray(row * width, (row + 1) * width), (b * length + t) * width)
    return padded
  }
  if (cotangent) program.write(recorder.fed.find(({ name }) => name === 'dy')!, inClips(cotangent.data, outputs))
  const found = await program.run()
  const numbers = new Map(Object.keys(reports).map((name, i) => [name, new Float32Array(found[i]!)]))
  const rows = (name: string, width: number) =>
    Float32Array.from(clips.flatMap((frames, b) => [...numbers.get(name)!.subarray(b * length * width, (b * length + frames) * width)]))
  const behind = (name: string) => Float32Array.from(parts.flatMap((_, i) => [...(numbers.get(`${name}.${i}`) ?? [])]))
  return {
    features: rows('features', config.width),
    out: rows('out', outputs),
    /** Of evaluation. */
    prenorm: behind('prenorm'),
    norm: behind('norm'),
    /** Of training. */
    dImages: behind('d images'),
    grads: training ? await weights.it.save(weights.it.grads!) : new Map<string, HostTensor>(),
    running: (await weights.it.save()).get(`${HEAD}/norm/running`)!.data,
    backward: recorder.steps.map(({ label }) => label).filter((label) => label.startsWith('backward/')),
  }
}

const disposed = <T extends { destroy(): void }>(it: T) => ({ it, [Symbol.dispose]: () => it.destroy() })

/** Within `rtol` of the largest number, and 1e-6. */
function expectNear(name: string, got: ArrayLike<number>, want: ArrayLike<number>, rtol: number): void {
  expect(got.length, name).toBe(want.length)
  const size = Array.from(want).reduce((most, v) => Math.max(most, Math.abs(v)), 0)
  const off = Array.from(want).reduce((most, v, i) => Math.max(most, Math.abs(v - got[i]!)), 0)
  expect(off, `${name}, of up to ${size}`).toBeLessThanOrEqual(rtol * size + 1e-6)
  expect(Array.from(got).every(Number.isFinite), name).toBe(true)
}

const [OUTPUT, GRADIENT] = [2e-5, 1e-4]

/** What moves all frames alike moves nothing behind batch norm: the true gradient is 0, PyTorch's rounding (up to 2.3e-6 of sums of numbers around 1). */
const isIdle = (name: string): boolean => name === `${HEAD}/bias` || name === 'image/norm/beta'

function expectGradients(got: HostTensors, wanted: HostTensors): void {
  expect([...got.keys()].sort()).toEqual([...wanted.keys()].sort())
  for (const [name, { data }] of wanted)
    if (isIdle(name)) expect(Math.max(...got.get(name)!.data.map(Math.abs)), `gradient of ${name}`).toBeLessThan(5e-6)
    else expectNear(`gradient of ${name}`, got.get(name)!.data, data, GRADIENT)
}

/** The same frames in one pass and one clip, and cut where it should not matter. */
const cuts = (frames: number) => [
  { parts: [frames], clips: [frames] },
  { parts: [1, frames - 1], clips: [frames - 2, 0, 2] },
]

describe.skipIf(!existsSync(path))(path, () => {
  it('gives the released tokens, features and, by running statistics, outputs', async () => {
    const file = await readSafetensors(path)
    // Evaluated once the step was made.
    const [tensors, images] = [weightsOf(file, 'after.'), tensorNamed(file, 'images')]
    for (const cut of cuts(images.shape[0]!)) {
      const found = await encode({ tensors, config: configOf(file, tensors, images), images, ...cut })
      const tokens = file.tensors.get('prenorm')!.shape[1]!
      const isClass = (i: number) => Math.floor(i / configOf(file, tensors, images).width) % tokens === 0
      expectNear('cls', found.features, floats(file, 'cls'), OUTPUT)
      expectNear('prenorm', found.prenorm, floats(file, 'prenorm'), OUTPUT)
      expectNear(
        'patch_tokens',
        found.norm.filter((_, i) => !isClass(i)),
        floats(file, 'patch_tokens'),
        OUTPUT,
      )
      expectNear('eval.out', found.out, floats(file, 'eval.out'), OUTPUT)
    }
  })

  it('gives the released outputs, every gradient and running statistics in training', async () => {
    const file = await readSafetensors(path)
    const [tensors, images, cotangent] = [weightsOf(file), tensorNamed(file, 'images'), tensorNamed(file, 'cotangent')]
    const wanted = new Map([...named(file, 'grad_frozen.'), ...named(file, 'grad.')])
    for (const cut of cuts(images.shape[0]!)) {
      const {
        out,
        grads,
        dImages,
        running: after,
      } = await encode({
        tensors,
        config: configOf(file, tensors, images),
        images,
        cotangent,
        pixels: true,
        ...cut,
      })
      expectNear('out', out, floats(file, 'out'), OUTPUT)
      expectGradients(grads, wanted)
      const ofImages = floats(file, 'grad_images')
      expectNear('grad_images', dImages.subarray(0, ofImages.length), ofImages, GRADIENT)
      expectNear('running', after, named(file, 'after.').get(`${HEAD}/norm/running`)!.data, OUTPUT)
    }
  })

  it('gives the same gradients where only adapters and the head are trained, and makes none for what is frozen', async () => {
    const file = await readSafetensors(path)
    const [tensors, images, cotangent] = [weightsOf(file), tensorNamed(file, 'images'), tensorNamed(file, 'cotangent')]
    const config = configOf(file, tensors, images)
    const cut = cuts(images.shape[0]!)[0]!
    const { grads, backward } = await encode({ tensors, config: { ...config, trained: 'adapters' }, images, cotangent, ...cut })
    const frozen = Array.from({ length: config.layers - config.adapters!.layers }, (_, i) => `image/layer.${i}/`)
    expect(backward.filter((label) => frozen.some((layer) => label.includes(layer)))).toEqual([])
    expect(backward.filter((label) => /\/(linear|layer_norm|scaled_residual|class_token)_weight_grad/.test(label))).toEqual([
      expect.stringContaining(`/${HEAD}/`),
    ])
    expectGradients(grads, named(file, 'grad.'))
  })

  it('resizes positions to every grid as the authors and as Hugging Face do', async () => {
    const file = await readSafetensors(path)
    const kinds = [...file.tensors.keys()].flatMap((name) => /^interp(\d+)_(\d+)x(\d+)\.pos_embed$/.exec(name) ?? [])
    expect(kinds.length).toBeGreaterThan(0)
    const suffix: Record<PositionForm, string> = { dinov2: '', 'hugging-face': '_hf' }
    for (let i = 0; i < kinds.length; i += 4) {
      const [grid, down, across] = kinds.slice(i + 1, i + 4).map(Number) as [number, number, number]
      const who = `interp${grid}_${down}x${across}`
      const { shape, data } = tensorNamed(file, `${who}.pos_embed`)
      for (const form of positionForms) {
        const shares = positionShares(grid, [down, across], form)!
        const [rows, width] = [shape[1]!, shape[2]!]
        const mixed = Float64Array.from({ length: (1 + down * across) * width }, (_, at) => {
          const [row, column] = [Math.floor(at / width), at % width]
          let sum = 0
          for (let k = 0; k < rows; k++) sum += shares[row * rows + k]! * data[k * width + column]!
          return sum
        })
        expectNear(`${who}, ${form}`, mixed, floats(file, `${who}.pos_embed_out${suffix[form]}`), 2e-6)
      }
    }
  })

  it('encodes images of other sizes than its positions were trained at', async () => {
    const file = await readSafetensors(path)
    const kinds = [...file.tensors.keys()].filter((name) => name.startsWith('interp') && name.endsWith('.cls'))
    expect(kinds.length).toBeGreaterThan(0)
    for (const kind of kinds) {
      const who = kind.slice(0, -'.cls'.length)
      const image = tensorNamed(file, `${who}.image`)
      const { shape, data } = tensorNamed(file, `${who}.pos_embed`)
      const tensors = new Map(weightsOf(file)).set('image/positions', { shape: shape.slice(1), data })
      const { features } = await encode({ tensors, config: configOf(file, tensors, image), images: image, parts: [1], clips: [1] })
      expectNear(kind, features, floats(file, kind), OUTPUT)
    }
  })
})

describe('the sizes of DINOv2’s ViT-S/14 in Sign2GPT', () => {
  const specs = visionTransformerSpecs(dinov2Small)
  it('has 22,056,576 numbers, of which 271,872 are trained with the frame head', () => {
    const count = (of: typeof specs) => of.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
    expect(count(specs.filter(({ name }) => !name.includes('/lora/')))).toBe(22_056_576)
    expect(trainedNumbers([...specs, ...frameHeadSpecs(HEAD, 384, 512)])).toBe(271_872)
  })

  it.skipIf(!existsSync(namesPath))('has the published tensors, by the authors’ names and by Hugging Face’s', () => {
    const own = new Map(specs.filter(({ name }) => !name.includes('/lora/')).map(({ name, shape }) => [name, shape.join()]))
    const published = JSON.parse(readFileSync(namesPath, 'utf8'))['facebook/dinov2-small'] as Record<string, Record<string, number[]>>
    const lists = Object.entries(published).filter(([key]) => key.endsWith('_names'))
    expect(lists.length).toBeGreaterThan(0)
    for (const [, names] of lists) {
      const theirs = new Map(
        Object.entries(names).map(([name, shape]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]),
      )
      const ours = dinov2Tensors(theirs, 'names')
      expect(new Map([...ours].map(([name, { shape }]) => [name, shape.join()]).sort() as [string, string][])).toEqual(
        new Map([...own].sort()),
      )
    }
  })
})
