// The host's work that bench/host.ts times, at the sizes of training pt-base and of files as corpora have them.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Random } from '../src/base/random.js'
import type { Gpu } from '../src/device/gpu.js'
import { planSlots } from '../src/device/memory.js'
import type { Program } from '../src/device/program.js'
import { parseOpenPoseFrame } from '../src/formats/openpose/openpose.js'
import { decodePose } from '../src/formats/pose/pose.js'
import { encodePose, poseOfMotion } from '../src/formats/pose/write.js'
import { readSkels } from '../src/formats/skels/skels.js'
import { writeSkels } from '../src/formats/skels/write.js'
import { presets } from '../src/model/config.js'
import type { Motion } from '../src/motion/clip.js'
import { COORDS, joint } from '../src/motion/skeleton.js'
import { batchArrays } from '../src/tasks/text_to_pose/batch.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { noiseGroup, noiseSamples, noiseStep } from './training_step.js'

export interface HostCase {
  readonly name: string
  /** What the time is told of, and how many of them `work` does. */
  readonly unit: string
  readonly units: number
  readonly work: () => unknown
  /** `work` gives a promise, which is part of it. */
  readonly waits?: true
}

const SHAPE = { batch: 8, target: 150, source: 12 }
const WORDS = 1089
const FPS = 25

/** All cases; files are written to `folder`. */
export async function hostCases(gpu: Gpu, folder: string): Promise<HostCase[]> {
  return [...(await trainingCases(gpu)), ...(await readingCases(folder))]
}

async function trainingCases(gpu: Gpu): Promise<HostCase[]> {
  const description = noiseGroup({ ...presets['pt-base'], maxFrames: 160, maxTokens: 32 }, WORDS)
  // Compiles every pipeline, so that recording again measures recording.
  const { program, group } = await noiseStep(gpu, description, SHAPE)
  const { steps } = program.program
  const planned = plannedSteps(program.program)
  const optimiser = { kind: 'adam', weightDecay: 0 } as const
  const samples = noiseSamples(description.vocabulary, SHAPE)
  return [
    {
      name: 'encode a step',
      unit: 'a dispatch',
      units: steps.length,
      work: () => {
        const encoder = gpu.device.createCommandEncoder()
        program.program.encode(encoder)
        encoder.finish()
      },
    },
    {
      name: 'record a step',
      unit: `a program of ${steps.length} dispatches, with bind groups`,
      units: 1,
      waits: true,
      work: async () => (await recordPoseStep(gpu, group, SHAPE, { loss: 'mse', noiseRate: 5, clip: 5, optimiser })).destroy(),
    },
    { name: 'plan its memory', unit: `a program of ${steps.length} dispatches`, units: 1, work: () => planSlots(planned, new Set()) },
    {
      name: 'assemble a batch',
      unit: `a batch of ${SHAPE.batch} clips of ${SHAPE.target} frames`,
      units: 1,
      work: () => batchArrays(samples, SHAPE, group, { padding: 'per-sample' }),
    },
  ]
}

/** What the planner sees of a program, fed tensors taken as filled by the first step that binds them. */
function plannedSteps({ steps }: Program) {
  const seen = new Set<unknown>()
  return steps.map(({ label, tensors, kernel }) => {
    const fills = Object.entries(tensors).flatMap(([name, tensor]) =>
      kernel.buffers[name] === 'write' || !seen.has(tensor) ? [tensor] : [],
    )
    for (const tensor of Object.values(tensors)) seen.add(tensor)
    return { label, tensors: Object.values(tensors), fills }
  })
}

async function readingCases(folder: string): Promise<HostCase[]> {
  const motions = Array.from({ length: 8 }, (_, i) => noiseMotion(SHAPE.target, i))
  const skels = join(folder, 'noise.skels')
  await writeSkels(skels, motions)
  const pose = encodePose(poseOfMotion(motions[0]!))
  const openPose = new TextEncoder().encode(JSON.stringify(openPoseFrame()))
  return [
    { name: 'read .skels', unit: 'a frame', units: motions.length * SHAPE.target, waits: true, work: () => readSkels(skels) },
    {
      name: 'read .skels, its bytes alone',
      unit: 'a frame',
      units: motions.length * SHAPE.target,
      waits: true,
      work: () => readFile(skels),
    },
    { name: 'decode .pose', unit: 'a frame', units: SHAPE.target, work: () => decodePose(pose, 'noise.pose') },
    { name: 'parse OpenPose JSON', unit: 'a frame', units: 1, work: () => parseOpenPoseFrame(openPose, 'noise_000000_keypoints.json') },
  ]
}

/** Noise with the neck at 0 and the shoulders 1/3 apart, as readers want it. */
function noiseMotion(frames: number, seed: number): Motion {
  const random = new Random(seed + 1)
  const joints = Float32Array.from({ length: frames * COORDS }, () => 0.3 * random.normal())
  for (let t = 0; t < frames; t++) {
    for (const [j, x] of [
      [joint.neck, 0],
      [joint.rightShoulder, -1 / 6],
      [joint.leftShoulder, 1 / 6],
    ] as const) {
      joints.set([x, 0, 0], t * COORDS + 3 * j)
    }
  }
  return { joints, frames, fps: FPS }
}

/** One person with body, face and hands, as OpenPose writes it with --write_json. */
function openPoseFrame() {
  const random = new Random(1)
  const points = (count: number) =>
    Array.from({ length: count }, () => [1280 * random.uniform(), 720 * random.uniform(), random.uniform()]).flat()
  const person = {
    person_id: [-1],
    pose_keypoints_2d: points(25),
    face_keypoints_2d: points(70),
    hand_left_keypoints_2d: points(21),
    hand_right_keypoints_2d: points(21),
  }
  return { version: 1.3, people: [person] }
}
