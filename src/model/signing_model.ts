// A model that is a sign encoder and what it learns beside it, of itself alone: frames in, tokens made of them, and whatever follows.

import type { Gpu } from '../device/gpu.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ImageTables } from '../nn/image_tables.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { GpuModel } from './gpu_model.js'
import { signImages } from './seen_frames.js'
import { checkSignConfig, type SignConfig } from './sign_sizes.js'
import { type SignTables, signAngles, signTableShapes } from './sign_tokens.js'

/** What a model remembers of its training. */
export interface TrainedOn {
  /** Tags of the sign languages it was trained on. */
  readonly languages: readonly string[]
  /** Frames a second of what it was trained on. */
  readonly fps: number
  /** The clips it was trained on, hashes of their names (data/checksum.ts). */
  readonly trainedOn: readonly string[]
  readonly seed: number
}

export interface SigningDescription<Config extends SignConfig = SignConfig> extends TrainedOn {
  readonly config: Config
}

export interface SigningModelOptions extends Partial<ParameterSetOptions> {
  readonly tensors?: HostTensors
  /** Whose tensors they are, for messages. */
  readonly who?: string
}

export abstract class SigningModel<Config extends SignConfig = SignConfig> extends GpuModel implements SigningDescription<Config> {
  readonly config: Config
  readonly languages: readonly string[]
  readonly fps: number
  readonly trainedOn: readonly string[]
  readonly seed: number
  readonly tables: SignTables
  readonly #images: ImageTables | undefined

  /**
   * Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory.
   *
   * @param parts what it is called before the word model, and all its parameters
   */
  constructor(
    gpu: Gpu,
    { config, languages, fps, trainedOn, seed }: SigningDescription<Config>,
    { name, specs }: { readonly name: string; readonly specs: (config: Config) => readonly ParameterSpec[] },
    { training = false, precision, moments, maxBytes, tensors, who = name }: SigningModelOptions,
  ) {
    checkSignConfig(config)
    const { positions, angles } = signTableShapes(config)
    const parts = {
      name: `${name} model`,
      label: `${name} positions`,
      specs: specs(config),
      positions,
      tables: { angles: signAngles(config) },
    }
    super(gpu, parts, { training, precision, moments, maxBytes })
    this.config = config
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
