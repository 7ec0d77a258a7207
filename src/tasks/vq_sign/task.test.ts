// A VQ-Sign run: from a file, stopped and resumed to the same bytes, codes that nobody has given to tokens; and what is read of clips.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../../kernels-test/harness.js'
import { readCheckpoint } from '../../checkpoint/file.js'
import { restoreVqSign, vqSignContent, vqSignDescription } from '../../checkpoint/vq_sign.js'
import { CodeReader } from '../../infer/code_reader.js'
import { CODEBOOK } from '../../model/vq_sign.js'
import { planTraining } from '../../profile/plan.js'
import type { FolderOptions } from '../../train/run/folder.js'
import { posesIn } from '../../train/signing/load_signing.testing.js'
import { taskRun } from '../../train/task.js'
import { trainVqSignRun } from '../run.js'
import { parseVqSignConfig } from './config.js'
import { loadVqSignData } from './data.js'
import { scoreCodes } from './evaluate.js'
import { CodeRevival } from './revival.js'
import { vqSign } from './task.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-vq-sign-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const runFile = (name: string, more = '') => `
task: vq-sign
name: ${name}
out: ${join(folder, name)}
data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 20, words: 6, wordsPerSentence: [1, 2], framesPerSign: 4 } }]
model: { width: 16, heads: 2, hidden: 32, stages: [1, 1], window: 5, dropPath: 0.2, maxFrames: 64, codes: 10 }
schedule: { kind: plateau, patience: 0, minRate: 1.0e-9 }
stop: { steps: 7 }
validate: { every: 3, clips: 2 }
checkpoint: { every: 2, keep: 2 }
log: { every: 1, tensorboard: false }
${more}`

/** Runs a file, stopping itself after step `stopAt`; returns its events. */
async function run(
  name: string,
  { more = 'batch: { size: 8 }', stopAt = Infinity, ...options }: { more?: string; stopAt?: number } & FolderOptions = {},
) {
  const controller = new AbortController()
  const events = []
  for await (const event of trainVqSignRun(await lentGpu(), parseVqSignConfig(runFile(name, more), name), {
    ...options,
    signal: controller.signal,
  })) {
    events.push(event)
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return events
}

const bytes = (name: string, file: string) => readFile(join(folder, name, file))
const codebookOf = async (name: string) =>
  (await readCheckpoint(join(folder, name, 'last.safetensors'))).tensors.get(`weights/${CODEBOOK}`)!.data

describe('a VQ-Sign run', () => {
  it('stopped in the middle of an epoch goes on to the same bytes, codes that come back to life too', async () => {
    const more = 'batch: { size: 8 }\naugment: { pace: 0.2, noise: 0.01 }'
    const events = await run('whole', { more })
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['checkpoint', 'end', 'start', 'step', 'validation']))
    await run('broken', { more, stopAt: 3 })
    await run('broken', { more, resume: true })
    for (const file of ['last.safetensors', 'best.safetensors', 'metrics.jsonl', 'summary.json'])
      expect((await bytes('broken', file)).equals(await bytes('whole', file)), file).toBe(true)
    await run('left', { more: `${more}\nrevive: false` })
    expect(await codebookOf('left')).not.toEqual(await codebookOf('whole'))
  })

  it('takes a batch in passes, one clip in each too, at full rate and in one stage', async () => {
    const model = 'model: { width: 16, heads: 2, hidden: 32, stages: [2], maxFrames: 64, codes: 7, contextLayers: 0, steps: 2 }'
    const file = runFile('passes', 'batch: { size: 4, microBatch: 1, bucket: 100 }\nloss: { negatives: 3, against: other-clips }').replace(
      /^model:.*$/m,
      model,
    )
    const events = []
    for await (const event of trainVqSignRun(await lentGpu(), parseVqSignConfig(file, 'passes'))) events.push(event)
    expect(events.at(-1)).toMatchObject({ kind: 'end', step: 7 })
  })

  it('is the same once saved and read, and gives each clip the same codes alone and among others', async () => {
    const gpu = await lentGpu()
    const saved = await readCheckpoint(join(folder, 'whole', 'best.safetensors'))
    const { train, description } = await loadVqSignData(parseVqSignConfig(runFile('whole'), 'whole'))
    expect(JSON.parse(JSON.stringify(vqSignDescription(saved)))).toEqual(JSON.parse(JSON.stringify(description)))
    await using model = restoreVqSign(gpu, saved)
    const { tensors } = await vqSignContent(model)
    for (const [name, tensor] of tensors) expect(tensor, name).toEqual(saved.tensors.get(name))
    await using reader = new CodeReader(gpu, model)
    const clips = posesIn(train)
    const together = await reader.read(clips)
    const [alone] = await reader.read(clips.slice(3, 4))
    const { codes, signs, predicted, distances } = together[3]!
    expect(codes).toHaveLength(Math.ceil(clips[3]!.frames / 2))
    expect([signs.length, predicted.length, distances.length]).toEqual([16 * codes.length, 48 * codes.length, codes.length])
    expect(codes).toEqual(alone!.codes)
    predicted.forEach((value, i) => {
      expect(value).toBeCloseTo(alone!.predicted[i]!, 4)
    })
    // Each code is the nearest: by the codebook itself.
    const book = saved.tensors.get(`weights/${CODEBOOK}`)!.data
    const apart = (t: number, code: number) =>
      signs.subarray(t * 16, t * 16 + 16).reduce((sum, x, i) => sum + (x - book[code * 16 + i]!) ** 2, 0)
    for (const [t, code] of codes.entries()) {
      const least = Math.min(...Array.from({ length: 10 }, (_, other) => apart(t, other)))
      expect(apart(t, code)).toBeCloseTo(least, 4)
      expect(distances[t]).toBeCloseTo(least, 3)
    }
  })

  it('can be planned', async () => {
    const { programs } = await planTraining(
      await lentGpu(),
      taskRun(vqSign, parseVqSignConfig(runFile('plan', 'batch: { size: 8 }'), 'plan')),
    )
    expect(programs.map(({ name }) => name)).toContain('batch 8, 8 target tokens, 16 source frames')
  })

  it('is refused with what it cannot be', () => {
    for (const [more, problem] of [
      ['model: { codes: 1 }', 'codes'],
      ['loss: { negatives: 0 }', 'negatives'],
      ['loss: { lambda: 0 }', 'lambda'],
      ['items: words', 'items'],
    ] as const)
      expect(() => parseVqSignConfig(runFile('bad', more).replace(/^model:.*\n/m, ''), 'bad'), more).toThrow(problem)
  })
})

describe('codes that nobody has', () => {
  it('become tokens of the epoch, as many as there are, and are counted anew', () => {
    const revival = new CodeRevival({ codes: 4, width: 2, seed: 1 })
    revival.remember(Float64Array.of(3, 0, 1, 0), Float32Array.of(1, 2, 3, 4, 5, 6))
    const other = new CodeRevival({ codes: 4, width: 2, seed: 1 })
    other.restore(JSON.parse(JSON.stringify(revival.state())))
    const revived = revival.revived(1)
    expect(revived.map(({ code }) => code)).toEqual([1, 3])
    for (const { row } of revived) expect(['1,2', '3,4', '5,6']).toContain(String([...row]))
    expect(other.revived(1)).toEqual(revived)
    expect(revival.revived(2)).toEqual([])
  })
})

describe('scores of codes', () => {
  it('count a prediction as right that fits what comes better than all others', () => {
    const clip = (signs: number[], predicted: number[]) => ({
      codes: Uint32Array.from(signs, (_, i) => i % 2),
      distances: new Float32Array(signs.length).fill(0.5),
      signs: Float32Array.from(signs),
      predicted: Float32Array.from(predicted),
      framesPerToken: 2,
    })
    // One number a token, one step: of the three predictions of the first clip two are of the sign that comes.
    const read = [clip([1, 5, 6, 7], [1, 1, -1, 0]), clip([-1, -2], [0, 0])]
    const { result } = scoreCodes(read, { codes: 3, width: 1, steps: 1 }, { negatives: 4, against: 'other-clips', seed: 1 })
    const alone = scoreCodes(read.slice(0, 1), { codes: 3, width: 1, steps: 1 }, { negatives: 9, against: 'own-clip', seed: 1 })
    // Of its own tokens, 7 is beaten by none, 5 by 6 and 7, and 6 by 1 and 5 where they should be less.
    expect(alone.result.accuracy).toBe(0)
    expect(result).toMatchObject({ clips: 2, tokens: 6, accuracy: 0.5, chance: 0.2, codesUsed: 2, perplexity: 2, distance: 0.5 })
  })
})
