// The sizes that every kind of model has, as checkpoints hold them.

import * as z from 'zod'
import { largest } from '../model/config.js'

export const savedSizes = {
  width: z.int().positive().max(largest.width),
  heads: z.int().positive().max(largest.heads),
  hidden: z.int().positive().max(largest.hidden),
  encoderLayers: z.int().max(largest.encoderLayers),
  decoderLayers: z.int().max(largest.decoderLayers),
  dropout: z.number(),
  activation: z.enum(['relu', 'gelu']),
  maxTokens: z.int().positive().max(largest.maxTokens),
}
