// The memory of a judge's training step grows with the frames, not with their square: attention's scores are never stored. Of the run files of the
// learning trials, on clips that are made up.

import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { SlotPool } from '../src/device/memory.js'
import { type ProgramMemory, programMemory, total, unshared } from '../src/profile/memory_plan.js'
import { planTraining } from '../src/profile/plan.js'
import { parsePoseToTextConfig } from '../src/tasks/pose_to_text/config.js'
import { poseToText } from '../src/tasks/pose_to_text/task.js'
import { taskRun } from '../src/train/task.js'
import { recordStep } from '../src/train/trainer.js'
import { lentGpu } from './harness.js'

const FRAMES = [128, 256, 512] as const
const SYNTHETIC = 'data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 3] } }]\n'

async function configOf(file: string) {
  const text = await readFile(`bench/learning/${file}.yaml`, 'utf8')
  const config = parsePoseToTextConfig(text.replace(/^data:\n( .*\n)+/m, SYNTHETIC), file)
  expect(config.data).toHaveLength(1)
  return config
}

/** A step's memory at each number of frames, all else the same. */
async function memoryOf(file: string): Promise<ProgramMemory[]> {
  const [gpu, config] = [await lentGpu(), await configOf(file)]
  const { training } = await (await poseToText.load(config, { resumed: false })).begin(gpu)
  const found: ProgramMemory[] = []
  try {
    for (const source of FRAMES) {
      const slots = new SlotPool(gpu)
      const { program } = await recordStep(gpu, training, { group: '', batch: 4, target: 16, source }, config, slots)
      found.push(programMemory(`${source}`, program.steps.length, program.plan))
      program.destroy()
      slots.destroy()
    }
  } finally {
    await training.destroy()
  }
  return found
}

describe.each(['judge_grammar', 'judge_letters', 'judge_sign_cl'])('a training step of bench/learning/%s.yaml', (file) => {
  let memory: ProgramMemory[]
  beforeAll(async () => {
    memory = await memoryOf(file)
  })

  it('has tensors whose bytes are linear in the frames, to the byte', () => {
    const [one, two, four] = memory.map(unshared) as [number, number, number]
    expect(two).toBeGreaterThan(one)
    expect(four - two).toBe(2 * (two - one))
    const [small, , large] = memory as [ProgramMemory, ProgramMemory, ProgramMemory]
    small.tensors.forEach(({ name, bytes }, i) => {
      expect(large.tensors[i]!.bytes, name).toBeLessThanOrEqual(4 * bytes)
    })
  })

  it('has slots that at most double with the frames', () => {
    const [one, two, four] = memory.map(({ slots }) => total(slots)) as [number, number, number]
    expect(two).toBeLessThanOrEqual(2 * one)
    expect(four).toBeLessThanOrEqual(2 * two)
  })
})

describe('the plan of bench/learning/judge_grammar.yaml', () => {
  it('takes no more for any batch than its frames are worth', async () => {
    const config = parsePoseToTextConfig(await readFile('bench/learning/judge_grammar.yaml', 'utf8'), 'judge_grammar')
    const { programs, arenas } = await planTraining(await lentGpu(), taskRun(poseToText, config))
    expect(programs.length).toBeGreaterThan(1)
    const batches = programs.map(({ name, slots }) => {
      const [examples, target, source] = name.match(/\d+/g)!.map(Number) as [number, number, number]
      return { examples, target, source, bytes: total(slots) }
    })
    const [least] = batches.toSorted((a, b) => a.bytes - b.bytes) as [(typeof batches)[number]]
    for (const { examples, target, source, bytes } of batches) {
      const growth = Math.max(target / least.target, source / least.source) * (examples / least.examples)
      expect(bytes / least.bytes).toBeLessThanOrEqual(growth)
    }
    expect(arenas.map(({ name }) => name)).toEqual(expect.arrayContaining(['weights', 'gradients', 'first moments', 'second moments']))
  })
})
