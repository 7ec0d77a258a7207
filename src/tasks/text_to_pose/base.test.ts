// Adding a language to a trained model: the others keep their bytes.

import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPoseCheckpoint } from '../../checkpoint/file.js'
import { restoreModel } from '../../checkpoint/restore.js'
import type { Gpu } from '../../device/gpu.js'
import { Generator } from '../../infer/generator.js'
import { openGpu } from '../../platform/node/open.js'
import { trainRun } from '../run.js'
import { parseRunConfig } from './config.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-base-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** Trains four steps, or stops itself after fewer. Returns the last checkpoint. */
async function train(name: string, languages: string, more = '', { resume = false, stopAt = Infinity } = {}): Promise<string> {
  const out = join(folder, name)
  const config = parseRunConfig(
    `
name: ${name}
out: ${out}
data: [{ synthetic: { languages: ${languages}, clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 4 }
stop: { steps: 4 }
validate: { every: 4, clips: 2 }
checkpoint: { every: 2 }
log: { tensorboard: false }
${more}`,
    name,
  )
  const controller = new AbortController()
  for await (const event of trainRun(gpu, config, { resume, signal: controller.signal })) {
    if (event.kind === 'step' && event.step === stopAt) controller.abort()
  }
  return join(out, 'last.safetensors')
}

async function sign(path: string, language: string) {
  const model = restoreModel(gpu, await readPoseCheckpoint(path))
  const { vocabulary } = model.group(language)
  const generator = new Generator(gpu, model.group(language))
  const motions = await generator.generate([vocabulary.tokens.slice(4, 6).join(' ')])
  await generator.destroy()
  model.destroy()
  return motions
}

describe('a language added to a trained model', () => {
  it.each(['null', 'GSL'])('leaves the others as they were, bit for bit (clone: %s)', async (clone) => {
    const two = await train(`two-${clone}`, '[ASL, GSL]')
    const three = await train(`three-${clone}`, '[TSL]', `base: { model: ${two}, clone: ${clone} }`)
    const [before, after] = [await readPoseCheckpoint(two), await readPoseCheckpoint(three)]
    expect(after.groups.map(({ language }) => language)).toEqual(['ASL', 'GSL', 'TSL'])
    for (const language of ['ASL', 'GSL']) {
      expect(after.tensors('weights', language)).toEqual(before.tensors('weights', language))
      expect(await sign(three, language)).toEqual(await sign(two, language))
    }
    expect(after.tensors('first', 'ASL').size).toBe(0)
    expect(after.tensors('first', 'TSL').size).toBeGreaterThan(0)
  })

  it('goes on after a stop, the others still untouched', async () => {
    const two = await train('two', '[ASL, GSL]')
    const base = `base: { model: ${two} }`
    const whole = await readPoseCheckpoint(await train('whole', '[TSL]', base))
    expect(await readPoseCheckpoint(await train('halves', '[TSL]', base, { stopAt: 2 }))).toMatchObject({ state: { step: 2 } })
    const halves = await readPoseCheckpoint(await train('halves', '[TSL]', base, { resume: true }))
    for (const language of ['ASL', 'GSL', 'TSL']) expect(halves.tensors('weights', language)).toEqual(whole.tensors('weights', language))
  })

  it('starts from the other’s weights where it is a clone, its words aside', async () => {
    const two = await train('donor', '[ASL, GSL]')
    const model = restoreModel(gpu, await readPoseCheckpoint(two))
    const donor = model.group('ASL')
    const clone = await model.cloneLanguage({ ...donor, language: 'LSA', vocabulary: model.group('GSL').vocabulary }, 'ASL')
    const [learned, own] = [await donor.weights.save(), await clone.weights.save()]
    for (const [name, tensor] of learned) {
      if (name === 'tokens/table') expect(own.get(name)).not.toEqual(tensor)
      else expect(own.get(name)).toEqual(tensor)
    }
    model.destroy()
  })

  it('may not be one that is there already', async () => {
    const two = await train('taken', '[ASL, GSL]')
    await expect(train('again', '[ASL]', `base: { model: ${two} }`)).rejects.toThrow('wanted languages that it does not have yet, got ASL')
    expect(existsSync(join(folder, 'again'))).toBe(false)
    await expect(train('astray', '[TSL]', `base: { model: ${two}.none }`)).rejects.toThrow('last.safetensors.none')
    expect(existsSync(join(folder, 'astray'))).toBe(false)
  })
})
