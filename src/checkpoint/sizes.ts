// The sizes that every kind of model has, as checkpoints hold them.

import * as z from 'zod'

export const savedSizes = {
  width: z.int(),
  heads: z.int(),
  hidden: z.int(),
  encoderLayers: z.int(),
  decoderLayers: z.int(),
  dropout: z.number(),
  activation: z.enum(['relu', 'gelu']),
  maxTokens: z.int(),
}
