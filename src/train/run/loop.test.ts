// The order in which a run tells, logs and saves, by a training without a GPU.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { PendingStep, refuseDivergence } from '../pending_step.js'
import { TrainingProgress } from '../training_progress.js'
import { type RunnableTraining, runTraining } from './loop.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-loop-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const EPOCH = 3

interface Report {
  readonly step: number
}

/** A training that notes what is asked of it; the step named `fails` diverges. */
class NotingTraining implements RunnableTraining<Report, object> {
  readonly progress: TrainingProgress
  readonly parameters = 1
  readonly examples = 1
  readonly calls: string[] = []
  readonly #fails: number
  readonly #lost: number
  #newest: PendingStep<Report> | undefined

  constructor(steps: number, fails: number, lost = 0) {
    const stop = { steps, epochs: null, patience: null, minRate: null }
    const optimiser = {
      kind: 'adam',
      rate: 1,
      beta1: 0,
      beta2: 0,
      epsilon: 0,
      momentum: 0,
      weightDecay: 0,
      decayed: 'matrices',
      clip: null,
      clipElements: null,
    } as const
    this.progress = new TrainingProgress({ stop, schedule: { kind: 'constant' }, optimiser })
    this.#fails = fails
    this.#lost = lost
  }

  async submitStep() {
    if (this.progress.step + 1 === this.#lost) throw new SignError('ERR_RANKS', 'rank 0', 'wanted all ranks, got one less', 'Go on')
    const endsEpoch = this.progress.stepped(EPOCH)
    const { step } = this.progress
    this.calls.push(`submit ${step}`)
    this.#newest = new PendingStep({ step, endsEpoch }, this.#newest, async () => {
      this.calls.push(`read ${step}`)
      refuseDivergence(step, { loss: step === this.#fails ? Number.NaN : 1, gradientNorm: 1 }, ['clip'])
      return { step }
    })
    return this.#newest
  }

  stepScalars({ step }: Report) {
    return { loss: step }
  }

  epochScalars() {
    return { skipped: this.progress.epoch }
  }

  async validate() {
    this.calls.push('validate')
    return { result: {}, score: -this.progress.step, scalars: { score: 1 } }
  }

  async save(path: string) {
    this.calls.push(`save ${path.split('/').at(-1)}`)
    await writeWhole(path, `${this.progress.step}`)
  }

  async destroy() {
    this.calls.push('destroy')
  }
}

/** Runs a training, aborting when the event of step `stopAt` comes; gives its notes, its events and its log. */
async function run(
  name: string,
  { steps = 7, every = 3, stopAt = 0, fails = 0, lost = 0, log = '', keep = 1, told = [] as readonly string[] },
) {
  const training = new NotingTraining(steps, fails, lost)
  const controller = new AbortController()
  const out = join(folder, name)
  const stop = { steps, epochs: null, patience: null, minRate: null }
  const config = { out, log: { every: 1, tensorboard: false }, checkpoint: { every, keep }, validate: { every: 5 }, stop }
  const speed = { unit: 'clip', of: () => 2 }
  const events: string[] = []
  let error: unknown
  if (log !== '') {
    await mkdir(out)
    await symlink(log, join(out, 'metrics.jsonl'))
  }
  try {
    for await (const event of runTraining(training, config, { resumed: false, notes: told, signal: controller.signal, speed })) {
      events.push(`${event.kind} ${event.step}${event.kind === 'start' ? event.notes.map((note) => `, ${note}`).join('') : ''}`)
      if (event.kind !== 'step') continue
      expect(event.progress).toMatchObject({ work: 'training', unit: 'step', done: event.step, all: steps })
      if (event.step === stopAt) controller.abort()
    }
  } catch (caught) {
    error = caught
  }
  return { notes: training.calls, events, error, log: log === '' ? await readFile(join(out, 'metrics.jsonl'), 'utf8') : '' }
}

describe('a run', () => {
  it('tells what is to know of where it began as it starts', async () => {
    const { events } = await run('notes', { told: ['the base is old'] })
    expect(events.slice(0, 2)).toEqual(['start 0, the base is old', 'step 1'])
  })

  it('submits each step before it reads the last, and has read all before it looks at the model', async () => {
    const { notes } = await run('order', {})
    expect(notes).toEqual([
      ...['submit 1', 'submit 2', 'read 1', 'submit 3', 'read 2', 'read 3', 'save last.safetensors'],
      ...['submit 4', 'submit 5', 'read 4', 'read 5', 'validate', 'save best.safetensors'],
      ...['submit 6', 'read 6', 'save last.safetensors'],
      ...['submit 7', 'read 7', 'validate', 'save best.safetensors', 'save last.safetensors', 'destroy'],
    ])
  })

  it('tells and logs every step in order, an epoch after the step that ends it, a validation after the step it looks at', async () => {
    const { events, log } = await run('log', {})
    expect(events.filter((event) => event.startsWith('step'))).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => `step ${step}`))
    expect(events.indexOf('validation 5')).toBe(events.indexOf('step 5') + 1)
    expect(events.slice(-2)).toEqual(['checkpoint 7', 'end 7'])
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => [line.step, Object.keys(line)[1]])).toEqual([
      ...[1, 2, 3].map((step) => [step, 'loss']),
      [3, 'skipped'],
      ...[4, 5].map((step) => [step, 'loss']),
      [5, 'score'],
      [6, 'loss'],
      [6, 'skipped'],
      [7, 'loss'],
      [7, 'score'],
    ])
    expect(lines.every(({ step, loss = step }) => loss === step)).toBe(true)
  })

  it.each([1, 2, 3])('stopped when it tells of step %i tells of the one under way too, and saves that', async (stopAt) => {
    const { notes, events } = await run(`stop ${stopAt}`, { stopAt, every: 100 })
    const last = stopAt + 1
    expect(events.slice(-3)).toEqual([`step ${last}`, `checkpoint ${last}`, `end ${last}`])
    expect(notes.slice(-3)).toEqual([`read ${last}`, 'save last.safetensors', 'destroy'])
  })

  it.skipIf(!existsSync('/dev/full'))('whose log finds the disk full saves what it has trained before it says so', async () => {
    const { notes, events, error } = await run('full', { log: '/dev/full', every: 100 })
    expect(error).toMatchObject({
      code: 'ERR_OUTPUT',
      message: expect.stringMatching(/metrics\.jsonl: wanted to append to this file, got ENOSPC/),
    })
    expect(events).toEqual(['start 0', 'step 1', 'step 2', 'checkpoint 2'])
    expect(notes.slice(-2)).toEqual(['save last.safetensors', 'destroy'])
  })

  it.each([3, 4, 5])('that loses a rank in step %i has the step before in its log and in its checkpoint, or neither', async (lost) => {
    const { events, error, log } = await run(`lost ${lost}`, { lost })
    expect(error).toMatchObject({ code: 'ERR_RANKS' })
    expect(events.at(-1)).toBe(`checkpoint ${lost - 1}`)
    const steps = log
      .trim()
      .split('\n')
      .flatMap((line) => ('loss' in JSON.parse(line) ? [JSON.parse(line).step] : []))
    expect(steps).toEqual(Array.from({ length: lost - 1 }, (_, i) => i + 1))
    expect(await readFile(join(folder, `lost ${lost}`, 'last.safetensors'), 'utf8')).toBe(`${lost - 1}`)
  })

  it('keeps each checkpoint under the step that it is of, the last one after fewer steps too', async () => {
    await run('older', { keep: 3 })
    const names = (await readdir(join(folder, 'older'))).filter((name) => name.startsWith('step-'))
    const kept = await Promise.all(names.sort().map(async (name) => [name, await readFile(join(folder, 'older', name), 'utf8')]))
    expect(kept).toEqual([
      ['step-000003.safetensors', '3'],
      ['step-000006.safetensors', '6'],
    ])
  })

  it.each([3, 4])('that diverges at step %i says so by that number and saves nothing after it', async (fails) => {
    const { notes, events, error } = await run(`fails ${fails}`, { fails })
    expect(error).toMatchObject({ code: 'ERR_DIVERGED', message: expect.stringMatching(`^step ${fails}: `) })
    expect(events.at(-1)).toBe(fails === 3 ? 'step 2' : 'checkpoint 3')
    expect(notes.slice(notes.indexOf(`read ${fails}`))).toEqual([`read ${fails}`, 'destroy'])
  })
})
