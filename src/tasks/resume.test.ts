// A run that is killed, at any instant, goes on to the same bytes as one that never was.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signllm, signllmSent } from '../cli.testing.js'
import { inRunFolder } from '../train/run/folder.js'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-resume-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const STEPS = 18

const data = 'data: [{ synthetic: { languages: [ASL, GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]'
/** Everything that has state is on: noise by measured error, drawn epochs that end between checkpoints, two languages. */
const poses = `${data}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, maxFrames: 40, maxTokens: 8 }
learning: { mode: rl+plc, warmup: 1, ramp: 1, refresh: 5 }
validate: { every: 5, clips: 2 }`
/** The part of a run file that says what is trained. */
const kinds = {
  'text to pose': poses,
  'text to pose in f16': `${poses}\nprecision: f16`,
  'text to gloss': `task: text-to-gloss
${data}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1 }
validate: { every: 5, sentences: 2 }`,
  'pose to text': `task: pose-to-text
${data}
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, dropout: 0.1, maxFrames: 64, maxTokens: 8 }
augment: { pace: 0.1, noise: 0.01 }
validate: { every: 5, clips: 2 }`,
  'pseudo-gloss': `task: pseudo-gloss
${data}
items: words
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], dropPath: 0.1, maxFrames: 64 }
validate: { every: 5, clips: 2 }`,
  'vq-sign': `task: vq-sign
${data}
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], dropPath: 0.1, maxFrames: 64, codes: 12 }
validate: { every: 5, clips: 2 }`,
  'sign translation': `task: sign-translation
${data}
model: { width: 16, heads: 2, hidden: 32, features: 16, dropout: 0.1, attentionDropout: 0.1, maxFrames: 64, maxTokens: 8 }
validate: { every: 5, clips: 2 }`,
  'sign-text matching': `task: sign-text-matching
${data}
model: { width: 16, heads: 2, hidden: 32, features: 16, dropout: 0.1, attentionDropout: 0.1, maxFrames: 64, maxTokens: 8 }
restoring: { every: 2 }
validate: { every: 5, clips: 2 }`,
  'language model': `task: language-model
${data}
model: { width: 16, heads: 2, hidden: 32, layers: 1, dropout: 0.1, maxTokens: 8 }
validate: { every: 5, sentences: 2 }`,
  'sign to text': `task: sign-to-text
${data}
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], dropPath: 0.1, maxFrames: 64, maxTokens: 8 }
augment: { pace: 0.1, noise: 0.01, trimStart: 2, trimEnd: 3, maxFrames: 12 }
validate: { every: 5, clips: 2 }`,
}

/** The runs that a kind begins with, by key of its run file: those of the rows before it. */
const begins: Partial<Record<keyof typeof kinds, Readonly<Record<string, string>>>> = {
  'sign translation': { initFrom: 'whole-matching' },
  'sign to text': { language_model: 'whole-language', initFrom: 'whole-signs' },
}

/** A run of a kind, with dropout and a plateau. */
async function runFile(name: string, kind: keyof typeof kinds = 'text to pose'): Promise<string> {
  const path = join(folder, `${name}.yaml`)
  const begun = Object.entries(begins[kind] ?? {}).map(([key, run]) => `${key}: ${join(folder, run, 'best.safetensors')}\n`)
  await writeFile(
    path,
    `name: ${name}
out: ${join(folder, name)}
${kinds[kind]}
${begun.join('')}schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
batch: { size: 4 }
stop: { steps: ${STEPS} }
checkpoint: { every: 4 }
log: { every: 1, tensorboard: false }
`,
  )
  return path
}

/** Trains; with `killAt`, the run is sent `signal` once that step is reported. Returns the exit status, null when killed. */
async function train(
  run: string,
  {
    resume = false,
    killAt,
    delay = 0,
    signal = 'SIGKILL',
  }: { resume?: boolean; killAt?: number; delay?: number; signal?: NodeJS.Signals } = {},
): Promise<number | null> {
  const sent = killAt === undefined ? undefined : { signal, delay, when: new RegExp(`"done":${killAt},`) }
  return (await signllmSent(sent, '--json', 'train', run, ...(resume ? ['--resume'] : []))).status
}

const bytes = (run: string, file: string) => readFile(join(folder, run, file))

describe('a run killed by SIGKILL', () => {
  it.each([
    ['text to pose', 'whole', 'killed'],
    ['text to pose in f16', 'whole-f16', 'killed-f16'],
    ['text to gloss', 'whole-gloss', 'killed-gloss'],
    ['pose to text', 'whole-judge', 'killed-judge'],
    ['pseudo-gloss', 'whole-signs', 'killed-signs'],
    ['vq-sign', 'whole-codes', 'killed-codes'],
    ['sign-text matching', 'whole-matching', 'killed-matching'],
    ['sign translation', 'whole-translation', 'killed-translation'],
    ['language model', 'whole-language', 'killed-language'],
    ['sign to text', 'whole-text', 'killed-text'],
  ] as const)('ends with the bytes of one that was not: %s', async (kind, whole, name) => {
    expect(await train(await runFile(whole, kind))).toBe(0)

    const killed = await runFile(name, kind)
    // Before the first checkpoint, between checkpoints, and some milliseconds into whatever comes then: a save, a validation.
    for (const [killAt, delay] of [
      [2, 0],
      [6, 0],
      [8, 7],
      [10, 20],
    ] as const) {
      expect(await train(killed, { resume: true, killAt, delay })).toBeNull()
    }
    expect(await train(killed, { resume: true })).toBe(0)

    for (const file of ['last.safetensors', 'best.safetensors'])
      expect((await bytes(name, file)).equals(await bytes(whole, file)), file).toBe(true)
    const steps = (await bytes(name, 'metrics.jsonl')).toString().trim().split('\n')
    expect(steps).toHaveLength((await bytes(whole, 'metrics.jsonl')).toString().trim().split('\n').length)
    expect((await readdir(join(folder, name))).filter((name) => name.includes('.partial'))).toEqual([])
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('saves at %s, exits with %i, and goes on to the same bytes', async (signal, status) => {
    const interrupted = await runFile(signal)
    expect(await train(interrupted, { killAt: 6, signal })).toBe(status)
    // Checkpoints are due at steps 4 and 8: one in between was made for the signal.
    const { step } = JSON.parse((await bytes(signal, 'summary.json')).toString())
    expect(step).toBeGreaterThanOrEqual(6)
    expect(await readdir(join(folder, signal))).not.toContain('run.lock')
    expect(await train(interrupted, { resume: true })).toBe(0)
    for (const file of ['last.safetensors', 'best.safetensors'])
      expect((await bytes(signal, file)).equals(await bytes('whole', file)), file).toBe(true)
  })

  it('is refused to another process while it runs, which takes nothing of it', async () => {
    const run = await runFile('held')
    const out = join(folder, 'held')
    const first = inRunFolder(out, {}, async function* () {
      await writeFile(join(out, 'last.safetensors'), 'theirs')
      yield { kind: 'step' }
    })
    await first.next()
    for (const option of ['--overwrite', '--resume']) {
      const { status, stderr } = await signllm('train', run, option)
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining(`held: wanted to be the only process that writes here, got process ${process.pid} on`),
      })
    }
    expect((await readdir(out)).sort()).toEqual(['last.safetensors', 'run.lock'])
    expect((await bytes('held', 'last.safetensors')).toString()).toBe('theirs')
    await first.return(undefined)
  })

  it('refuses to be resumed by a run file that differs in what decides the steps', async () => {
    const run = await runFile('whole')
    await writeFile(run, (await readFile(run, 'utf8')).replace('size: 4', 'size: 3'))
    expect(await train(run, { resume: true })).toBe(2)
  })
})
