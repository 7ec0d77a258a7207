// The sizes of a text-to-pose model, and the presets.

import { SignError } from '../base/errors.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { COORDS } from '../motion/skeleton.js'

export const heads = ['joints', 'bones'] as const
export type Head = (typeof heads)[number]

/** `gelu-erf` is the GELU of the error function, `gelu` its tanh form. */
export const activations = ['relu', 'gelu', 'gelu-erf'] as const
export type Activation = (typeof activations)[number]

/** What a length head says of a clip: the logarithm of its frames, or its share of the longest there is room for. */
export const lengthForms = ['log', 'share'] as const
export type LengthForm = (typeof lengthForms)[number]

/**
 * What a frame has beside coordinates: nothing; how sure each point is, 0 where it was not seen, 1 at most; whether it is `seen`, 1 or
 * 0, of which a model says the probability; or how sure as SignDW has it, of a body's points their own index, 0 to 17, and -1 where they were not seen.
 */
export const pointScores = ['none', 'visible', 'seen', 'codes'] as const
export type PointScores = (typeof pointScores)[number]

/** What coordinates are measured in: the scale of the layout, or shares of a picture, as SignDW's. */
export const coordinateUnits = ['layout', 'picture'] as const
export type CoordinateUnits = (typeof coordinateUnits)[number]

/** Where the progress counter of a generated clip reaches 1. */
export const counterEnds = ['clip', 'maxFrames'] as const
export type CounterEnd = (typeof counterEnds)[number]

/** How weights begin: each matrix and bias by itself; or as PyTorch's own transformer has them. */
export const initialisations = ['separate', 'pytorch'] as const
export type Initialisation = (typeof initialisations)[number]

export interface ModelConfig {
  /** Whose points a frame is made of. */
  readonly layout: LayoutName
  /** Numbers of a frame, its progress counter aside: the coordinates of the points, 150 of the 50 joints; or as many more as a published model has beside them. */
  readonly numbers: number
  readonly scores: PointScores
  /** Motions of a model that places points in a picture are brought to the layout's scale as they are generated. */
  readonly units: CoordinateUnits
  /** Features a position: the paper's d. */
  readonly width: number
  readonly heads: number
  /** Width of the feed-forward block. */
  readonly hidden: number
  readonly encoderLayers: number
  readonly decoderLayers: number
  /** Dropout inside the feed-forward block, after the activation and after the second linear; the field's base model has 0.1 there and none elsewhere. */
  readonly dropout: number
  readonly activation: Activation
  /** Dropout of what each attention adds to the residual sum. */
  readonly residualDropout: number
  /** Dropout of attention's weights. */
  readonly attentionDropout: number
  /** Added to the variance by every layer norm. */
  readonly normEpsilon: number
  /** Whether there is a norm behind the encoder's last layer. */
  readonly encoderNorm: boolean
  /** Whether vectors of tokens are multiplied by √width before their places are added. */
  readonly scaledTokens: boolean
  /**
   * `separate`: matrices by Xavier's rule, biases 0, the vector of padding 0. `pytorch`: queries, keys and values as one matrix in that rule, biases
   * of layers other than attention uniform within ±1/√inputs, and the vector of padding like any other.
   */
  readonly initialisation: Initialisation
  /** Predict this many frames at once (future prediction); 0 or 1 predicts the next only. */
  readonly futureFrames: number
  /** The decoder sees only the counter of past frames, not their joints. */
  readonly justCounter: boolean
  /**
   * What the decoder's last layer regresses. `joints`: the numbers of a frame, as the published model. `bones`: the neck's place and
   * the direction of every bone, which have the signer's lengths: joints follow from them.
   */
  readonly head: Head
  /** Whether the head predicts the progress counter too; without, it is only told what the counter is, and must know the length otherwise. */
  readonly counterHead: boolean
  /** Whether the head has a bias. */
  readonly headBias: boolean
  /** A small head on the encoder that predicts the clip's length. */
  readonly lengthHead: boolean
  /** What it predicts: `log`, behind a layer with ReLU; or `share`, of `maxFrames`, behind a norm, a layer of half the width with GELU and a sigmoid. */
  readonly lengthForm: LengthForm
  /** Fewest frames a predicted length comes to. */
  readonly minFrames: number
  /**
   * Where the counter of a generated clip ends whose length is predicted or given: at the `clip`'s end, as in training; or at `maxFrames`, as SignDW
   * generates, whose short clips are therefore slow and cut off.
   */
  readonly counterEnd: CounterEnd
  /**
   * Each token has a duration: their sum is the clip's length, and each frame is told, besides what the decoder attends to, which token it belongs
   * to and how far along that is.
   */
  readonly durations: boolean
  /** Longest clip, in frames. */
  readonly maxFrames: number
  /** Longest sentence, in tokens with the closing one. */
  readonly maxTokens: number
  /** Whether sentences open with `<s>`, as they close with `</s>`. */
  readonly openingToken: boolean
  /** Whether longer sentences are cut off there, with no closing token left, as SignDW does; else they are refused. */
  readonly cutSentences: boolean
}

const base: ModelConfig = {
  layout: 'skeleton-50',
  numbers: COORDS,
  scores: 'none',
  units: 'layout',
  width: 512,
  heads: 4,
  hidden: 2048,
  encoderLayers: 2,
  decoderLayers: 2,
  dropout: 0.1,
  activation: 'relu',
  residualDropout: 0,
  attentionDropout: 0,
  normEpsilon: 1e-6,
  encoderNorm: true,
  scaledTokens: false,
  initialisation: 'separate',
  futureFrames: 0,
  justCounter: false,
  head: 'joints',
  counterHead: true,
  headBias: false,
  lengthHead: false,
  lengthForm: 'log',
  minFrames: 1,
  counterEnd: 'clip',
  durations: false,
  maxFrames: 300,
  maxTokens: 300,
  openingToken: false,
  cutSentences: false,
}

/** `pt-base` is the published Progressive Transformer; the larger ones are SignLLM's sizes at 18 107 English words and two layers a side. */
export const presets = {
  /** Learns a few dozen short sentences in minutes, on any machine. */
  tiny: { ...base, width: 64, hidden: 256, encoderLayers: 1, dropout: 0 },
  'pt-base': base,
  /** The sign language transformer of neccam/slt; its judge of poses has these sizes. */
  'slt-base': { ...base, heads: 8, encoderLayers: 3, decoderLayers: 3 },
  'base-40m': { ...base, width: 704, heads: 11, hidden: 2816 },
  'large-120m': { ...base, width: 1280, heads: 20, hidden: 5120 },
  /** Needs 16 GB for training in float32: a configuration to read, not one we have run. */
  'super-1b': { ...base, width: 4096, heads: 32, hidden: 16384 },
  /** The SignDW Transformer of SignVerse-2M: 128 points of DWPose, x, y and score, in clips of at most 96 frames. */
  signdw: {
    ...base,
    layout: 'dwpose-128',
    numbers: 384,
    scores: 'visible',
    heads: 8,
    encoderLayers: 4,
    decoderLayers: 4,
    residualDropout: 0.1,
    attentionDropout: 0.1,
    activation: 'gelu-erf',
    normEpsilon: 1e-5,
    encoderNorm: false,
    scaledTokens: true,
    initialisation: 'pytorch',
    counterHead: false,
    headBias: true,
    lengthHead: true,
    lengthForm: 'share',
    minFrames: 8,
    maxFrames: 96,
    maxTokens: 96,
    openingToken: true,
  },
} as const satisfies Record<string, ModelConfig>

export type Preset = keyof typeof presets

/** The sizes that every kind of model has, of a preset, with a run file's own over them. */
export function sizesOf<Own extends { readonly preset: Preset }>({ preset, ...own }: Own) {
  const { width, heads, hidden, encoderLayers, decoderLayers, dropout, activation } = presets[preset]
  return { width, heads, hidden, encoderLayers, decoderLayers, dropout, activation, ...own }
}

/** Numbers the decoder takes in a frame, before padding. */
export const inputNumbers = (config: Pick<ModelConfig, 'justCounter' | 'numbers'>): number => (config.justCounter ? 1 : config.numbers + 1)

/** Whether a model says how long a clip is before it makes it. */
export const knowsLength = ({ lengthHead, durations }: Pick<ModelConfig, 'lengthHead' | 'durations'>): boolean => lengthHead || durations

/** Numbers the decoder puts out a frame, before padding: the frames ahead, then, where the head predicts it, the counter of the nearest. */
export const outputNumbers = (config: ModelConfig): number => regressedNumbers(config) + (config.counterHead ? 1 : 0)

/** Of those, the numbers of frames. */
export const regressedNumbers = ({ numbers, futureFrames }: Pick<ModelConfig, 'numbers' | 'futureFrames'>): number =>
  numbers * Math.max(1, futureFrames)

/** Whether two models have the same sizes, in whatever order a file lists them. */
export const sameConfig = <Config extends object>(a: Config, b: Config): boolean => differingKeys(a, b).length === 0

/** The sizes in which two models differ. */
export function differingKeys<Config extends object>(a: Config, b: Config): (keyof Config & string)[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Config & string>
  return [...keys].filter((key) => a[key] !== b[key])
}

/**
 * The largest sizes a model may have, each far beyond the field's models. A float32 matrix of 32768 × 32768 is 4 GiB, as much as a 32-bit
 * index into a buffer reaches; feed-forward blocks are four times as wide, heads at least 4 wide; more layers could not even be listed; a
 * million frames are eleven hours of signing.
 */
export const largest = {
  width: 32_768,
  heads: 8_192,
  hidden: 131_072,
  encoderLayers: 1000,
  decoderLayers: 1000,
  futureFrames: 1000,
  maxFrames: 1_000_000,
  maxTokens: 1_000_000,
} as const satisfies Partial<Record<keyof ModelConfig, number>>

/** More numbers a frame than any layout of poses has. */
export const MOST_NUMBERS = 65_536

/**
 * What of the sizes no kernel can run, although each is right by itself: which, and what is wanted of it. Heads are as wide as a multiple of
 * `headsOf`, 4 as a rule; 1 where nothing but attention reads them, which can put zeros behind each.
 */
export function* unfitting(
  { width, heads, hidden }: Pick<ModelConfig, 'width' | 'heads' | 'hidden'>,
  headsOf: 1 | 4 = 4,
): Generator<['width' | 'hidden', string]> {
  const headWidth = width / heads
  if (width % heads !== 0 || headWidth % headsOf !== 0) {
    const wanted = headsOf === 1 ? 'a whole number' : `a multiple of ${headsOf}`
    yield ['width', `wanted width/heads to be ${wanted}, got ${width}/${heads}`]
  } else if (width % 4 !== 0) yield ['width', `wanted width to be a multiple of 4, got ${width}`]
  if (hidden % 4 !== 0) yield ['hidden', `wanted hidden to be a multiple of 4, got ${hidden}`]
}

/** What is wanted of a model whose head places bones; undefined where it can. */
export function unfittingHead({ head, futureFrames, layout, numbers = COORDS }: Partial<ModelConfig>): string | undefined {
  if (head !== 'bones') return undefined
  if ((layout ?? base.layout) !== 'skeleton-50' || numbers !== COORDS)
    return `wanted head joints for frames of ${layout ?? `${numbers} numbers`}, got bones, of which there are ${COORDS / 3 - 1} between 50 joints`
  if (futureFrames === undefined || futureFrames <= 1) return undefined
  return `wanted futureFrames 0 or 1 with head bones, which places one frame at a time, got ${futureFrames}`
}

/** What is wanted of a model that predicts no counter; undefined where it knows when a clip ends. */
export function unfittingCounter(config: Pick<ModelConfig, 'counterHead' | 'lengthHead' | 'durations'>): string | undefined {
  if (config.counterHead || knowsLength(config)) return undefined
  return 'wanted lengthHead or durations without counterHead, so that clips end, got neither'
}

/** Throws ERR_CONFIG for sizes no kernel can run. */
export function checkConfig(config: ModelConfig): ModelConfig {
  for (const [size, most] of Object.entries(largest) as [keyof typeof largest, number][]) {
    if (!Number.isInteger(config[size])) throw refused(`wanted ${size} to be a whole number, got ${config[size]}`)
    if (config[size] > most) throw refused(`wanted ${size} to be at most ${most}, got ${config[size]}`)
  }
  for (const [, problem] of unfitting(config, 1)) throw refused(problem)
  if (config.numbers < 1 || config.numbers > MOST_NUMBERS) throw refused(`wanted numbers to be 1 to ${MOST_NUMBERS}, got ${config.numbers}`)
  const problem = unfittingHead(config) ?? unfittingCounter(config)
  if (problem) throw refused(problem)
  return config
}

const refused = (problem: string): SignError => new SignError('ERR_CONFIG', 'model', problem, 'Change that size')
