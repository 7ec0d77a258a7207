// The sizes of what both stages of Sign2GPT read signing with: frames become features, a sign encoder makes tokens of them.

import { SignError } from '../base/errors.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { checkImageEncoder, featuresOf, type ImageEncoderConfig, isResidual } from '../nn/image_encoder_config.js'
import { resnet18, type StageWidths } from '../nn/residual_network_config.js'
import { checkSignEncoder, publishedSignEncoder, type SignEncoderConfig } from '../nn/sign_encoder_config.js'
import { dinov2Small, type VisionTransformerConfig } from '../nn/vision_transformer_config.js'
import { largest, MOST_NUMBERS, unfitting } from './config.js'

/** What frames are: poses as numbers, or pictures, of which an image encoder makes numbers. */
export const signInputs = ['poses', 'video'] as const
/** Which frames a frame attends to: those of a window, or all of the clip. */
export const signAttentions = ['local', 'global'] as const
/** What stands past a clip's end: nothing, or rows that are mixed into its last tokens, as in the released Sign2GPT. */
export const signPaddings = ['cut', 'rows'] as const

/** What a run file chooses of a sign encoder. */
export interface SignSizes
  extends Pick<SignEncoderConfig, 'width' | 'heads' | 'hidden' | 'stages' | 'dropout' | 'attentionDropout' | 'dropPath' | 'layerScale'> {
  readonly attention: (typeof signAttentions)[number]
  /** Frames that a frame sees in local attention, itself in the middle. */
  readonly window: number
  /** Whether half of the frames are left behind each stage but the last. */
  readonly downSample: boolean
  /** Whether features are told their places: by a table added to them, and by turning queries and keys. */
  readonly positions: boolean
  readonly padding: (typeof signPaddings)[number]
}

/** What of signing is read: frames of poses, or pictures and what sees them. */
export interface SeenSigns {
  readonly input: (typeof signInputs)[number]
  /** Numbers of a frame: the coordinates of the layout's points, 150 for 50 joints × 3; of video, the width of the image encoder. */
  readonly numbers: number
  /** Whose points a frame of poses has; absent: the 50 joints, or numbers of no layout. */
  readonly layout?: LayoutName | undefined
  /** What sees pictures; absent where frames are poses. */
  readonly images?: ImageEncoderConfig | undefined
  /** Longest clip, in frames. */
  readonly maxFrames: number
}

export interface SignConfig extends SignSizes, SeenSigns {}

const { width, heads, hidden, stages, dropout, dropPath, layerScale } = publishedSignEncoder
const published: SignSizes = {
  ...{ width, heads, hidden, stages, dropout, dropPath, layerScale },
  ...{ attention: 'local', window: 7, downSample: true, positions: true, padding: 'cut' },
}

export const signPresets = {
  /** Learns a few hundred short sentences in minutes, on any machine: its branches are not begun as faintly as those of a deep model. */
  tiny: { ...published, width: 64, heads: 4, hidden: 128, stages: [1, 1], dropPath: 0, layerScale: 0.1 },
  /** As published (Wong et al. 2024). */
  sign2gpt: published,
} as const satisfies Record<string, SignSizes>

export type SignPreset = keyof typeof signPresets

export const imagePresets = {
  /** Learns to see drawn signers in minutes, from nothing. */
  tiny: {
    ...{ width: 64, heads: 4, hidden: 128, layers: 2, patch: 28, imageSize: [224, 224], grid: 8, positions: 'dinov2' },
    ...{ trained: 'all', layerScale: 1 },
  },
  /** DINOv2's ViT-S/14 with adapters in its last three layers, as published for Sign2GPT (Wong et al. 2024). */
  'dinov2-small': dinov2Small,
  /** As published for GFSLT-VLP (Zhou et al. 2023). */
  resnet18,
} as const satisfies Record<string, ImageEncoderConfig>

export type ImagePreset = keyof typeof imagePresets

/** A preset's sizes, with a run file's own over them. */
export const signSizesOf = <Own extends Partial<SignSizes> & { readonly preset: SignPreset }>({ preset, ...own }: Own) => ({
  ...signPresets[preset],
  ...own,
})

/** What a run file chooses of an image encoder. */
export type ImageSizes = Partial<Omit<VisionTransformerConfig, 'imageSize' | 'adapters'>> & {
  readonly preset: ImagePreset
  /** Of a residual network, which has no other sizes than these and `size`. */
  readonly widths?: StageWidths
  /** Pixels a side. */
  readonly size?: number
  /** null: none. */
  readonly adapters?: VisionTransformerConfig['adapters'] | null
}

/** A preset's sizes, with a run file's own over them. Of an encoder that is no published one, the table of positions fits the image. */
export function imageSizesOf({ preset, size, adapters, widths, ...own }: ImageSizes): ImageEncoderConfig {
  const published: ImageEncoderConfig = imagePresets[preset]
  const imageSize = size === undefined ? published.imageSize : ([size, size] as const)
  if (isResidual(published))
    return { widths: widths ?? published.widths, imageSize, trained: own.trained === 'none' ? 'none' : published.trained }
  const { adapters: usual, ...base } = published
  const grid = preset === 'tiny' ? Math.ceil(imageSize[0] / (own.patch ?? base.patch)) : base.grid
  const chosen = adapters === undefined ? usual : (adapters ?? undefined)
  return { ...base, grid, ...own, imageSize, ...(chosen && { adapters: chosen }) }
}

/** The sign encoder of such sizes. */
export const signEncoderOf = ({ attention, window, downSample, positions, padding, ...sizes }: SignSizes): SignEncoderConfig => ({
  ...{ width: sizes.width, heads: sizes.heads, hidden: sizes.hidden, stages: sizes.stages },
  ...{ dropout: sizes.dropout, dropPath: sizes.dropPath, layerScale: sizes.layerScale },
  ...(sizes.attentionDropout !== undefined && { attentionDropout: sizes.attentionDropout }),
  window: attention === 'global' ? 'all' : window,
  downSampling: downSample,
  positions,
  rotary: positions,
  padding,
})

/** What of the sizes no kernel can run, although each is right by itself: which, and what is wanted of it. */
export function* unfittingSigns(
  sizes: Pick<SignSizes, 'width' | 'heads' | 'hidden' | 'window'>,
): Generator<['width' | 'hidden' | 'window', string]> {
  yield* unfitting(sizes)
  if (sizes.window % 2 === 0) yield ['window', `wanted an odd window, the frame itself in the middle, got ${sizes.window}`]
}

/** The largest of what sees pictures. */
export const largestImages = { layers: largest.encoderLayers, patch: 256, size: 4096, grid: 256 } as const

/** The largest of what `largest` does not name. */
export const largestSigns = { numbers: MOST_NUMBERS, window: 2 ** 20 + 1, stages: 16, layers: largest.encoderLayers } as const

const WHO = 'sign encoder'

/** Throws ERR_CONFIG for sizes no kernel can run. */
export function checkSignConfig(config: SignConfig): void {
  const most = { width: largest.width, heads: largest.heads, hidden: largest.hidden, maxFrames: largest.maxFrames, ...largestSigns }
  for (const size of ['width', 'heads', 'hidden', 'numbers', 'maxFrames', 'window'] as const) {
    if (Number.isInteger(config[size]) && config[size] >= 1 && config[size] <= most[size]) continue
    const problem = `wanted ${size} to be a whole number of 1 to ${most[size]}, got ${config[size]}`
    throw new SignError('ERR_CONFIG', WHO, problem, 'Change that size')
  }
  checkSignEncoder(signEncoderOf(config), WHO)
  checkImages(config, WHO)
}

/** Throws ERR_CONFIG naming `who` for an image encoder that does not go with what is read, or that no kernel can run. */
export function checkImages({ input, numbers, images }: SeenSigns, who: string): void {
  if (!images) {
    if (input === 'video') throw new SignError('ERR_CONFIG', who, 'wanted an image encoder for video, got none', 'Give its sizes')
    return
  }
  checkImageEncoder(images, 'image encoder')
  const refuse = (wanted: string, got: string) => new SignError('ERR_CONFIG', who, `wanted ${wanted}, got ${got}`, 'Change that size')
  if (input !== 'video') throw refuse('an image encoder for video alone', `one for ${input}`)
  if (numbers !== featuresOf(images)) throw refuse(`numbers to be the width of the image encoder, ${featuresOf(images)}`, String(numbers))
  const [height, width] = images.imageSize
  if (height !== width) throw refuse('square images', `${height} × ${width}`)
}
