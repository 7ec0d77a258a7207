// Tuned once, kernels are taken so in every later run there, and a run keeps what it was begun with.

import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tuning } from '../device/tuning.js'
import { openGpu } from '../platform/node/open.js'
import { doctor, formatDoctor } from './doctor.js'
import { train } from './train.js'
import { formatUse, tuneCommand } from './tune.js'

let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-tune-'))
  path = join(folder, 'tuning.json')
  process.env.SIGNLLM_TUNING = path
})
afterAll(async () => {
  process.env.SIGNLLM_TUNING = 'off'
  await rm(folder, { recursive: true, force: true })
})

async function runFile(name: string, steps: number): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  await writeFile(
    file,
    `name: ${name}
out: ${join(folder, name)}
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 32, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 2 }
stop: { steps: ${steps} }
validate: { every: 100 }
checkpoint: { every: 2 }
log: { tensorboard: false }
`,
  )
  return file
}

const sampling = { samples: 1, milliseconds: 1 }
const silent = { json: true, stream: { write: () => true, isTTY: false } }
const saved = async (): Promise<Tuning> => JSON.parse(await readFile(path, 'utf8')) as Tuning
const last = (name: string) => readFile(join(folder, name, 'last.safetensors'))

describe('signllm tune', () => {
  it('keeps what it measures, and adds to it', async () => {
    const lines: string[] = []
    const run = await runFile('measured', 4)
    const first = await tuneCommand(run, { only: ['linear_grad'], sampling, say: (line) => lines.push(line) })
    expect(first.path).toBe(path)
    expect(lines).toEqual(first.shapes.map(formatUse))
    expect(lines[0]).toMatch(/^linear_grad \[[\d, ]+\] \d+× +[\d.]+ ms +(stays|[\d.]+× with linear_grad)/)
    await tuneCommand(run, { only: ['linear_weight_grad'], sampling })
    const { kernels } = await saved()
    expect(Object.keys(kernels)).toEqual(['linear_grad', 'linear_weight_grad'])
    expect(Object.values(kernels)[0]!.shapes.length).toBe(first.shapes.length)
    const shapes = Object.values(kernels).reduce((sum, kernel) => sum + kernel.shapes.length, 0)
    expect(formatDoctor(await doctor({}))).toContain(`tuning      ${shapes} shapes of kernels, in ${path}`)
  })

  it('is what later runs take, and a run goes on with what it was begun with', async () => {
    const tuning = await saved()
    // Every variant runs everywhere that is named here, and rounds differently from the one this adapter takes untuned.
    for (const [name, kernel] of Object.entries(tuning.kernels))
      for (const shape of kernel.shapes) Object.assign(shape, { shader: `${name}_tiled`, constants: { SIDE: 64, SLICES: 1 } })
    await writeFile(path, JSON.stringify(tuning))
    const { gpu } = await openGpu()
    expect(gpu.tuning).toEqual(tuning)
    await gpu.destroy()

    await train(await runFile('whole', 4), silent)
    await train(await runFile('stopped', 2), silent)
    await rm(path)
    await train(await runFile('stopped', 4), { ...silent, resume: true })
    await train(await runFile('untuned', 4), silent)
    await copyFile(join(folder, 'whole', 'tuning.json'), path)
    expect((await last('stopped')).equals(await last('whole'))).toBe(true)
    expect((await last('untuned')).equals(await last('whole'))).toBe(false)
  })
})
