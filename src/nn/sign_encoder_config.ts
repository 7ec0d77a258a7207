// How large a sign encoder is, how it sees, and how many rows of each clip are left after its stages.

import { SignError } from '../base/errors.js'

export interface SignEncoderConfig {
  readonly width: number
  readonly heads: number
  /** Width of the feed-forward block. */
  readonly hidden: number
  /** Layers of each stage. */
  readonly stages: readonly number[]
  /** Rows that attention sees, an odd number with the row itself in the middle; or all of the clip. */
  readonly window: number | 'all'
  /** Between two stages the rows are averaged by threes, and half of them are left. */
  readonly downSampling: boolean
  /** Sinusoidal positions are added to what comes in. */
  readonly positions: boolean
  /** Queries and keys are turned by their places. */
  readonly rotary: boolean
  /**
   * What stands past a clip's end. `cut`: nothing, and each clip gives the same numbers in any batch. `rows`: padding goes through the layers too and is
   * mixed into the last tokens, as in the released Sign2GPT, for weights that were trained so; each clip is to have `rowsBehind` rows of it.
   */
  readonly padding: 'cut' | 'rows'
  /** Of what each branch adds, and inside the feed-forward block. */
  readonly dropout: number
  /** Of attention's weights; default `dropout`. */
  readonly attentionDropout?: number
  /** Share of clips whose branch the last layer drops; from 0 in the first layer it grows evenly. */
  readonly dropPath: number
  /** What the scales of the branches begin as. */
  readonly layerScale: number
}

/** The published one (Wong et al. 2024). */
export const publishedSignEncoder: SignEncoderConfig = {
  width: 512,
  heads: 8,
  hidden: 2048,
  stages: [2, 2],
  window: 7,
  downSampling: true,
  positions: true,
  rotary: true,
  padding: 'cut',
  dropout: 0.1,
  dropPath: 0.1,
  layerScale: 1e-5,
}

/** Throws ERR_CONFIG naming `who` for sizes that no kernel takes. */
export function checkSignEncoder(config: SignEncoderConfig, who: string): void {
  const refuse = (wanted: string, got: unknown, nextMove: string) =>
    new SignError('ERR_CONFIG', who, `wanted ${wanted}, got ${got}`, nextMove)
  const { width, heads, hidden, stages, window, dropout, attentionDropout = dropout, dropPath, layerScale } = config
  for (const [name, value] of Object.entries({ width, heads, hidden }))
    if (!isSize(value)) throw refuse(`${name} as a whole number from 1`, value, 'Choose another size')
  if (width % (4 * heads) !== 0)
    throw refuse(`a width of ${heads} heads, each a multiple of 4`, width, `Choose a multiple of ${4 * heads}, or another number of heads`)
  if (hidden % 4 !== 0) throw refuse('hidden as a multiple of 4', hidden, 'Round it up')
  if (stages.length === 0 || !stages.every(isSize)) throw refuse('stages of one layer or more each', `[${stages.join(', ')}]`, 'Say [2, 2]')
  if (window !== 'all' && !(isSize(window) && window % 2 === 1)) throw refuse("window as an odd number, or 'all'", window, 'Say 7')
  for (const [name, value] of Object.entries({ dropout, attentionDropout, dropPath }))
    if (!(value >= 0 && value < 1)) throw refuse(`${name} from 0 up to 1`, value, 'Choose another share')
  if (!Number.isFinite(layerScale)) throw refuse('layerScale as a number', layerScale, 'Say 1e-5')
}

const isSize = (value: number): boolean => Number.isInteger(value) && value > 0

/** Rows of the batch in each stage, of `frames` that come in. */
export function stageFrames(frames: number, { stages, downSampling }: SignEncoderConfig): number[] {
  return stages.map((_, stage) => (downSampling ? Math.ceil(frames / 2 ** stage) : frames))
}

/**
 * Rows of padding that a clip's tokens are made of, where padding counts as rows: with so many behind each clip, more of them change nothing. A pool that
 * leaves L tokens reads up to 2L + 1 rows, so that from stage to stage it is twice as many and two.
 */
export const rowsBehind = ({ stages, downSampling, padding }: SignEncoderConfig): number =>
  padding === 'rows' && downSampling ? 2 ** stages.length - 2 : 0

/**
 * Rows of each clip in each stage, of so many frames in a batch of `frames`. Half of them, rounded up, go on; where padding counts as rows, one more
 * does if there is room: a mean of three is valid there if any of the three is, and a clip's first always.
 */
export function stageLengths(lengths: Uint32Array, frames: number, config: SignEncoderConfig): Uint32Array[] {
  let own = lengths
  return stageFrames(frames, config).map((room, stage) => {
    if (stage > 0 && config.downSampling)
      own = own.map((rows) => (config.padding === 'cut' ? Math.ceil(rows / 2) : Math.min(Math.floor(rows / 2) + 1, room)))
    return own
  })
}
