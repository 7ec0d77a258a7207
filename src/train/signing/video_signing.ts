// Videos to learn from with an image encoder that is trained: pictures go to the GPU as they are decoded, and are resized, turned and recoloured there.

import { Random } from '../../base/random.js'
import type { Tensor } from '../../device/memory.js'
import type { Recorder } from '../../device/program.js'
import { placeArrays, placeFeeds } from '../../infer/sign_reader.js'
import type { EncoderShape } from '../../infer/source_encoder.js'
import { TRANSFORM } from '../../kernels/frame_augment.js'
import { framesShown, type ReadSigns } from '../../model/sign_rows.js'
import { imagesAtOnce } from '../../nn/image_encoder_config.js'
import type { FrameTensors } from '../../ops/frame_augment.js'
import { chosenFrames, evaluationChoice, trainingChoice } from '../../video/frame_choice.js'
import { type DrawnFrame, packFrames } from '../../video/pack.js'
import type { PictureStore } from '../../video/picture_store.js'
import { type SeeingModel, seenVideos } from '../../video/seen_videos.js'
import { drawAugmentation, frameTransform, noAugmentation, publishedAugmentation } from '../../video/transforms.js'
import type { BatchPlan } from '../batches.js'
import type { HostArrays } from '../task.js'
import type { SignedVideo } from './signed_videos.js'
import type { Signing } from './signing.js'

export interface VideoSigningOptions<Video> {
  readonly train: StoredVideos<Video>
  /** To validate with. */
  readonly held: StoredVideos<Video>
  /** Whether clips are trimmed, turned, cropped, mirrored and recoloured, as published. */
  readonly augment: boolean
  readonly seed: number
}

export interface StoredVideos<Video> {
  readonly clips: readonly Video[]
  readonly store: PictureStore
}

/** What is fed of pictures. */
const PARTS = ['pixels', 'places', 'transforms', 'there'] as const

/** The frames of one clip, drawn for one epoch. */
type DrawnClip = readonly DrawnFrame[]

export class VideoSigning<Video extends SignedVideo> implements Signing<Video> {
  readonly clips: readonly Video[]
  readonly #model: SeeingModel
  readonly #config: ReadSigns
  readonly #options: VideoSigningOptions<Video>
  /** Pixels of a frame that there is room for. */
  readonly #pixels: number
  /** Frames that go through the image encoder at once. */
  readonly #atOnce: number
  readonly #fetched = new Map<BatchPlan, Promise<ReadonlyMap<number, DrawnClip>>>()
  #current: ReadonlyMap<number, DrawnClip> = new Map()

  constructor(model: SeeingModel, config: ReadSigns, options: VideoSigningOptions<Video>) {
    this.clips = options.train.clips
    this.#model = model
    this.#config = config
    this.#options = options
    this.#pixels = Math.max(...this.clips.map(({ pixels }) => pixels))
    const bound = model.gpu.device.limits.maxStorageBufferBindingSize
    this.#atOnce = Math.max(1, Math.min(imagesAtOnce(config.images!, bound), Math.floor(bound / (4 * this.#pixels))))
  }

  mostFrames(example: number): number {
    return this.clips[example]!.frames
  }

  record(recorder: Recorder, shape: EncoderShape) {
    const { feeds, inputs } = placeFeeds(recorder, shape, this.#config)
    const pictures = this.#parts(shape).map(
      ({ count, name }): FrameTensors => ({
        pixels: recorder.feed(name('pixels'), [count * this.#pixels], 'u32'),
        places: recorder.feed(name('places'), [count, 4], 'u32'),
        transforms: recorder.feed(name('transforms'), [count, TRANSFORM]),
        there: recorder.feed(name('there'), [count], 'u32'),
      }),
    )
    const named = this.#parts(shape).flatMap(({ name }, i) => PARTS.map((part): [string, Tensor] => [name(part), pictures[i]![part]]))
    return { feeds: { ...feeds, ...Object.fromEntries(named) }, inputs: { ...inputs, pictures } }
  }

  /** Batches that were fetched ahead and are not the one that is wanted are those of steps gone by. */
  async prepare(batch: BatchPlan, epoch: number): Promise<void> {
    for (const other of this.#fetched.keys()) if (other !== batch) this.#fetched.delete(other)
    if (!this.#fetched.has(batch)) this.#fetched.set(batch, this.#fetch(batch, epoch))
    this.#current = await this.#fetched.get(batch)!
  }

  arrays(pass: readonly number[], shape: EncoderShape): HostArrays {
    const clips = pass.map((example) => this.#current.get(example)!)
    const frames = clips.flat()
    const lengths = clips.map((drawn) => ({ frames: drawn.length }))
    const arrays: Record<string, Float32Array | Uint32Array> = placeArrays(lengths, shape, this.#config)
    for (const { first, count, name } of this.#parts(shape)) {
      const some = frames.slice(first, first + count)
      const packed = packFrames(some, count, count * this.#pixels, 'video')
      for (const part of PARTS) arrays[name(part)] = packed[part]
    }
    return arrays
  }

  held(count: number | null) {
    const { clips, store } = this.#options.held
    return seenVideos(this.#model, this.#config, clips.slice(0, count ?? undefined), { store })
  }

  destroy(): void {
    this.#fetched.clear()
    this.#current = new Map()
  }

  /** How the frames of a batch are cut up: as many at a time as the adapter binds. */
  #parts({ rows, length }: EncoderShape) {
    const all = rows * length
    return Array.from({ length: Math.ceil(all / this.#atOnce) }, (_, i) => {
      const first = i * this.#atOnce
      return { first, count: Math.min(this.#atOnce, all - first), name: (part: string) => `${part}_${i}` }
    })
  }

  async #fetch({ examples }: BatchPlan, epoch: number): Promise<Map<number, DrawnClip>> {
    const drawn = new Map<number, DrawnClip>()
    for (const example of examples) drawn.set(example, await this.#drawn(example, epoch))
    return drawn
  }

  /** A clip as an epoch shows it. */
  async #drawn(example: number, epoch: number): Promise<DrawnClip> {
    const { augment, train, seed } = this.#options
    const { source, all, stride } = this.clips[example]!
    const random = Random.for(seed, 'frames', epoch, example)
    const choice = augment ? trainingChoice(random) : evaluationChoice
    const places = chosenFrames(all, { ...choice, stride, most: this.#config.maxFrames }, random)
    const change = augment ? drawAugmentation(Random.for(seed, 'augment', epoch, example), publishedAugmentation) : noAugmentation
    const size = this.#config.images!.imageSize[0]
    const pictures = await train.store.take(source, places)
    const drawn = pictures.map((picture) => ({ ...picture, transform: frameTransform(picture, size, change) }))
    return framesShown(drawn, this.#config)
  }
}
