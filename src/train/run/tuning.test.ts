import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../device/gpu.js'
import { TUNING_FORMAT, type Tuning } from '../../device/tuning.js'
import { openGpu } from '../../platform/node/open.js'
import { writeTuning } from '../../platform/node/tuning_file.js'
import { settleTuning } from './tuning.js'

let gpu: Gpu
let folder: string
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  folder = await mkdtemp(join(tmpdir(), 'signllm-run-tuning-'))
})
afterAll(async () => {
  await gpu.destroy()
  await rm(folder, { recursive: true, force: true })
})

describe('the tuning of a run', () => {
  it('is its own: what it was begun with when it goes on, whatever the Gpu is tuned to, which stays so for others', async () => {
    const [now, begun] = ['now', 'begun'].map((hash): Tuning => {
      const kernels = { gelu: { files: [], hash, shapes: [] } }
      return { format: TUNING_FORMAT, adapter: gpu.identity, kernels }
    })
    const path = join(folder, 'tuning.json')
    for (const tuning of [undefined, now]) {
      gpu.tuning = tuning
      await rm(path, { force: true })
      expect((await settleTuning(gpu, folder, true)).tuning).toBeUndefined()
      await writeTuning(path, begun!)
      // Its files are none, so that their hash is another: what was measured is stale, and the adapter known.
      expect((await settleTuning(gpu, folder, true)).tuning).toEqual({ ...begun, kernels: {} })
      expect(gpu.tuning).toBe(tuning)
    }
    const started = await settleTuning(gpu, folder, false)
    expect(started.tuning).toBe(now)
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(now)
    gpu.tuning = undefined
    expect(started.tuning).toBe(now)
  })
})
