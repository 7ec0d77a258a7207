// The parts that run files of both stages of Sign2GPT have: sizes of what reads signing, and how it was trained.

import * as z from 'zod'
import { largest } from '../../model/config.js'
import {
  largestSigns,
  type SignPreset,
  type SignSizes,
  signAttentions,
  signInputs,
  signPaddings,
  signPresets,
  unfittingSigns,
} from '../../model/sign_sizes.js'
import { belowOne, count, optimiser, precision, schedule, stop } from './parts.js'

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
  layerScale: z.number().positive().exactOptional(),
  /** Longest clip, in frames. */
  maxFrames: count.max(largest.maxFrames).default(256),
}

/** What frames are. */
export const signInput = z.enum(signInputs).default('poses')

/** As published: AdamW that spares all but the weights of layers, numbers and norms of gradients clipped, and half a cosine behind a rise. */
export const signTraining = {
  precision,
  optimiser: optimiser
    .extend({
      kind: z.enum(['adam', 'adamw']).default('adamw'),
      rate: z.number().positive().default(3e-4),
      weightDecay: z.number().min(0).default(1e-3),
      decayed: z.enum(['weights', 'matrices', 'all']).default('weights'),
      clip: z.number().positive().nullable().default(1),
      clipElements: z.number().positive().nullable().default(1),
    })
    .prefault({}),
  schedule: schedule.prefault({ kind: 'warmup-cosine', warmup: 100, start: 0.01, steps: 2000, floor: 0.01 }),
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
