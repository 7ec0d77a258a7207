// A model opened, used and disposed of again and again leaves nothing: no buffer on the GPU, and no memory of the process's. `npm run bench:open-cycles` draws 200 of it.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { namedLanguages } from '../src/checkpoint/card.js'
import { formatModelFile } from '../src/checkpoint/model_file.js'
import { poseContent } from '../src/checkpoint/text_to_pose.js'
import { heldBytes } from '../src/device/held_bytes.testing.js'
import { tinyModel } from '../src/model/tiny_models.testing.js'
import { Signer } from '../src/signer/node.js'
import { lentGpu } from './harness.js'

const WARM_UP = 5
const CYCLES = 20
/** Bytes that a cycle may leave: in the process's memory, which a software driver's caches and the heap's spare pages move, and in arrays such as weights. */
const MOST_RESIDENT = 3 * 2 ** 20
const MOST_IN_ARRAYS = 2 ** 14

it('is gone with its disposal, 20 times', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { device } = await lentGpu()
  const file = await padded()
  const onGpu = heldBytes(device)
  const cycle = async () => {
    await using signer = await Signer.open(file, { device, language: 'ASL' })
    await signer.sign('rain sun', { policy: 'oracle', lengths: [8] })
    for await (const _ of signer.stream('sun')) break
  }
  const inUse = async () => {
    // Finalisers of what was collected run from the event loop, and let go of more.
    for (let i = 0; i < 5; i++) {
      collect()
      await new Promise((done) => setTimeout(done, 20))
    }
    const { rss, external } = process.memoryUsage()
    return { rss, external }
  }
  for (let i = 0; i < WARM_UP; i++) await cycle()
  expect(onGpu.held).toBe(0)
  const before = await inUse()
  for (let i = 0; i < CYCLES; i++) {
    await cycle()
    expect(onGpu.takeMost()).toBeGreaterThan(0)
    expect(onGpu.held).toBe(0)
  }
  const after = await inUse()
  expect((after.rss - before.rss) / CYCLES).toBeLessThan(MOST_RESIDENT)
  expect((after.external - before.external) / CYCLES).toBeLessThan(MOST_IN_ARRAYS)
})

/** A small model of many languages: what keeps the file, or weights, shows. */
async function padded(): Promise<Uint8Array> {
  await using model = tinyModel(
    await lentGpu(),
    Array.from({ length: 8 }, (_, i) => (i === 0 ? 'ASL' : `L${i}`)),
  )
  const card = { name: 'tiny', languages: namedLanguages(model.languages), provenance: { writtenBy: 'signllm' }, needs: [] }
  return formatModelFile(await poseContent('x', model), { card }, 'x')
}
