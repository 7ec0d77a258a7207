// The sizes that every kind of model has, as checkpoints hold them.

import * as z from 'zod'
import { activations, largest, MOST_NUMBERS } from '../model/config.js'
import { largestImages, largestSigns, signAttentions, signInputs, signPaddings } from '../model/sign_sizes.js'
import { framePaddings, MOST_PLACES } from '../model/text_transformer_sizes.js'
import { layoutNames } from '../motion/layout/layout.js'
import { positionForms } from '../nn/image_positions.js'
import { imageTraining } from '../nn/vision_transformer_config.js'

export const savedSizes = {
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  encoderLayers: z.int().max(largest.encoderLayers),
  decoderLayers: z.int().max(largest.decoderLayers),
  dropout: z.number(),
  activation: z.enum(activations),
  maxTokens: z.int().positive().max(largest.maxTokens),
}

const savedImageSize = z.tuple([z.int().positive().max(largestImages.size), z.int().positive().max(largestImages.size)])
const stageWidth = z.int().positive().max(largest.width)

const savedResidualNetwork = z.strictObject({
  widths: z.tuple([stageWidth, stageWidth, stageWidth, stageWidth]),
  imageSize: savedImageSize,
  trained: z.enum(['all', 'none']),
})

const savedVisionTransformer = z.strictObject({
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  layers: z.int().positive().max(largestImages.layers),
  patch: z.int().positive().max(largestImages.patch),
  imageSize: savedImageSize,
  grid: z.int().positive().max(largestImages.grid),
  positions: z.enum(positionForms),
  adapters: z
    .strictObject({ layers: z.int().positive(), rank: z.int().positive(), alpha: z.number().positive(), dropout: z.number() })
    .exactOptional(),
  trained: z.enum(imageTraining),
  layerScale: z.number().positive(),
})

const savedSeen = {
  input: z.enum(signInputs),
  numbers: z.int().positive().max(MOST_NUMBERS),
  layout: z.enum(layoutNames).exactOptional(),
  images: z.union([savedVisionTransformer, savedResidualNetwork]).exactOptional(),
  maxFrames: z.int().positive().max(largest.maxFrames),
}

/** The sizes of what reads signing by convolutions over time. */
export const savedConvolvedSigns = {
  ...savedSeen,
  features: z.int().positive().max(largest.width),
  width: z.int().positive().max(largest.width),
  padding: z.enum(framePaddings),
}

/** The sizes of an encoder and decoder as mBART's. */
export const savedTransformer = {
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  encoderLayers: z.int().positive().max(largest.encoderLayers),
  decoderLayers: z.int().positive().max(largest.decoderLayers),
  dropout: z.number(),
  attentionDropout: z.number(),
  activation: z.enum(activations),
  places: z.int().positive().max(MOST_PLACES),
}

/** The sizes of what reads signing in both stages of Sign2GPT. */
export const savedSigns = {
  ...savedSeen,
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  stages: z.array(z.int().positive().max(largestSigns.layers)).min(1).max(largestSigns.stages),
  attention: z.enum(signAttentions),
  window: z.int().positive().max(largestSigns.window),
  downSample: z.boolean(),
  positions: z.boolean(),
  // Older ones do not say it.
  padding: z.enum(signPaddings).default('cut'),
  dropout: z.number(),
  attentionDropout: z.number().exactOptional(),
  dropPath: z.number(),
  layerScale: z.number().positive(),
}
