import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { savePoseCheckpoint } from '../checkpoint/file.js'
import { SignModel } from '../model/sign_model.js'
import { openGpu } from '../platform/node/open.js'
import { readProfile } from '../profile/saved.js'
import { loadRunConfig } from '../tasks/run_file.js'
import { loadData } from '../tasks/text_to_pose/data.js'
import { profileDiff, profileGenerate, profileKernels, profileTrain } from './profile.js'

let folder: string
const at = (name: string) => join(folder, name)
const run = `
name: profiled
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { futureFrames: 0, width: 16, heads: 2, hidden: 16, encoderLayers: 1, decoderLayers: 1, dropout: 0, maxFrames: 40, maxTokens: 8 }
batch: { size: 2, bucket: 40 }
`
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signllm-profile-'))
  await writeFile(at('run.yaml'), run)
})
afterAll(() => rm(folder, { recursive: true }))

describe('profileTrain', () => {
  it('leaves a profile, a trace and a page, and touches no run folder', async () => {
    const files = { out: at('a.json'), trace: at('trace.json'), html: at('a.html') }
    const profile = await profileTrain(at('run.yaml'), { steps: 2, ...files })
    expect(profile.subject).toMatch(/^training step of text-to-pose tiny, \d+ parameters, ASL: batch 2, 40 target frames, 4 source tokens$/)
    expect(await readProfile(at('a.json'))).toEqual(profile)
    const { traceEvents } = JSON.parse(await readFile(at('trace.json'), 'utf8')) as { traceEvents: { ph: string; tid: number }[] }
    // Three spans name tracks; on the GPU's is every dispatch of both steps.
    const dispatches = 2 * profile.memory.programs[0]!.dispatches
    expect(traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === 2)).toHaveLength(dispatches)
    expect(await readFile(at('a.html'), 'utf8')).toContain('Memory plan')
    expect(existsSync('runs/profiled')).toBe(false)
  })

  it('is no different from itself', async () => {
    expect(await profileDiff(at('a.json'), at('a.json'), {})).toMatchObject({ regressions: 0, drift: 1 })
  })

  it('reads what it compares with before it profiles anything', async () => {
    await expect(profileTrain(at('run.yaml'), { html: at('b.html'), against: at('run.yaml') })).rejects.toThrow('wanted a saved profile')
    expect(existsSync(at('b.html'))).toBe(false)
  })
})

describe('profileKernels', () => {
  it.each(['glue', 'lift_frame'])('refuses %s before an adapter is opened', async (name) => {
    const refused = profileKernels(name, { adapter: 'no such adapter' })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_USAGE', message: expect.stringContaining(`got '${name}'`) })
  })
})

describe('profileGenerate', () => {
  it('profiles the encoding of a sentence and the decoding of its frames', async () => {
    const { gpu } = await openGpu()
    const [language] = await loadData(await loadRunConfig(at('run.yaml')))
    const model = new SignModel(gpu)
    const { vocabulary } = model.addLanguage(language!.group)
    await savePoseCheckpoint(at('model.safetensors'), model)
    await gpu.destroy()
    const profile = await profileGenerate(vocabulary.tokens.at(-1)!, { model: at('model.safetensors'), steps: 2 })
    expect(profile.subject).toMatch(/ in ASL, \d+ frames by self-counter, width 16$/)
    expect(profile.memory.programs).toHaveLength(2)
    const attention = profile.rows.find(({ kernel, path }) => kernel === 'attention_row' && path === 'decoder.0/self')
    expect(attention!.calls).toBeGreaterThanOrEqual(16)
  })
})
