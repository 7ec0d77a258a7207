import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { savePoseCheckpoint } from '../checkpoint/file.js'
import { SignModel } from '../model/sign_model.js'
import { tinyGroup, tinyModel } from '../model/tiny_models.testing.js'
import { bones as skeleton } from '../motion/skeleton.js'
import { openGpu } from '../platform/node/open.js'
import { generate, withoutShoulders } from './generate.js'

let folder: string
let model: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-generate-'))
  model = join(folder, 'model.safetensors')
  const { gpu } = await openGpu()
  await savePoseCheckpoint(model, tinyModel(gpu))
  await gpu.destroy()
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('notes that a model which knows the length of a clip is asked to go by its counter', async () => {
  const options = { model, out: [join(folder, 'rain.json')] }
  const note = expect.stringContaining('by its own counter the clip may be much longer')
  expect((await generate('rain', { ...options, policy: 'self-counter' })).notes).toContainEqual(note)
  expect((await generate('rain', options)).notes).not.toContainEqual(note)
})

it('notes that a motion of points shows no shoulders', () => {
  const motion = { joints: new Float32Array(2 * 256).fill(0.5), frames: 2, fps: 25, layout: 'dwpose-128' } as const
  expect(withoutShoulders({ ...motion, confidence: new Float32Array(2 * 128) })).toEqual([
    expect.stringContaining('no frame shows both shoulders'),
  ])
  expect(withoutShoulders({ ...motion, confidence: new Float32Array(2 * 128).fill(1) })).toEqual([])
})

it('notes that bones whose directions alone are predicted cannot be free', async () => {
  const directions = join(folder, 'bones.safetensors')
  const { gpu } = await openGpu()
  const saved = new SignModel(gpu)
  const group = tinyGroup('ASL')
  const bones = { lengths: Float32Array.from(skeleton, () => 0.1), spread: 0 }
  saved.addLanguage({ ...group, config: { ...group.config, head: 'bones' }, bones })
  await savePoseCheckpoint(directions, saved)
  await gpu.destroy()
  const notesOf = async (model: string, bones: 'free' | 'hold') =>
    (await generate('rain', { model, bones, out: [join(folder, 'free.json')] })).notes
  const note = expect.stringContaining('--bones free changes nothing')
  expect(await notesOf(directions, 'free')).toContainEqual(note)
  expect(await notesOf(directions, 'hold')).not.toContainEqual(note)
  expect(await notesOf(model, 'free')).not.toContainEqual(note)
})
