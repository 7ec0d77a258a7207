// From what a detector saw in the picture to joints in space: many clips at once on the GPU, bone lengths the same in every frame of a clip.
// The method is Prompt2Sign's: a first guess in closed form, then descent on an objective (objective.ts) over root, bone directions and lengths.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { KeypointClip } from '../motion/keypoints.js'
import { COORDS, JOINTS } from '../motion/skeleton.js'
import { batchesOf, packBatch, VEC4 } from './batch.js'
import { LENGTHS } from './initial_lengths.js'
import { CHECK_EVERY, type LiftLoss, type LiftMode, lossOf, modes, REPORT } from './objective.js'
import { type Capacity, LiftSolver } from './solver.js'

export interface LiftOptions {
  /** `adam` (default), or `descent` as published: 1000 iterations at a rate of 0.1. */
  readonly mode?: LiftMode
  /** At most so many; default 300 for adam, 1000 for descent. */
  readonly iterations?: number
  /**
   * A clip rests once its loss fell by less than this share of itself over 10 iterations; 0: never early. Default 0.005 for adam, 0 for descent.
   * Each clip is judged by itself: it comes out the same to the bit whatever shares its batch.
   */
  readonly tolerance?: number
  /**
   * The root starts up to so far from the nose along each coordinate. Published: 0.001, from one generator restarted for every clip. Default 0: the
   * first guess leans every bone out of the picture to one side, so there is no symmetry for noise to break, and a clip is the same whoever lifts it.
   */
  readonly noise?: number
  /** Of the noise, together with the clip's name. */
  readonly seed?: number
  /** Frames lifted together; default 2048 on a software driver, whose caches hold their 7 MB (8192 took a fifth more time), and 65 536, 220 MB, on a GPU. */
  readonly batchFrames?: number
  /** Stops between iterations; throws the signal's reason. */
  readonly signal?: AbortSignal
}

export interface LiftedClip extends Omit<KeypointClip, 'keypoints'> {
  /** `[frames, 50, 3]`: x right, y down, z depth, in the units of the clip's keypoints. */
  readonly joints: Float32Array
  /** [25], by length id. */
  readonly lengths: Float32Array
  /** The joints that no frame shows, by number: they are at rest, and what is seen on the other side gives their lengths. */
  readonly unseen: readonly number[]
  readonly loss: LiftLoss
  readonly iterations: number
}

interface LiftPlan {
  readonly iterations: number
  readonly tolerance: number
  readonly signal: AbortSignal | undefined
}

/**
 * Lifts clips in the order they come, `batchFrames` at a time. Their keypoints must be cleaned: normaliseKeypoints, pruneKeypoints, interpolateKeypoints.
 * Throws ERR_DATA, naming the clip, for keypoints in pixels, not finite or of a wrong length; ERR_DIVERGED, naming it, where the loss is no number.
 *
 * @example
 * for await (const clip of liftClips(gpu, cleaned)) save(clip.name, normalise(clip.joints, clip.frames))
 */
export async function* liftClips(
  gpu: Gpu,
  clips: AsyncIterable<KeypointClip> | Iterable<KeypointClip>,
  options: LiftOptions = {},
): AsyncGenerator<LiftedClip> {
  gpu.check()
  const { mode = 'adam', noise = 0, seed = 1, batchFrames = gpu.software ? 2048 : 65_536, signal } = options
  const { step, iterations, tolerance } = modes[mode]
  const plan = { iterations: options.iterations ?? iterations, tolerance: options.tolerance ?? tolerance, signal }
  let solver: LiftSolver | undefined
  try {
    for await (const batch of batchesOf(clips, batchFrames)) {
      const wanted = capacityFor(batch)
      if (!solver?.fits(wanted)) {
        solver?.destroy()
        solver = await LiftSolver.build(gpu, wanted, step)
      }
      const arrays = packBatch(batch, solver.capacity, { noise, seed })
      await solver.start(arrays)
      const used = await iterate(solver, batch.length, plan)
      yield* collect(batch, arrays.unseen, await solver.measure(), await solver.positions(), used, solver.capacity)
    }
  } finally {
    solver?.destroy()
  }
}

/** Powers of two, so that batches of about a size use one recording. */
function capacityFor(batch: readonly KeypointClip[]): Capacity {
  const above = (n: number) => 2 ** Math.ceil(Math.log2(n))
  return { frames: above(batch.reduce((sum, { frames }) => sum + frames, 0)), clips: above(batch.length) }
}

/** Iterates until every clip rests or the iterations are used up; returns how many each clip took. */
async function iterate(solver: LiftSolver, clips: number, { iterations, tolerance, signal }: LiftPlan): Promise<Uint32Array> {
  const used = new Uint32Array(clips)
  const last = new Float64Array(clips).fill(Number.POSITIVE_INFINITY)
  const resting: number[] = []
  let moving = Array.from({ length: clips }, (_, k) => k)
  for (let done = 0; done < iterations && moving.length > 0; ) {
    signal?.throwIfAborted()
    const times = Math.min(CHECK_EVERY, iterations - done)
    const report = await solver.iterate(times)
    done += times
    for (const k of moving) {
      const { total } = lossOf(report, k)
      used[k] = done
      // A loss that is no number rests too; it is named once the batch is through.
      if (tolerance > 0 && !(last[k]! - total >= tolerance * total)) resting.push(k)
      last[k] = total
    }
    if (resting.length === clips - moving.length) continue
    moving = moving.filter((k) => !resting.includes(k))
    solver.rest(resting)
  }
  return used
}

function* collect(
  batch: readonly KeypointClip[],
  unseen: readonly (readonly number[])[],
  report: Float32Array,
  positions: Float32Array,
  used: Uint32Array,
  capacity: Capacity,
): Generator<LiftedClip> {
  let first = 0
  for (const [k, { name, frames, fps, frameIndex }] of batch.entries()) {
    const loss = lossOf(report, k)
    if (!Number.isFinite(loss.total)) {
      const problem = `wanted a loss, got ${loss.total} after ${used[k]} iterations`
      throw new SignError('ERR_DIVERGED', name, problem, 'Please report it with the clip')
    }
    const joints = new Float32Array(frames * COORDS)
    for (let j = 0; j < JOINTS; j++) {
      for (let t = 0; t < frames; t++) {
        const from = (j * capacity.frames + first + t) * VEC4
        joints.set(positions.subarray(from, from + 3), t * COORDS + j * 3)
      }
    }
    const lengths = report.slice(k * REPORT, k * REPORT + LENGTHS)
    yield { name, frames, fps, frameIndex, joints, lengths, unseen: unseen[k]!, loss, iterations: used[k]! }
    first += frames
  }
}
