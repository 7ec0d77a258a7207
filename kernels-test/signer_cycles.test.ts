// A model opened, used and disposed of again and again leaves nothing: no buffer on the GPU, and no array. Resident memory tells nothing in so
// few cycles, in which a software driver's own grows by hundreds of MiB and stays: `npm run bench:open-cycles` draws it over 200.

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
/** Bytes that a cycle may leave in arrays such as weights. */
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
    return process.memoryUsage().external
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
  expect((after - before) / CYCLES).toBeLessThan(MOST_IN_ARRAYS)
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
