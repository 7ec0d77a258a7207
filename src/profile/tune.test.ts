import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gpu } from '../device/gpu.js'
import { defineKernel, lanes } from '../device/kernel.js'
import { Program, Recorder } from '../device/program.js'
import { openGpu } from '../platform/node/open.js'
import { shaderFromPackage } from '../platform/node/shader_files.js'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { textToPose } from '../tasks/text_to_pose/task.js'
import { taskRun } from '../train/task.js'
import { tune, tuneUse } from './tune.js'

const run = taskRun(
  textToPose,
  parseRunConfig(
    `
name: tiny
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 2 }
`,
    'tiny run',
  ),
)

let gpu: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
})
afterAll(() => gpu.destroy())

/** y = factor · x, in three variants, one of which is wrong and one of which does not compile. */
const scaled = (factor: string) => `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Params { n: u32 }
@group(0) @binding(2) var<uniform> params: Params;
const TURNS = 1u; // tune: 1 64
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  for (var i = 0u; i < TURNS; i++) { if (id.x < params.n) { y[id.x] = ${factor} * x[id.x]; } }
}
`
const sources: Record<string, string> = { twice: scaled('2.0'), thrice: scaled('3.0'), broken: scaled('two') }
const always = { suits: () => false, runs: () => true, workgroups: ({ n }: { readonly n: number }) => lanes(n, 64) }
const twice = defineKernel({
  name: 'twice',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  workgroups: ({ n }) => lanes(n, 64),
  tune: { TURNS: [64, 1] },
  variants: [
    { shader: 'thrice', ...always },
    { shader: 'broken', ...always },
  ],
  cost: ({ n }) => ({ flops: n, bytes: 8 * n }),
})

describe('the tuner', () => {
  it('tries every variant of a kernel, takes the faster and leaves out what is wrong or does not compile', async () => {
    const shaders = async (name: string) => sources[name] ?? shaderFromPackage(name)
    const { software, subgroupSize } = gpu.traits
    const lent = new Gpu(gpu.device, { shaders, software, keepAlive: gpu, ...(subgroupSize === undefined ? {} : { subgroupSize }) })
    const n = 2 ** 18
    const recorder = new Recorder()
    recorder.run(twice, { x: recorder.feed('x', [n]), y: recorder.keep(recorder.tensor('y', [n])) }, { n })
    const program = await Program.build(lent, recorder)
    const { untuned, best, trials } = await tuneUse(lent, { program, step: 0, uses: 1 }, { samples: 3, milliseconds: 5 })
    program.destroy()
    expect(untuned.choice).toEqual({ shader: 'twice', constants: { TURNS: 64 } })
    expect(trials.map(({ choice }) => choice.shader)).toEqual(['twice', 'twice', 'thrice', 'broken'])
    expect(trials[2]).toMatchObject({
      ms: undefined,
      problem: expect.stringMatching(/^output 0 has [\d.]+ at 0, the default variant [\d.]+$/),
    })
    expect(trials[3]).toMatchObject({ ms: undefined, problem: expect.stringMatching(/wanted shaders\/broken\.wgsl to compile/) })
    // Sixty-four turns of the same work: no weather makes that the faster one.
    expect(best.choice).toEqual({ shader: 'twice', constants: { TURNS: 1 } })
  })

  it('finds agreeing variants of the kernels of a run, and the Gpu then takes the chosen ones', async () => {
    const kernels = new Set<string>()
    for await (const { kernel, params, best, trials } of tune(gpu, run, {
      only: ['linear_grad'],
      sampling: { samples: 1, milliseconds: 1 },
    })) {
      kernels.add(kernel.name)
      expect(trials.length).toBeGreaterThan(1)
      for (const { choice, problem } of trials) expect(problem, `${choice.shader} ${JSON.stringify(params)}`).toBeUndefined()
      const tuned = { params, ...best.choice, shader: 'linear_grad_tiled', constants: { SIDE: 64, SLICES: 1 }, ms: 1, untunedMs: 1 }
      gpu.tuning = { format: 'signllm tuning 1', adapter: '', kernels: { [kernel.name]: { files: [], hash: '', shapes: [tuned] } } }
      expect(gpu.variant(kernel, params).shader).toBe('linear_grad_tiled')
      gpu.tuning = undefined
    }
    expect([...kernels]).toEqual(['linear_grad'])
  })

  it('refuses kernels without a choice, and stops when told to', async () => {
    await expect(tune(gpu, run, { only: ['clip_scale'] }).next()).rejects.toThrow(
      /wanted a kernel with several variants .*got 'clip_scale'/,
    )
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(tune(gpu, run, { only: ['linear'], signal }).next()).rejects.toThrow('enough')
  })
})
