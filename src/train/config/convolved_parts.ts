// The parts that run files of GFSLT-VLP have: sizes of the convolutions over time and of mBART's layers, and how they were trained.

import * as z from 'zod'
import { activations, largest, unfitting } from '../../model/config.js'
import { type ConvolvedPreset, convolvedPresets, framePaddings, MOST_PLACES } from '../../model/text_transformer_sizes.js'
import { belowOne, count, optimiser, optimisers, precision, scheduleOf, stop } from './parts.js'
import { frameLayout } from './pose_parts.js'
import { imageSizes } from './sign_parts.js'

/** What is left out of all but the preset stays with it. */
export const convolvedSizes = {
  preset: z.enum(Object.keys(convolvedPresets) as ConvolvedPreset[]).default('tiny'),
  /** Numbers of a frame that the convolutions read, of poses; of video it is the width of the image encoder. */
  features: count.max(largest.width).multipleOf(4, 'wanted a multiple of 4').exactOptional(),
  /** What stands past a clip's end. */
  padding: z.enum(framePaddings).exactOptional(),
  width: count.max(largest.width).exactOptional(),
  heads: count.max(largest.heads).exactOptional(),
  /** Width of the feed-forward blocks. */
  hidden: count.max(largest.hidden).exactOptional(),
  encoderLayers: count.max(largest.encoderLayers).exactOptional(),
  decoderLayers: count.max(largest.decoderLayers).exactOptional(),
  dropout: belowOne.exactOptional(),
  /** Of attention's weights. */
  attentionDropout: belowOne.exactOptional(),
  activation: z.enum(activations).exactOptional(),
  /** Places of the tables of positions: the longest that is read or written, in tokens. */
  places: count.max(MOST_PLACES).exactOptional(),
  /** Whether tokens are scored by the table of their vectors. */
  tied: z.boolean().exactOptional(),
  /** Longest clip, in frames. Of a longer video, a random part is taken. */
  maxFrames: count.max(largest.maxFrames).default(300),
  layout: frameLayout,
  /** What sees pictures; where `input` is `video`. */
  images: imageSizes.exactOptional(),
}

/** As published: descent with Nesterov's momentum, its rate falling along half a cosine. Weight decay spares vectors, as its authors' library does. */
export const convolvedTraining = (weightDecay: number) => ({
  precision,
  optimiser: optimiser
    .extend({
      kind: z.enum(optimisers).default('sgd'),
      rate: z.number().positive().default(0.01),
      weightDecay: z.number().min(0).default(weightDecay),
      clip: z.number().positive().nullable().default(null),
    })
    .prefault({}),
  schedule: scheduleOf({ kind: 'warmup-cosine', warmup: 0, floor: 1e-6 }).prefault({}),
  stop: stop.prefault({}),
})

/** What is wrong between the sizes: where, and how to say it. */
export function* unfittingConvolved({
  model: { preset, ...own },
}: {
  readonly model: { readonly preset: ConvolvedPreset; readonly width?: number; readonly heads?: number; readonly hidden?: number }
}): Generator<[path: (string | number)[], message: string]> {
  for (const [size, message] of unfitting({ ...convolvedPresets[preset], ...own })) {
    // Of two that do not fit, the one that the file names.
    yield [['model', size === 'width' && own.width === undefined ? 'heads' : size], message]
  }
}
