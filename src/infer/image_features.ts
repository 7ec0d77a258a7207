// Features of video frames through a frozen image encoder, some frames at a time: recorded once, for frames of any sizes.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { TRANSFORM } from '../kernels/frame_augment.js'
import { imageFeatures } from '../nn/image_encoder.js'
import { featuresOf, type ImageEncoderConfig } from '../nn/image_encoder_config.js'
import { ImageTables } from '../nn/image_tables.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { drawFrames, type FrameTensors } from '../ops/frame_augment.js'
import { Graph } from '../ops/graph.js'

/** Frames as they are uploaded, of one pass. */
export type FrameArrays = Readonly<Record<keyof FrameTensors, Uint32Array | Float32Array>>

export interface ImagePass {
  /** Frames that go through at once. */
  readonly frames: number
  /** Pixels of all of them together, as they are before they are resized. */
  readonly pixels: number
}

export class ImageFeatures implements AsyncDisposable {
  readonly pass: ImagePass
  readonly width: number
  readonly #program: Program
  readonly #feeds: FrameTensors & { readonly lengths: Tensor }
  readonly #tables: ImageTables

  private constructor(
    program: Program,
    feeds: FrameTensors & { readonly lengths: Tensor },
    tables: ImageTables,
    pass: ImagePass,
    width: number,
  ) {
    this.#program = program
    this.#feeds = feeds
    this.#tables = tables
    this.pass = pass
    this.width = width
  }

  /** Throws ERR_DEVICE for a pass that the adapter cannot bind. The images of `config` are square. */
  static async build(gpu: Gpu, weights: ParameterSet, config: ImageEncoderConfig, pass: ImagePass): Promise<ImageFeatures> {
    const tables = new ImageTables(gpu, config)
    try {
      const recorder = new Recorder()
      const feeds = {
        pixels: recorder.feed('pixels', [pass.pixels], 'u32'),
        places: recorder.feed('places', [pass.frames, 4], 'u32'),
        transforms: recorder.feed('transforms', [pass.frames, TRANSFORM]),
        there: recorder.feed('there', [pass.frames], 'u32'),
        lengths: recorder.feed('lengths', [1], 'u32'),
      }
      const graph = new Graph(recorder)
      const images = drawFrames(graph, feeds, config.imageSize[0])
      const clips = { lengths: feeds.lengths, length: pass.frames }
      recorder.report(imageFeatures({ graph, weights }, [{ images, there: feeds.there }], clips, config, tables))
      const program = await Program.build(gpu, recorder)
      return new ImageFeatures(program, feeds, tables, pass, featuresOf(config))
    } catch (error) {
      tables.destroy()
      throw error
    }
  }

  /** Features [count, width] of the first `count` frames of a pass. */
  async read({ pixels, places, transforms, there }: FrameArrays, count: number): Promise<Float32Array<ArrayBuffer>> {
    this.#program.write(this.#feeds.pixels, pixels)
    this.#program.write(this.#feeds.places, places)
    this.#program.write(this.#feeds.transforms, transforms)
    this.#program.write(this.#feeds.there, there)
    this.#program.write(this.#feeds.lengths, Uint32Array.of(count))
    const [features] = await this.#program.run()
    return new Float32Array(features!).slice(0, count * this.width)
  }

  destroy(): void {
    this.#program.destroy()
    this.#tables.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.destroy()
  }
}
