import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../device/gpu.js'
import { openGpu } from '../platform/node/open.js'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { textToPose } from '../tasks/text_to_pose/task.js'
import { taskRun } from '../train/task.js'
import { total, unshared } from './memory_plan.js'
import { formatPlan, planTraining, type TrainingPlan } from './plan.js'

const run = taskRun(
  textToPose,
  parseRunConfig(
    `
name: planned
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 3] } }]
model: { width: 16, heads: 2, hidden: 16, dropout: 0, encoderLayers: 1, decoderLayers: 1, maxFrames: 60, maxTokens: 8 }
batch: { size: 8, bucket: 8 }
`,
    'test',
  ),
)

let gpu: Gpu
let plan: TrainingPlan
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  plan = await planTraining(gpu, run)
})
afterAll(() => gpu.destroy())

describe('planTraining', () => {
  it('has the arenas of training, the four of the parameters equally large', () => {
    expect(plan.arenas.map(({ name }) => name)).toEqual([
      'ASL weights',
      'ASL gradients',
      'ASL first moments',
      'ASL second moments',
      'ASL positions',
    ])
    expect(new Set(plan.arenas.slice(0, 4).map(({ bytes }) => bytes)).size).toBe(1)
  })

  it('counts the parameters of each part, layers together', () => {
    expect(plan.parameters.map(({ name }) => name)).toEqual([
      'ASL tokens',
      'ASL frames',
      'ASL encoder',
      'ASL decoder',
      'ASL pose',
      'ASL duration',
      'ASL alignment',
    ])
    expect(plan.parameters.at(-2)).toEqual({ name: 'ASL duration', trained: 17 * 16 + 17, frozen: 0 })
    expect(formatPlan(plan)).toMatch(/^parameters +trained +frozen +as f32 +as f16\nASL tokens /)
  })

  it('plans every batch shape once, with no two tensors of a slot alive at once', () => {
    expect(plan.programs.length).toBeGreaterThan(1)
    expect(new Set(plan.programs.map(({ name }) => name)).size).toBe(plan.programs.length)
    for (const { slots, tensors } of plan.programs) {
      slots.forEach((bytes, slot) => {
        const inIt = tensors.filter((tensor) => tensor.slot === slot).sort((a, b) => a.first - b.first)
        expect(Math.max(...inIt.map((tensor) => tensor.bytes))).toBe(bytes)
        for (let i = 1; i < inIt.length; i++) expect(inIt[i]!.first).toBeGreaterThan(inIt[i - 1]!.last)
      })
    }
  })

  it('shares slots among tensors and programs', () => {
    const sizes = plan.programs.map(({ slots }) => total(slots))
    for (const program of plan.programs) expect(total(program.slots)).toBeLessThan(unshared(program))
    expect(plan.leastPool).toBeGreaterThanOrEqual(Math.max(...sizes))
    expect(plan.pool).toBeGreaterThanOrEqual(plan.leastPool)
    expect(plan.pool).toBeLessThan(total(sizes))
    expect(formatPlan(plan)).toMatch(/\nweights and optimiser state [\d.]+ MiB \+ shared activation buffers [\d.]+ MiB = [\d.]+ MiB/)
  })
})
