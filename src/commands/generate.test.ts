import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { savePoseCheckpoint } from '../checkpoint/file.js'
import { tinyModel } from '../model/tiny_models.testing.js'
import { openGpu } from '../platform/node/open.js'
import { generate } from './generate.js'

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
