import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { saveCorpus } from '../data/corpus/save.js'
import { detected } from '../data/layouts/dwpose.testing.js'
import { keypointClip } from '../formats/detections.testing.js'
import { keypointHdf5Writer } from '../formats/hdf5/keypoints.js'
import { motionHdf5Writer } from '../formats/hdf5/motions.js'
import { joint } from '../motion/skeleton.js'
import { signer } from '../outputs/signer.testing.js'
import { silent } from './clips.testing.js'
import { dataCheck, formatCheck } from './data_check.js'
import { dataInspect } from './data_inspect.js'

const folder = await mkdtemp(join(tmpdir(), 'inspect-'))
afterAll(() => rm(folder, { recursive: true }))
const page = async (path: string) => {
  const out = join(folder, 'page.html')
  const summary = await dataInspect(path, { out, stream: silent })
  return { summary, html: await readFile(out, 'utf8') }
}
const prefix = join(folder, 'train')
await saveCorpus(prefix, [{ ...signer(5), name: 'rain', language: 'ASL', text: 'it rains' }], { licence: 'CC BY 4.0' })

describe('dataInspect', () => {
  it('shows a corpus, its licence, and what is wrong with it', async () => {
    expect((await page(prefix)).html).not.toContain('Findings')
    await writeFile(`${prefix}.gloss`, 'RAIN\n')
    const { summary, html } = await page(prefix)
    expect(summary).toMatchObject({ clips: 1, findings: 1, broken: [] })
    for (const part of ['it rains', 'CC BY 4.0', 'Findings: 0 errors, 1 warning', 'train.gloss']) expect(html).toContain(part)
    await rm(`${prefix}.gloss`)
  })

  it('says that points of another layout are shown as the 50 joints', async () => {
    const points = join(folder, 'points')
    await saveCorpus(points, [detected({ ...signer(5), name: 'rain', language: 'ASL', text: 'it rains' }, 1)])
    const saidOf = async (path: string) => {
      const said: string[] = []
      await dataInspect(path, { out: join(folder, 'said.html'), stream: { write: (text) => said.push(text) } })
      return said.join('')
    }
    expect(await saidOf(points)).toContain('its motions are of dwpose-128 and shown as the 50 joints, which were lifted')
    expect(await saidOf(prefix)).not.toContain('shown as the 50 joints')
  })

  it('shows what the detector did not see of a corpus that was made with a quality report', async () => {
    const path = `${prefix}.quality.json`
    const missing = Array.from({ length: 50 }, (_, j) => (j === joint.rightWrist ? 0.4 : 0))
    await writeFile(path, JSON.stringify({ format: 'signllm-quality', version: 1, clips: [{ name: 'rain', missing }], broken: [] }))
    for (const part of ['Missing joints', 'rightWrist: missing in 40 %']) expect((await page(prefix)).html).toContain(part)
    await writeFile(path, '{}')
    await expect(page(prefix)).rejects.toThrow(`${path}: wanted a quality report of ours`)
    await rm(path)
  })

  it('shows detections with what was not seen, and joints', async () => {
    const clip = keypointClip('one', 4, 1, [0, 1, 2, 5])
    clip.keypoints.fill(0, joint.leftHand * 3, joint.rightHand * 3)
    const detections = await keypointHdf5Writer(join(folder, 'clips.h5'))
    await detections.add(clip)
    await detections.close()
    const { html } = await page(join(folder, 'clips.h5'))
    for (const part of ['Missing joints', 'leftHand: missing in 25 %', 'nobody seen in 2 frames']) expect(html).toContain(part)
    const motions = await motionHdf5Writer(join(folder, 'lifted.h5'))
    await motions.add({ ...signer(3), name: 'two' })
    await motions.close()
    expect((await page(join(folder, 'lifted.h5'))).summary).toMatchObject({ clips: 1, findings: 0 })
  })
})

describe('dataCheck', () => {
  it('names every flaw with file and line', async () => {
    expect(await dataCheck(`${prefix}.skels`)).toMatchObject({ prefix, clips: 1, frames: 5, errors: 0, warnings: 0 })
    await writeFile(`${prefix}.text`, '\n')
    const summary = await dataCheck(prefix)
    expect(summary.errors).toBe(2)
    expect(formatCheck(summary)).toContain(`${prefix}.text:1: error: wanted a line, got a blank one\n`)
  })
})
