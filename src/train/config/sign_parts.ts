// The parts that run files of tasks have which read signing: where its clips come from, sizes of what reads them as in Sign2GPT, and how it was trained.

import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { beamDialects } from '../../infer/beam.js'
import { largest } from '../../model/config.js'
import {
  type ImagePreset,
  imagePresets,
  largestImages,
  largestSigns,
  type SignPreset,
  type SignSizes,
  signAttentions,
  signInputs,
  signPaddings,
  signPresets,
  unfittingSigns,
} from '../../model/sign_sizes.js'
import type { LayoutName } from '../../motion/layout/layout.js'
import { positionForms } from '../../nn/image_positions.js'
import { imageTraining } from '../../nn/vision_transformer_config.js'
import {
  belowOne,
  corpora,
  count,
  endless,
  frameStride,
  lengthPenalty,
  optimiser,
  optimisers,
  positiveWeight,
  precision,
  scheduleOf,
  stop,
  text,
} from './parts.js'
import { frameCorpus, frameLayout, poseAugmentation, unfittingFrames } from './pose_parts.js'
import { keys } from './schema.js'

const stageWidth = count.max(largest.width).multipleOf(4, 'wanted a multiple of 4')

/** How large what sees pictures is, of video alone. What is left out of all but the preset stays with it. */
export const imageSizes = keys({
  preset: z.enum(Object.keys(imagePresets) as ImagePreset[]).default('tiny'),
  width: count.max(largest.width).exactOptional(),
  heads: count.max(largest.heads).exactOptional(),
  hidden: count.max(largest.hidden).exactOptional(),
  layers: count.max(largestImages.layers).exactOptional(),
  /** Channels behind each stage of a residual network. */
  widths: z.tuple([stageWidth, stageWidth, stageWidth, stageWidth]).exactOptional(),
  /** Pixels a side of a patch. */
  patch: count.max(largestImages.patch).exactOptional(),
  /** Pixels a side of the square that frames are resized to. */
  size: count.max(largestImages.size).exactOptional(),
  /** Patches a side that the table of positions has. Default: those of the square; of a published encoder, its own. */
  grid: count.max(largestImages.grid).exactOptional(),
  positions: z.enum(positionForms).exactOptional(),
  /** Low-rank adapters of its last layers; null: none. */
  adapters: keys({
    layers: count.max(largestImages.layers).default(3),
    rank: count.max(1024).default(4),
    alpha: positiveWeight.default(4),
    dropout: belowOne.default(0.1),
  })
    .nullable()
    .exactOptional(),
  /** All of it, the adapters alone, or nothing: then each video is seen once, and what was seen of it is kept. */
  trained: z.enum(imageTraining).exactOptional(),
  layerScale: positiveWeight.exactOptional(),
})

/** What is left out of all but the preset stays with it. */
export const signSizes = {
  preset: z.enum(Object.keys(signPresets) as SignPreset[]).default('tiny'),
  width: count.max(largest.width).exactOptional(),
  heads: count.max(largest.heads).exactOptional(),
  /** Width of the feed-forward blocks. */
  hidden: count.max(largest.hidden).exactOptional(),
  /** Layers between two halvings of the frame rate. */
  stages: z.array(count.max(largestSigns.layers)).min(1).max(largestSigns.stages).exactOptional(),
  attention: z.enum(signAttentions).exactOptional(),
  /** Frames that a frame sees in local attention. */
  window: count.max(largestSigns.window).exactOptional(),
  downSample: z.boolean().exactOptional(),
  positions: z.boolean().exactOptional(),
  /** What stands past a clip's end. */
  padding: z.enum(signPaddings).exactOptional(),
  dropout: belowOne.exactOptional(),
  /** Of attention's weights; default `dropout`. */
  attentionDropout: belowOne.exactOptional(),
  dropPath: belowOne.exactOptional(),
  /** What the scales of branches begin with. */
  layerScale: positiveWeight.exactOptional(),
  /** Longest clip, in frames. Of a longer video, a random part is taken. */
  maxFrames: count.max(largest.maxFrames).default(256),
  layout: frameLayout,
  /** What sees pictures; where `input` is `video`. */
  images: imageSizes.exactOptional(),
}

/** What frames are. */
export const signInput = z.enum(signInputs).default('poses')

/** How videos are read. */
export const video = keys({
  /** Weights of the image encoder, `.safetensors` as DINOv2's authors or Hugging Face name them; null: it begins from nothing. */
  encoder: text.nullable().default(null),
  /** One frame of so many is taken. */
  stride: frameStride.default(2),
  /** Whether training turns, crops, mirrors and recolours clips and trims their ends, as published. */
  augment: z.boolean().default(true),
}).prefault({})

/** What is kept of videos. It changes nothing that is learned. */
export const videoCache = keys({
  /** For the number of frames of each video and what an encoder that is not trained has seen, so that they are not read again. */
  folder: text.nullable().default(null),
  /** MiB of decoded frames kept in memory, so that they are not decoded again. */
  memory: z.int().min(0).default(1024),
}).prefault({})

/** As published: AdamW that spares all but the weights of layers, numbers and norms of gradients clipped, and half a cosine behind a rise. */
export const signTraining = {
  precision,
  optimiser: optimiser
    .extend({
      kind: z.enum(optimisers).default('adamw'),
      rate: z.number().positive().default(3e-4),
      weightDecay: z.number().min(0).default(1e-3),
      decayed: z.enum(['weights', 'matrices', 'all']).default('weights'),
      clip: z.number().positive().nullable().default(1),
      clipElements: z.number().positive().nullable().default(1),
    })
    .prefault({}),
  schedule: scheduleOf({ kind: 'warmup-cosine', warmup: 100, start: 0.01, floor: 0.01 }).prefault({}),
  stop: stop.prefault({}),
}

/** What is wrong between the sizes: where, and how to say it. */
export function* unfittingSignSizes({
  model,
}: {
  readonly model: { readonly preset: SignPreset } & Partial<SignSizes>
}): Generator<[path: (string | number)[], message: string]> {
  for (const [size, message] of unfittingSigns({ ...signPresets[model.preset], ...model })) {
    // Of two that do not fit, the one that the file names.
    yield [['model', size === 'width' && model.width === undefined ? 'heads' : size], message]
  }
}

/** What is done to training clips of poses where a run file says nothing. */
export const signedPoseAugmentation = poseAugmentation({ scale: 0.125, tilt: 5, shift: 0.1, mirror: 0.5 })

const unchanged = { augment: signedPoseAugmentation.parse(undefined), video: video.parse(undefined), cache: videoCache.parse(undefined) }

/** Keys of the other kind of input: what would be passed over. */
function* misplacedKeys({
  input,
  model: { images, layout },
  ...own
}: {
  readonly input: (typeof signInputs)[number]
  readonly model: { readonly images?: unknown; readonly layout: LayoutName }
  readonly augment: z.output<typeof signedPoseAugmentation>
  readonly video: z.output<typeof video>
  readonly cache: z.output<typeof videoCache>
}): Generator<[path: string[], message: string]> {
  for (const key of input === 'video' ? (['augment'] as const) : (['video', 'cache'] as const)) {
    if (isDeepStrictEqual(own[key], unchanged[key])) continue
    yield [
      [key],
      input === 'video'
        ? 'wanted video.augment, since input is video: this one is of poses'
        : 'wanted input: video with it, got input: poses',
    ]
  }
  if (input === 'video' && layout !== 'skeleton-50')
    yield [['model', 'layout'], `wanted input: poses with it, got input: video, whose frames are pictures`]
  if (input === 'poses' && images !== undefined) yield [['model', 'images'], 'wanted input: video with it, got input: poses']
}

/** Keys of the other kind of image encoder than the preset's. */
function* misplacedSizes({
  model: { images },
}: {
  readonly model: { readonly images?: z.output<typeof imageSizes> }
}): Generator<[path: string[], message: string]> {
  if (!images) return
  const isResidual = images.preset === 'resnet18'
  const sizes = isResidual ? ofTransformers : (['widths'] as const)
  const [kind, other] = isResidual ? ['a vision transformer', 'a residual network'] : ['a residual network', 'a vision transformer']
  for (const size of sizes)
    if (images[size] !== undefined)
      yield [['model', 'images', size], `wanted a preset that is ${kind} with it, got ${images.preset}, ${other}`]
  if (isResidual && images.trained === 'adapters')
    yield [['model', 'images', 'trained'], 'wanted all or none of resnet18, which has no adapters, got adapters']
}

const ofTransformers = ['width', 'heads', 'hidden', 'layers', 'patch', 'grid', 'positions', 'adapters', 'layerScale'] as const

/** Adapters that nothing trains: they begin as no change, and would stay so, unless a checkpoint holds some that were. */
function* untrainedAdapters({
  model: { images },
  initFrom = null,
}: {
  readonly model: { readonly images?: z.output<typeof imageSizes> }
  readonly initFrom?: string | null
}): Generator<[path: string[], message: string]> {
  if (images?.trained === 'none' && images.adapters && images.preset !== 'resnet18' && initFrom === null)
    yield [
      ['model', 'images', 'adapters'],
      'wanted trained: adapters or all with them, got trained: none, which would leave them without effect',
    ]
}

/** Where clips of signing come from. */
export const signedCorpora = { data: corpora(frameCorpus), input: signInput, video, cache: videoCache }

/** When how many clips are validated with. */
export const clipValidation = {
  /** Steps from one validation to the next. */
  every: count.default(100),
  /** Clips a validation; null for all. */
  clips: count.nullable().default(null),
}

/** The same where sentences are written of them, as published for Sign2GPT and GFSLT-VLP. */
export const sentenceValidation = {
  ...clipValidation,
  /** 1 is greedy. */
  beams: z.int().min(1).max(64).default(4),
  /** Scores are divided by n^α as Hugging Face has it, or ((5 + n) / 6)^α; −1 leaves the latter as they are. */
  alpha: lengthPenalty.default(1),
  dialect: z.enum(beamDialects).default('huggingface'),
}

/** What does not fit between what a run file says of its clips, and of when it ends. */
export function* unfittingSigning(
  config: Parameters<typeof misplacedKeys>[0] &
    Parameters<typeof untrainedAdapters>[0] &
    Parameters<typeof unfittingFrames>[0] &
    Parameters<typeof endless>[0],
): Generator<[path: (string | number)[], message: string]> {
  yield* misplacedKeys(config)
  yield* misplacedSizes(config)
  yield* untrainedAdapters(config)
  yield* unfittingFrames(config)
  yield* endless(config)
}
