// A model that makes tokens of frames by convolutions over time, and has tables of learned positions for them and for text: what both stages of GFSLT-VLP are.

import type { Gpu } from '../device/gpu.js'
import type { ImageConstants } from '../nn/image_encoder.js'
import type { ImageTables } from '../nn/image_tables.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { TextCoder } from '../text/text_coder.js'
import type { ConvolvedSigns } from './convolved_signs.js'
import { GpuModel, type GpuModelParts } from './gpu_model.js'
import { signImages } from './seen_frames.js'
import type { TrainedOn } from './signing_model.js'

export interface ConvolvedDescription<Config extends { readonly signs: ConvolvedSigns }> extends TrainedOn {
  readonly config: Config
  /** What text is read and written by. */
  readonly text: TextCoder
}

export abstract class ConvolvedModel<Config extends { readonly signs: ConvolvedSigns }>
  extends GpuModel
  implements ConvolvedDescription<Config>
{
  readonly config: Config
  readonly text: TextCoder
  readonly languages: readonly string[]
  readonly fps: number
  readonly trainedOn: readonly string[]
  readonly seed: number
  /** What an image encoder reads that is not learned; of video alone. */
  readonly images: ImageConstants | undefined
  readonly #images: ImageTables | undefined

  /**
   * Leaves it to its caller to load parameters. Throws ERR_CONFIG for images no kernel can see, ERR_DEVICE for want of memory.
   *
   * @param parts its positions are zeros, for those that count are learned
   */
  constructor(
    gpu: Gpu,
    { config, text, languages, fps, trainedOn, seed }: ConvolvedDescription<Config>,
    parts: Omit<GpuModelParts, 'encode'>,
    options: ParameterSetOptions,
  ) {
    super(gpu, { ...parts, encode: (rows, width) => new Float32Array(rows * width) }, options)
    this.config = config
    this.text = text
    this.languages = languages
    this.fps = fps
    this.trainedOn = trainedOn
    this.seed = seed
    this.#images = signImages(gpu, config.signs)
    this.images = this.#images
  }

  override destroy(): void {
    super.destroy()
    this.#images?.destroy()
  }
}
