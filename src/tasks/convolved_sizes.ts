// What a run file of GFSLT-VLP decides of its model.

import type * as z from 'zod'
import { SignError } from '../base/errors.js'
import { type ConvolvedSigns, tokensOfHeld } from '../model/convolved_signs.js'
import type { ImagePreset, SeenSigns } from '../model/sign_sizes.js'
import { type ConvolvedPreset, type ConvolvedSizes, convolvedPresets, type TextTransformerConfig } from '../model/text_transformer_sizes.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { otherLayout } from '../motion/layout/layouts.js'
import type { ImageEncoderConfig } from '../nn/image_encoder_config.js'
import type { imageSizes } from '../train/config/sign_parts.js'
import { imagesOf } from './run_images.js'

/** What sees pictures where a run file says nothing of it. */
const usualImages = { tiny: 'tiny', gfslt: 'resnet18' } as const satisfies Record<ConvolvedPreset, ImagePreset>

/** What sees the pictures of a run's videos; undefined for poses. */
export const convolvedImagesOf = (run: ConvolvedRun): ImageEncoderConfig | undefined => imagesOf(run, usualImages[run.model.preset])

/** What of a run file says it. */
export interface ConvolvedRun {
  readonly input: SeenSigns['input']
  readonly model: Partial<ConvolvedSizes> & {
    readonly preset: ConvolvedPreset
    readonly maxFrames: number
    readonly maxTokens: number
    readonly layout: LayoutName
    readonly images?: z.output<typeof imageSizes>
  }
}

/** The sizes of what reads signing, of the layers behind it, and of what they write. Throws ERR_CONFIG where clips or texts are longer than its tables. */
export function convolvedSizesOf(
  { input, model }: ConvolvedRun,
  seen: Pick<SeenSigns, 'numbers' | 'images'>,
): { readonly signs: ConvolvedSigns; readonly transformer: TextTransformerConfig; readonly tied: boolean } {
  const { preset, layout, maxFrames, maxTokens, images: _, ...own } = model
  const { features, padding, tied, ...transformer } = { ...convolvedPresets[preset], ...own }
  const { width, places } = transformer
  const read = seen.images ? seen.numbers : features
  const signs = { input, ...otherLayout(layout), ...seen, maxFrames, features: read, width, padding }
  checkPlaces({ maxFrames, maxTokens, places }, 'model.places', 'Set more model.places, or fewer model.maxFrames or model.maxTokens')
  return { signs, transformer, tied }
}

/** Throws ERR_CONFIG naming `who` where clips or texts are longer than the tables of positions. */
export function checkPlaces(
  { maxFrames, maxTokens, places }: { readonly maxFrames: number; readonly maxTokens: number; readonly places: number },
  who: string,
  nextMove: string,
): void {
  const most = Math.max(tokensOfHeld(maxFrames), maxTokens)
  if (most <= places) return
  const problem = `wanted at least ${most} places, for the tokens of ${maxFrames} frames and for a text of ${maxTokens} tokens, got ${places}`
  throw new SignError('ERR_CONFIG', who, problem, nextMove)
}
