// Stage 1 of Sign2GPT (Wong et al. 2024): frames in; out, which pseudo-glosses a clip shows, and where. Forward only; the way back follows from the ops.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ImageTables } from '../nn/image_tables.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { type PrototypeHead, type PrototypeTraining, prototypeHead, prototypeSpecs } from '../nn/prototypes.js'
import type { Recording } from '../nn/recording.js'
import type { PseudoGlossClasses } from '../text/pseudo_gloss/classes.js'
import { GpuModel } from './gpu_model.js'
import { signImages } from './seen_frames.js'
import { checkSignConfig, type SignConfig } from './sign_sizes.js'
import { type SignTables, signAngles, signSpecs, signTableShapes } from './sign_tokens.js'

export interface PseudoGlossConfig extends SignConfig {
  /** Numbers of a word vector. */
  readonly vectorWidth: number
  /** Dropout of tokens before they are compared with word vectors. */
  readonly headDropout: number
  /** What of the head is trained beside its linear layer. */
  readonly trained: PrototypeTraining
}

export interface PseudoGlossDescription {
  readonly config: PseudoGlossConfig
  readonly classes: PseudoGlossClasses
  /** Tags of the languages it was trained on. */
  readonly languages: readonly string[]
  /** Frames a second of what it was trained on. */
  readonly fps: number
  /** The clips it was trained on, hashes of their names (data/checksum.ts). */
  readonly trainedOn: readonly string[]
  readonly seed: number
}

export interface PseudoGlossOptions extends Partial<ParameterSetOptions> {
  readonly tensors?: HostTensors
  /** Whose tensors they are, for messages. */
  readonly who?: string
}

/** The prototype head's parameters begin with it. */
export const PROTOTYPES = 'prototypes'

/** The word vectors of the classes, and of the zero class behind them: [classes + 1, vectorWidth]. */
export const VECTORS = `${PROTOTYPES}/vectors`

export const pseudoGlossSpecs = (config: PseudoGlossConfig, classes: number): ParameterSpec[] => [
  ...signSpecs(config),
  ...prototypeSpecs(PROTOTYPES, { width: config.width, vectorWidth: config.vectorWidth, classes }, config.trained),
]

export class PseudoGlossModel extends GpuModel implements PseudoGlossDescription {
  readonly config: PseudoGlossConfig
  readonly classes: PseudoGlossClasses
  readonly languages: readonly string[]
  readonly fps: number
  readonly trainedOn: readonly string[]
  readonly seed: number
  readonly tables: SignTables
  readonly #images: ImageTables | undefined

  /** Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory. */
  constructor(gpu: Gpu, description: PseudoGlossDescription, options: PseudoGlossOptions = {}) {
    const { training = false, precision, maxBytes, tensors, who = 'pseudo-gloss' } = options
    const { config, classes, languages, fps, trainedOn, seed } = description
    checkSignConfig(config)
    const { positions, angles } = signTableShapes(config)
    const parts = {
      name: 'pseudo-gloss model',
      label: 'pseudo-gloss positions',
      specs: pseudoGlossSpecs(config, classes.size),
      positions,
      tables: { angles: signAngles(config) },
    } as const
    super(gpu, parts, { training, precision, maxBytes })
    this.config = config
    this.classes = classes
    this.languages = languages
    this.fps = fps
    this.trainedOn = trainedOn
    this.seed = seed
    this.#images = signImages(gpu, config)
    this.tables = { positions: this.positions, angles: this.table('angles', 'f32', angles), images: this.#images }
    this.load(tensors, seed, who)
  }

  override destroy(): void {
    super.destroy()
    this.#images?.destroy()
  }
}

/** Scores and map of tokens x [B, T', width], those before each of lengths u32 [B]. */
export function pseudoGlossHead(r: Recording, { config, classes }: PseudoGlossDescription, x: Tensor, lengths: Tensor): PrototypeHead {
  return prototypeHead(r, PROTOTYPES, { x, lengths, classes: classes.size, dropout: config.headDropout })
}
