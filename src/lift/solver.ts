// Everything on the GPU that lifts a batch: its buffers and three programs over them, recorded once for a capacity and used for every batch that fits.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import { bytesOf, type Tensor } from '../device/memory.js'
import { Program, Recorder } from '../device/program.js'
import { forwardKinematics } from '../kernels/forward_kinematics.js'
import { liftFrame } from '../kernels/lift_frame.js'
import { liftLengths } from '../kernels/lift_lengths.js'
import { liftStart } from '../kernels/lift_start.js'
import { JOINTS } from '../motion/skeleton.js'
import { type BatchArrays, VEC4 } from './batch.js'
import { LENGTHS } from './initial_lengths.js'
import { LENGTH_COST, REPORT, SMOOTHNESS_COST, STAND, type Step } from './objective.js'

export interface Capacity {
  readonly frames: number
  readonly clips: number
}

type Tensors = ReturnType<typeof tensorsFor>
interface Programs {
  /** The first pose and its positions. */
  readonly start: Program
  /** One iteration: frames step, lengths step, joints are placed anew. */
  readonly iterate: Program
  /** The loss as it stands. */
  readonly measure: Program
}

export class LiftSolver {
  readonly capacity: Capacity
  readonly #gpu: Gpu
  readonly #tensors: Tensors
  readonly #programs: Programs
  #spans: Uint32Array = new Uint32Array(0)

  private constructor(gpu: Gpu, capacity: Capacity, tensors: Tensors, programs: Programs) {
    this.#gpu = gpu
    this.capacity = capacity
    this.#tensors = tensors
    this.#programs = programs
  }

  /** Makes room for `capacity` and compiles. Throws ERR_DEVICE where the frames do not fit the adapter. */
  static async build(gpu: Gpu, capacity: Capacity, step: Step): Promise<LiftSolver> {
    const most = Math.floor(gpu.device.limits.maxStorageBufferBindingSize / (JOINTS * VEC4 * 4))
    if (capacity.frames > most) {
      const problem = `wanted room for ${counted(capacity.frames, 'frame')} at once, got room for ${most} on ${gpu.label}`
      throw new SignError('ERR_DEVICE', 'lift', problem, 'Split the longest clip, or lower batchFrames')
    }
    const tensors = tensorsFor(gpu, capacity)
    const [start, iterate, measure] = await Promise.all(
      [recordStart(tensors, capacity), recordIteration(tensors, capacity, step), recordMeasure(tensors, capacity)].map((recorder) =>
        Program.build(gpu, recorder),
      ),
    )
    return new LiftSolver(gpu, capacity, tensors, { start: start!, iterate: iterate!, measure: measure! })
  }

  fits(wanted: Capacity): boolean {
    return wanted.frames <= this.capacity.frames && wanted.clips <= this.capacity.clips
  }

  /** Loads a batch packed for this capacity and places its first poses. */
  async start(batch: BatchArrays): Promise<void> {
    for (const name of ['target2d', 'root', 'frameClip', 'logLength', 'boneLength', 'lengthMask'] as const) {
      this.#programs.start.write(this.#tensors[name], batch[name])
    }
    this.#spans = batch.spans
    this.#programs.start.write(this.#tensors.clips, batch.spans)
    const { moments, lengthMoments } = this.#tensors
    await this.#programs.start.run({ clear: [moments.region.buffer, lengthMoments.region.buffer] })
  }

  /** Runs `times` iterations of every clip that does not rest; the report [clips, 27] is of the loss before the last one. */
  async iterate(times: number): Promise<Float32Array> {
    const [report] = await this.#programs.iterate.run({ times })
    return new Float32Array(report!)
  }

  /** Leaves these clips as they are from now on. */
  rest(clips: readonly number[]): void {
    const spans = this.#spans.slice()
    for (const k of clips) spans[2 * k + 1] = 0
    this.#programs.start.write(this.#tensors.clips, spans)
  }

  /** The report [clips, 27] of all clips as they stand, resting or not. */
  async measure(): Promise<Float32Array> {
    this.#programs.measure.write(this.#tensors.clips, this.#spans)
    const [report] = await this.#programs.measure.run()
    return new Float32Array(report!)
  }

  /** Where all joints are: [50, frames, 4]. One round trip. */
  async positions(): Promise<Float32Array> {
    return new Float32Array(await this.#gpu.read(this.#tensors.position.region.buffer))
  }

  destroy(): void {
    for (const program of Object.values(this.#programs)) program.destroy()
    for (const { region } of Object.values(this.#tensors)) region.buffer.destroy()
  }
}

function tensorsFor(gpu: Gpu, { frames, clips }: Capacity) {
  const make = (name: string, shape: readonly number[], dtype: Tensor['dtype'] = 'f32') => {
    const tensor = { name, shape, dtype }
    return { ...tensor, region: { buffer: gpu.buffer(bytesOf(tensor), name), offset: 0, bytes: bytesOf(tensor) } }
  }
  return {
    target2d: make('target2d', [JOINTS, frames, VEC4]),
    root: make('root', [frames, VEC4]),
    frameClip: make('frameClip', [frames], 'u32'),
    clips: make('clips', [clips, 2], 'u32'),
    pose: make('pose', [JOINTS, frames, VEC4]),
    position: make('position', [JOINTS, frames, VEC4]),
    moments: make('moments', [JOINTS, frames, VEC4]),
    lengthGrad: make('lengthGrad', [LENGTHS + 2, frames]),
    logLength: make('logLength', [clips, LENGTHS]),
    boneLength: make('boneLength', [clips, LENGTHS]),
    lengthMask: make('lengthMask', [clips, LENGTHS]),
    lengthMoments: make('lengthMoments', [clips, LENGTHS, 2]),
    report: make('report', [clips, REPORT]),
  }
}

function recordStart(t: Tensors, capacity: Capacity): Recorder {
  const recorder = new Recorder()
  recorder.run(liftStart, t, capacity)
  recorder.run(forwardKinematics, t, capacity)
  return recorder
}

function recordIteration(t: Tensors, capacity: Capacity, step: Step): Recorder {
  const recorder = new Recorder()
  recordStep(recorder, t, capacity, step)
  recorder.run(forwardKinematics, t, capacity)
  recorder.report(t.report)
  return recorder
}

function recordMeasure(t: Tensors, capacity: Capacity): Recorder {
  const recorder = new Recorder()
  recordStep(recorder, t, capacity, STAND)
  recorder.report(t.report)
  return recorder
}

function recordStep(recorder: Recorder, t: Tensors, capacity: Capacity, step: Step): void {
  recorder.run(liftFrame, t, { ...capacity, ...step, smoothness: SMOOTHNESS_COST })
  recorder.run(liftLengths, { ...t, moments: t.lengthMoments }, { ...capacity, ...step, lengthCost: LENGTH_COST })
}
