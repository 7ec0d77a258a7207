// The sizes of what both stages of Sign2GPT read signing with: frames become features, a sign encoder makes tokens of them.

import { SignError } from '../base/errors.js'
import { checkSignEncoder, publishedSignEncoder, type SignEncoderConfig } from '../nn/sign_encoder_config.js'
import { largest, MOST_NUMBERS, unfitting } from './config.js'

/** What frames are: poses as numbers. */
export const signInputs = ['poses'] as const
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

export interface SignConfig extends SignSizes {
  readonly input: (typeof signInputs)[number]
  /** Numbers of a frame: 150 for 50 joints × 3. */
  readonly numbers: number
  /** Longest clip, in frames. */
  readonly maxFrames: number
}

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

/** A preset's sizes, with a run file's own over them. */
export const signSizesOf = <Own extends Partial<SignSizes> & { readonly preset: SignPreset }>({ preset, ...own }: Own) => ({
  ...signPresets[preset],
  ...own,
})

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
}
