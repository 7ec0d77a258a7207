// What sees the pictures of a run's videos.

import type * as z from 'zod'
import { type ImagePreset, imageSizesOf, type SeenSigns } from '../model/sign_sizes.js'
import type { ImageEncoderConfig } from '../nn/image_encoder_config.js'
import type { imageSizes } from '../train/config/sign_parts.js'

/** What of a run file says it. */
interface ImagesRun {
  readonly input: SeenSigns['input']
  readonly model: { readonly images?: z.output<typeof imageSizes> }
}

/** Undefined for poses. `usual`: what sees where the run file says nothing of it. */
export const imagesOf = ({ input, model: { images } }: ImagesRun, usual: ImagePreset = 'tiny'): ImageEncoderConfig | undefined =>
  input === 'poses' ? undefined : imageSizesOf(images ?? { preset: usual })
