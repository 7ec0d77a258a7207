// The sizes that every kind of model has, as checkpoints hold them.

import * as z from 'zod'
import { MOST_LAYERS } from '../model/config.js'

export const savedSizes = {
  width: z.int(),
  heads: z.int(),
  hidden: z.int(),
  encoderLayers: z.int().max(MOST_LAYERS),
  decoderLayers: z.int().max(MOST_LAYERS),
  dropout: z.number(),
  activation: z.enum(['relu', 'gelu']),
  maxTokens: z.int(),
}
