// The whole model against PyTorch: outputs, every gradient tensor and ten training steps. On a fixture of our own making (parity/make_fixture.py), and
// on those of the released Progressive Transformers model, which hold real clips we may not ship and are read where they are present.

import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Program, Recorder } from '../src/device/program.js'
import { readSafetensors } from '../src/formats/safetensors/file.js'
import { asFloat32 } from '../src/formats/safetensors/float.js'
import type { TensorFile } from '../src/formats/safetensors/types.js'
import { invertIds } from '../src/kernels/embedding.js'
import { type ModelConfig, presets } from '../src/model/config.js'
import { rawFrames } from '../src/model/frame_scaling.js'
import { parameterCount } from '../src/model/parameters.js'
import { type LanguageGroup, SignModel } from '../src/model/sign_model.js'
import { stateDictTensors } from '../src/model/state_dict.js'
import { decode, encode } from '../src/model/text_to_pose.js'
import { Graph } from '../src/ops/graph.js'
import type { BatchArrays } from '../src/tasks/text_to_pose/batch.js'
import { recordPoseStep } from '../src/tasks/text_to_pose/step.testing.js'
import { Vocabulary } from '../src/text/vocabulary.js'
import { lentGpu } from './harness.js'
import { expectGradients, expectSteps, floats, hyperOf, tensorsOf, told, whole } from './parity/fixture.js'

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures')
const NUMBERS = 151
const STRIDE = 152

it('counts the parameters of pt-base with the published 1,089-token vocabulary as the published log does', () => {
  expect(parameterCount(presets['pt-base'], 1089)).toBe(15_427_584)
})

const ours = 'kernels-test/parity/progressive.safetensors'
const released = ['progressive_tiny', 'progressive_small'].map((name) => join(folder, `${name}.safetensors`))

for (const path of [ours, ...released]) {
  // Those of the released model are not shipped: real clips under a non-commercial licence.
  describe.skipIf(path !== ours && !existsSync(path))(basename(path), () => {
    it('predicts what PyTorch predicts, within 1e-4', async () => {
      const { file, group, arrays, shape } = await open(path)
      const { batch, target: length, source: tokens } = shape
      const recorder = new Recorder()
      const recording = { graph: new Graph(recorder), weights: group.weights, config: group.config }
      const ids = recorder.feed('ids', [batch, tokens], 'u32')
      const tokenLengths = recorder.feed('token_lengths', [batch], 'u32')
      const frames = recorder.feed('frames', [batch, length, STRIDE])
      const frameLengths = recorder.feed('frame_lengths', [batch], 'u32')
      const at = recorder.feed('at', [batch * length], 'u32')
      const memory = encode(recording, { ids }, tokenLengths, group.positions)
      const pred = decode(recording, { frames, frameLengths, at, positions: group.positions, memory, memoryLengths: tokenLengths })
      recorder.report(pred)
      const program = await Program.build(await lentGpu(), recorder)
      for (const [tensor, data] of [
        [ids, arrays.ids],
        [tokenLengths, arrays.tokenLengths],
        [frames, arrays.frames],
        [frameLengths, arrays.frameLengths],
        [at, arrays.at],
      ] as const)
        program.write(tensor, data)
      const got = new Float32Array((await program.run())[0]!)
      const want = floats(file, 'out')
      let worst = 0
      for (let b = 0; b < batch; b++) {
        for (let t = 0; t < arrays.frameLengths[b]!; t++) {
          for (let j = 0; j < NUMBERS; j++)
            worst = Math.max(worst, Math.abs(got[(b * length + t) * STRIDE + j]! - want[(b * length + t) * NUMBERS + j]!))
        }
      }
      expect(worst).toBeLessThan(1e-4)
      expect(worst).toBeGreaterThan(0)
      program.destroy()
    })

    it('has PyTorch’s gradients, each tensor within 1e-3 of its norm, and its losses over ten steps within 1e-4', async () => {
      const { file, group, arrays, shape } = await open(path)
      const program = await recordPoseStep(await lentGpu(), group, shape, {
        loss: 'mse',
        noiseRate: 0,
        clip: told(file, 'clip'),
        optimiser: { kind: 'adam', weightDecay: 0 },
      })
      await expectSteps(file, async (n) => {
        const report = await program.run(arrays, {
          seed: Uint32Array.of(1, n, 0, 0),
          medianError: 0,
          hyper: hyperOf(told(file, 'lr'), n),
        })
        if (n === 1) expectGradients(await group.weights.save(group.weights.grads!), translated(file, 'grad.'))
        return report
      })
      program.destroy()
    })
  })
}

const translated = (file: TensorFile, prefix: string) => stateDictTensors(tensorsOf(file, prefix), prefix).tensors

/** The fixture's model and batch as ours. */
async function open(path: string) {
  const file = await readSafetensors(path)
  const { tensors, sizes, vocabularySize } = stateDictTensors(tensorsOf(file, 'weight.'), path)
  const config: ModelConfig = { ...presets['pt-base'], ...sizes, heads: told(file, 'heads'), dropout: 0 }
  const vocabulary = new Vocabulary(
    Array.from({ length: vocabularySize - 4 }, (_, i) => `word${i}`),
    'whitespace',
  )
  const model = new SignModel(await lentGpu(), { training: true })
  const group: LanguageGroup = model.addLanguage(
    { language: 'GSL', config, vocabulary, startFrame: new Float32Array(150), scaling: rawFrames(), fps: 25 },
    { tensors },
  )

  const src = file.tensors.get('src')!
  const trg = file.tensors.get('trg')!
  const [batch, tokens] = src.shape as [number, number]
  const length = trg.shape[1]! - 1
  const clips = asFloat32(trg)
  const row = (b: number, t: number) => clips.subarray((b * (length + 1) + t) * NUMBERS, (b * (length + 1) + t + 1) * NUMBERS)
  const frames = new Float32Array(batch * length * STRIDE)
  const goal = new Float32Array(batch * length * STRIDE)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < length; t++) {
      frames.set(row(b, t), (b * length + t) * STRIDE)
      goal.set(row(b, t + 1), (b * length + t) * STRIDE)
    }
  }
  const ids = whole(file, 'src')
  const arrays: BatchArrays = {
    ids,
    ...invertIds(ids, 1),
    tokenLengths: whole(file, 'src_lengths'),
    frames,
    goal,
    frameLengths: whole(file, 'trg_lengths').map((n) => n - 1),
    at: Uint32Array.from({ length: batch * length }, (_, i) => i % length),
    coefficient: new Float32Array(batch).fill(1 / (batch * length * NUMBERS * batch)),
    weight: new Float32Array(batch).fill(1),
    lengthGoal: new Float32Array(4 * batch),
    lengthRows: new Uint32Array(batch).fill(1),
    lengthCoefficient: new Float32Array(batch),
  }
  return { file, group, arrays, shape: { batch, target: length, source: tokens } }
}
