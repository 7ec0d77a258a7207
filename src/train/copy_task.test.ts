// A third task on the seams that the two real ones stand on: trained, stopped, resumed, planned and profiled.

import { mkdtempSync } from 'node:fs'
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { readSafetensors } from '../formats/safetensors/file.js'
import { formatSafetensors } from '../formats/safetensors/format.js'
import { madeUpCeilings } from '../profile/ceilings.testing.js'
import { collect } from '../profile/collect.js'
import { planTraining } from '../profile/plan.js'
import { trainSubject } from '../profile/train.js'
import { runPrograms, usesOf } from '../profile/uses.js'
import { copyTask } from './copy_task.testing.js'
import { runTask, type TrainRunOptions } from './run/run.js'
import { taskRun } from './task.js'

const folder = mkdtempSync(join(tmpdir(), 'signllm-copy-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

const configOf = (name: string, more = '') =>
  copyTask.parse(
    `
task: copy
name: ${name}
out: ${join(folder, name)}
optimiser: { rate: 0.03 }
schedule: { kind: constant }
stop: { steps: 60 }
validate: { every: 2 }
checkpoint: { every: 7 }
log: { every: 1, tensorboard: false }
${more}
`,
    'test',
  )

/** Runs it; with `stopAt`, aborts at that step. The scores of its validations, in order. */
async function run(config: ReturnType<typeof configOf>, { stopAt = 0, ...options }: TrainRunOptions & { readonly stopAt?: number } = {}) {
  const controller = new AbortController()
  const scores: number[] = []
  for await (const event of runTask(copyTask, await lentGpu(), config, { ...options, signal: controller.signal })) {
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
    if (event.kind === 'validation') scores.push(event.right)
  }
  return scores
}

const bytesOf = (name: string, file: string) => readFile(join(folder, name, file))

describe('a task of a few hundred lines', () => {
  it('learns, and goes on from where it was stopped to the same bytes', async () => {
    const scores = await run(configOf('whole'))
    expect(scores[0]).toBeLessThan(1)
    expect(scores.at(-1)).toBe(1)
    await run(configOf('stopped'), { stopAt: 25 })
    await run(configOf('stopped'), { resume: true })
    for (const file of ['last.safetensors', 'metrics.jsonl'])
      expect((await bytesOf('stopped', file)).equals(await bytesOf('whole', file)), file).toBe(true)
  })

  it('does not go on from the checkpoint of a run with other settings; an older one that keeps none is taken', async () => {
    const short = (name: string, more?: string) => ({ ...configOf(name, more), stop: { ...configOf(name).stop, steps: 3 } })
    const mine = short('mine')
    const [seven, lines] = [{ ...short('seven'), seed: 7 }, short('lines', 'lines: 20')]
    for (const config of [mine, seven, lines]) await run(config)
    const last = join(mine.out, 'last.safetensors')
    for (const [other, wanted, got] of [
      [lines, '`lines` is 24', 'is 20'],
      [seven, '`seed` is 27', 'is 7'],
    ] as const) {
      await copyFile(join(other.out, 'last.safetensors'), last)
      const before = await readFile(last)
      await expect(run(mine, { resume: true })).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringMatching(`^${last}: wanted a checkpoint of this run, whose ${wanted}, got one of a run where it ${got}. Put`),
      })
      expect((await readFile(last)).equals(before)).toBe(true)
    }
    const { tensors, metadata } = await readSafetensors(last)
    const { run: kept, ...older } = JSON.parse(metadata.state!)
    expect(kept).toMatchObject({ task: 'copy', seed: 7, lines: 24 })
    await writeFile(last, formatSafetensors(tensors, { ...metadata, state: JSON.stringify(older) }))
    await expect(run(mine, { resume: true })).rejects.toThrow('`seed` is 27')
    const { seed: _, ...oldest } = older
    await writeFile(last, formatSafetensors(tensors, { ...metadata, state: JSON.stringify(oldest) }))
    await run({ ...mine, stop: { ...mine.stop, steps: 5 } }, { resume: true })
    expect(JSON.parse((await readSafetensors(last)).metadata.state!)).toMatchObject({ step: 5, seed: mine.seed, run: { lines: 24 } })
  })

  it('trains in passes, and refuses to go on with another plan of batches', async () => {
    const config = configOf('passes', 'batch: { size: 4, microBatch: 3 }')
    expect((await run(config)).at(-1)).toBe(1)
    await expect(run(configOf('passes', 'batch: { size: 2 }'), { resume: true })).rejects.toThrow(
      'wanted `batch` as when the run was started',
    )
  })

  it('is planned and profiled, and shows which kernels it uses', async () => {
    const gpu = await lentGpu()
    const described = taskRun(copyTask, configOf('none'))
    const plan = await planTraining(gpu, described)
    expect(plan.programs.map(({ name }) => name)).toContainEqual(
      expect.stringMatching(/^letters: batch 4, \d+ target \w+, \d+ source tokens$/),
    )
    const subject = await trainSubject(gpu, described)
    const { profile } = await collect(gpu, subject, 2, async () => madeUpCeilings(10, 100))
    expect(profile.subject).toMatch(/copy tiny, 396 parameters, letters: batch 4/)
    expect(profile.rows.map(({ kernel }) => kernel)).toEqual(expect.arrayContaining(['embedding', 'linear', 'cross_entropy', 'adamw']))
    await subject.destroy()
    const { programs, destroy } = await runPrograms(gpu, described)
    expect(usesOf(programs, ['linear']).length).toBeGreaterThan(2)
    await destroy()
  })
})
