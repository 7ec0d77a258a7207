// A run whose reports come one step late is the run it was: to the bit, wherever it is stopped.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../device/gpu.js'
import { SignModel } from '../../model/sign_model.js'
import { openGpu } from '../../platform/node/open.js'
import { trainRun } from '../run.js'
import { parseRunConfig } from './config.js'
import { loadData } from './data.js'
import { PoseTrainer } from './trainer.testing.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-late-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

const STEPS = 12

/** All that remembers is on: dropout, noise by measured error, drawn epochs, augmented clips, a rate that falls, two languages. An epoch is four steps or fewer. */
const configOf = (name: string, head = 'joints') =>
  parseRunConfig(
    `
name: ${name}
out: ${join(folder, name)}
data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { futureFrames: 0, head: ${head}, width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, maxFrames: 40, maxTokens: 8 }
schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
batch: { size: 5, bucket: 40 }
learning: { mode: rl+plc, warmup: 1, ramp: 1, refresh: 5 }
augment: { mirror: 0.5, speed: 0.3, rotation: 20 }
stop: { steps: ${STEPS} }
validate: { every: 8, clips: 2 }
checkpoint: { every: 5 }
log: { every: 1, tensorboard: false }
`,
    name,
  )

/** Trains, or goes on; stops itself at the first event of the kind `stop`. Returns the steps told of. */
async function run(name: string, stop = 'end', head?: string): Promise<number[]> {
  const controller = new AbortController()
  const steps: number[] = []
  for await (const event of trainRun(gpu, configOf(name, head), { resume: true, signal: controller.signal })) {
    if (event.kind === 'step') steps.push(event.step)
    if (event.kind === stop) controller.abort()
  }
  return steps
}

const contents = (name: string) =>
  Promise.all(['last.safetensors', 'best.safetensors', 'metrics.jsonl'].map((file) => readFile(join(folder, name, file))))

async function trainer() {
  const config = configOf('alone')
  const data = await loadData(config)
  const model = new SignModel(gpu, { training: true })
  for (const { group } of data) model.addLanguage(group, { seed: config.seed })
  return { trainer: new PoseTrainer(config, model, data), model, data }
}

const weights = async (model: SignModel) => Promise.all(model.groups.map((group) => group.weights.save()))

describe('a run that is stopped', () => {
  it('at any step, goes on to the bytes and the log of one that was not', async () => {
    const all = await run('whole')
    expect(all).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1))
    const told: number[] = []
    // After steps 2, 4, 5, 7, 8 and 10: each time it runs on from where the last stop left it to the first such event.
    for (const kind of ['step', 'step', 'checkpoint', 'step', 'validation', 'step', 'end']) told.push(...(await run('stopped', kind)))
    expect(told).toEqual(all)
    expect(await contents('stopped')).toEqual(await contents('whole'))
  })

  it('with a head of bones goes on to the same bytes too', async () => {
    await run('whole-bones', 'end', 'bones')
    for (const kind of ['step', 'checkpoint', 'validation', 'end']) await run('stopped-bones', kind, 'bones')
    expect(await contents('stopped-bones')).toEqual(await contents('whole-bones'))
    expect((await contents('whole-bones'))[0]).not.toEqual((await contents('whole'))[0])
  })
})

describe('steps submitted before the last one is read', () => {
  it('do what steps waited for one by one do', async () => {
    const [waited, ahead] = [await trainer(), await trainer()]
    const expected = []
    for (let i = 0; i < STEPS; i++) expected.push(await waited.trainer.trainStep())
    const pending = []
    // None is read here: the trainer itself reads an epoch to its end before it begins the next.
    for (let i = 0; i < STEPS; i++) pending.push(await ahead.trainer.submitStep())
    const got = []
    for (const step of pending) got.push(await step.read())
    expect(got).toEqual(expected)
    expect(await ahead.trainer.state()).toEqual(await waited.trainer.state())
    expect(await weights(ahead.model)).toEqual(await weights(waited.model))
    for (const { trainer, model } of [waited, ahead]) {
      await trainer.destroy()
      model.destroy()
    }
  })

  it('tell of a divergence by the step and clips that did, which left the weights as they were', async () => {
    const { trainer: subject, model, data } = await trainer()
    const spoilt = data[1]!.train[2]!.clip
    spoilt.joints[0] = Number.NaN
    let before = await weights(model)
    for (let step = 1; step <= STEPS; step++) {
      const pending = await subject.submitStep()
      const after = await weights(model)
      const failure = await pending.read().catch((error: unknown) => error)
      if (failure instanceof Error) {
        expect(failure).toMatchObject({ code: 'ERR_DIVERGED', message: expect.stringMatching(`^step ${step}: .*${spoilt.name}`) })
        expect(after).toEqual(before)
        await expect(subject.submitStep().then((next) => next.read())).rejects.toBe(failure)
        break
      }
      expect(after).not.toEqual(before)
      before = after
      expect(step).toBeLessThan(STEPS)
    }
    await subject.destroy()
    model.destroy()
  })
})
