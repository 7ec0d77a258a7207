// The registry of language groups (the paper's MLSF): one encoder-decoder a language, nothing shared, added at any time.

import { SignError } from '../base/errors.js'
import { Lifetime } from '../base/lifetime.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { JOINTS } from '../motion/skeleton.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { initialTensors } from '../nn/init.js'
import type { ParameterSetOptions, Precision } from '../nn/parameter_set.js'
import type { BoneTables } from '../ops/bone_joints.js'
import { padded } from '../ops/parameter.js'
import type { Vocabulary } from '../text/vocabulary.js'
import { bonePlaces, lengthsByPlace } from './bone_head.js'
import { checkConfig, inputNumbers, type ModelConfig, outputNumbers, sameConfig } from './config.js'
import { outputColumns } from './frame_columns.js'
import type { FrameScaling } from './frame_scaling.js'
import { GpuModel } from './gpu_model.js'
import type { GroupBones } from './group_bones.js'
import { parameterSpecs, TOKEN_TABLE } from './parameters.js'

/** The tag of a group that all languages share; it reads LangGloss, whose tokens say their language. */
export const SHARED = 'ALL'

/** What a group is, weights aside: the JSON of a checkpoint. */
export interface GroupDescription {
  readonly language: string
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  /** The mean first frame of the training clips, from which every generated clip starts. */
  readonly startFrame: Float32Array
  /** The units the weights were trained in. */
  readonly scaling: FrameScaling
  readonly fps: number
  /** What the training clips' bones are like; absent from what was saved before they were measured, and from imported models. */
  readonly bones?: GroupBones | undefined
  /** `[points]`: in what share of the training frames each point was seen; absent where all are there. What was never seen, the model cannot place. */
  readonly seen?: Float32Array | undefined
}

/** One language: its words, its sizes, its weights on the GPU. */
export class LanguageGroup extends GpuModel implements GroupDescription {
  readonly language: string
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly startFrame: Float32Array
  readonly scaling: FrameScaling
  readonly fps: number
  readonly bones: GroupBones | undefined
  readonly seen: Float32Array | undefined
  /** What its head places bones by, its own lengths among it; only where it regresses bones. */
  readonly boneTables: BoneTables | undefined
  /** u32 [output stride]: what each number that it puts out is, `pointColumn`; of other layouts than the 50 joints. */
  readonly columns: Tensor | undefined

  constructor(gpu: Gpu, description: GroupDescription, options: ParameterSetOptions) {
    const { language, vocabulary, startFrame, scaling, fps, bones, seen } = description
    const config = checkConfig(description.config)
    const { maxFrames, maxTokens, width } = config
    const parts = {
      name: `model ${language}`,
      label: `${language} positions`,
      specs: parameterSpecs(config, vocabulary.size),
      // Sentences are padded to a multiple of 4 tokens.
      positions: [Math.max(maxFrames, padded(maxTokens)), width],
      tables: {
        ...(config.head === 'bones' && boneTablesOf(description)),
        ...(config.layout !== 'skeleton-50' && { columns: outputColumns(config) }),
      },
    } as const
    super(gpu, parts, options)
    this.language = language
    this.config = config
    this.vocabulary = vocabulary
    this.startFrame = startFrame
    this.scaling = scaling
    this.fps = fps
    this.bones = bones
    this.seen = seen
    this.boneTables =
      config.head === 'bones'
        ? { place: this.table('bone_places', 'f32', [JOINTS, 3, 4]), lengths: this.table('bone_lengths', 'f32', [1, JOINTS]) }
        : undefined
    this.columns = config.layout === 'skeleton-50' ? undefined : this.table('columns', 'u32', [padded(outputNumbers(config))])
  }
}

/** Where in the decoder's input the progress counter is, and what it is times, so that 1 is the clip's end. */
export const counterOf = ({ config, scaling }: Pick<GroupDescription, 'config' | 'scaling'>): { column: number; unit: number } => ({
  column: inputNumbers(config) - 1,
  unit: scaling.scale[config.numbers]!,
})

/** Throws ERR_CONFIG where the lengths of its bones are unknown. */
function boneTablesOf({ language, startFrame, scaling, bones }: GroupDescription): Record<string, Float32Array> {
  if (!bones) {
    const problem = 'wanted bone lengths for a model with head bones, got none'
    throw new SignError('ERR_CONFIG', `model ${language}`, problem, 'Give its description bones: their lengths and spread')
  }
  return { bone_places: bonePlaces(startFrame, scaling), bone_lengths: lengthsByPlace(bones.lengths) }
}

export interface AddLanguageOptions {
  /** Seed of fresh weights. */
  readonly seed?: number
  /** Weights to start from instead. */
  readonly tensors?: HostTensors
  /** Whether the group is to be trained; default as the model. One that is not has weights alone. */
  readonly training?: boolean
  /** Who is named when `tensors` do not fit. */
  readonly who?: string
}

/** All languages of a model. */
export class SignModel implements AsyncDisposable {
  readonly gpu: Gpu
  readonly training: boolean
  /** Of products in training. */
  readonly precision: Precision
  /** That its optimiser keeps; undefined: both. */
  readonly moments: ParameterSetOptions['moments']
  readonly #groups = new Map<string, LanguageGroup>()
  readonly #lifetime = new Lifetime('model')

  constructor(gpu: Gpu, { training = false, precision = 'f32', moments }: Partial<ParameterSetOptions> = {}) {
    this.gpu = gpu
    this.training = training
    this.precision = precision
    this.moments = moments
  }

  get languages(): string[] {
    this.check()
    return [...this.#groups.keys()]
  }

  get groups(): LanguageGroup[] {
    this.check()
    return [...this.#groups.values()]
  }

  /** Throws ERR_DISPOSED once it was destroyed; whatever is asked of it does. */
  check(): void {
    this.#lifetime.check()
  }

  /** Adds a group; the others are not touched. Throws ERR_CONFIG for a tag that is taken, ERR_CHECKPOINT for tensors that do not fit. */
  addLanguage(description: GroupDescription, options: AddLanguageOptions = {}): LanguageGroup {
    this.check()
    const { seed = 27, tensors, training = this.training, who = description.language } = options
    const { language } = description
    if (this.#groups.has(language)) {
      throw new SignError('ERR_CONFIG', 'model', `wanted a new language, got '${language}' again`, 'Choose another tag')
    }
    const group = new LanguageGroup(this.gpu, description, { training, precision: this.precision, moments: this.moments })
    try {
      // A group's first weights depend on its tag, so that the order of adding does not matter.
      group.weights.load(tensors ?? initialTensors(group.weights.specs, seed + tagHash(language)), who)
    } catch (error) {
      group.destroy()
      throw error
    }
    this.#groups.set(language, group)
    return group
  }

  /**
   * Adds a group that starts from what another has learned of motion; its words are fresh. Both have the same sizes.
   * Throws ERR_CONFIG where they do not, or for a tag that is taken, ERR_USAGE for a group to clone that is not there.
   */
  async cloneLanguage(description: GroupDescription, from: string, { seed = 27 }: { seed?: number } = {}): Promise<LanguageGroup> {
    const { language, config, vocabulary } = description
    const source = this.group(from)
    if (!sameConfig(source.config, config)) {
      throw new SignError('ERR_CONFIG', 'model', `wanted ${language} to have the sizes of ${from}, got others`, 'Give both the same sizes')
    }
    const learned = await source.weights.save()
    const fresh = initialTensors(parameterSpecs(config, vocabulary.size), seed + tagHash(language))
    const tensors = new Map([...fresh].map(([name, tensor]) => [name, name === TOKEN_TABLE ? tensor : learned.get(name)!]))
    return this.addLanguage(description, { tensors })
  }

  /** The group of a language. Throws ERR_USAGE naming the known ones. */
  group(language: string): LanguageGroup {
    this.check()
    const group = this.#groups.get(language)
    if (!group) {
      throw new SignError(
        'ERR_USAGE',
        'model',
        `wanted one of the languages ${this.languages.join(', ')}, got '${language}'`,
        'Choose one of them, or train it',
      )
    }
    return group
  }

  /** Frees all groups; whatever uses one throws ERR_DISPOSED from then on. Idempotent. */
  destroy(): void {
    this.#lifetime.end()
    for (const group of this.#groups.values()) group.destroy()
    this.#groups.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}

const tagHash = (tag: string): number => [...tag].reduce((hash, char) => Math.imul(hash, 31) + char.codePointAt(0)!, 0) >>> 0
