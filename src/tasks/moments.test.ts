// Runs keep the moments that their optimiser reads: in memory, in checkpoints, in what is planned; and go on from checkpoints that hold more.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lentGpu } from '../../kernels-test/harness.js'
import { readCheckpoint, saveCheckpoint } from '../checkpoint/file.js'
import { planTraining } from '../profile/plan.js'
import { runTask } from '../train/run/run.js'
import { loadTaskRun } from './run_file.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-moments-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const last = (name: string) => join(folder, name, 'last.safetensors')
const data = 'data: [{ synthetic: { languages: [GSL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]'
const kinds = {
  'language-model': `task: language-model
model: { width: 16, heads: 2, hidden: 32, layers: 1, maxTokens: 8 }`,
  'text-to-pose': 'model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }',
}
const runFile = async (name: string, steps: number, { kind = 'sgd', task = 'language-model' as keyof typeof kinds } = {}) => {
  const path = join(folder, `${name}.yaml`)
  const text = `name: ${name}\nout: ${join(folder, name)}\n${kinds[task]}\n${data}
optimiser: { kind: ${kind}, rate: 0.05 }
schedule: { kind: constant }
batch: { size: 4 }
stop: { steps: ${steps} }
checkpoint: { every: 100 }
log: { tensorboard: false }\n`
  await writeFile(path, text)
  return loadTaskRun(path)
}

type Run = Awaited<ReturnType<typeof runFile>>
async function trained({ task, config }: Run, resume = false): Promise<void> {
  for await (const _ of runTask(task, await lentGpu(), config, { resume }));
}

const partsOf = async (name: string) =>
  new Set([...(await readCheckpoint(last(name))).tensors.keys()].map((tensor) => tensor.split('/')[0]))

for (const task of ['language-model', 'text-to-pose'] as const)
  describe(`a run of ${task} with sgd`, () => {
    it('keeps first moments alone, and goes on to the same bytes', async () => {
      await trained(await runFile(`${task}-whole`, 4, { task }))
      await trained(await runFile(`${task}-broken`, 2, { task }))
      await trained(await runFile(`${task}-broken`, 4, { task }), true)
      const [whole, broken] = [await readCheckpoint(last(`${task}-whole`)), await readCheckpoint(last(`${task}-broken`))]
      expect([...whole.tensors.keys()].some((name) => name.startsWith('first/'))).toBe(true)
      expect([...whole.tensors.keys()].filter((name) => name.startsWith('second/'))).toEqual([])
      for (const [name, { data }] of whole.tensors) expect(broken.tensors.get(name)!.data, name).toEqual(data)
      const labels = (await planTraining(await lentGpu(), await runFile(`${task}-plan`, 4, { task }))).arenas.map((arena) => arena.name)
      expect(labels.filter((label) => label.includes('moments')).every((label) => label.includes('first'))).toBe(true)
      expect(labels.some((label) => label.includes('first moments'))).toBe(true)
    }, 60_000)
  })

describe('checkpoints', () => {
  it('of older versions, which kept second moments of sgd too, are gone on with', async () => {
    await trained(await runFile('now', 2))
    await trained(await runFile('older', 2))
    const saved = await readCheckpoint(last('older'))
    const second = [...saved.tensors].flatMap(([name, { shape, data }]) =>
      name.startsWith('first/') ? [[name.replace('first', 'second'), { shape, data: new Float32Array(data.length) }] as const] : [],
    )
    await saveCheckpoint(last('older'), { ...saved, tensors: new Map([...saved.tensors, ...second]) })
    expect(await partsOf('older')).toEqual(new Set(['weights', 'first', 'second']))
    for (const name of ['now', 'older']) await trained(await runFile(name, 4), true)
    const [now, older] = [await readCheckpoint(last('now')), await readCheckpoint(last('older'))]
    for (const [name, { data }] of now.tensors) expect(older.tensors.get(name)!.data, name).toEqual(data)
    expect(await partsOf('older')).toEqual(new Set(['weights', 'first']))
  }, 60_000)

  it('of sgd are refused where the optimiser reads second moments too, and left as they are', async () => {
    await trained(await runFile('other', 2))
    const before = await readFile(last('other'))
    await expect(trained(await runFile('other', 4, { kind: 'adamw' }), true)).rejects.toThrow(
      'wanted second moments, as adam and adamw keep them, got the checkpoint of a run with sgd',
    )
    expect((await readFile(last('other'))).equals(before)).toBe(true)
  }, 60_000)
})
